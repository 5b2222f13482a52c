"""What Graph accepts as a group.

By https://learn.microsoft.com/graph/api/group-post-groups and .../graph/api/resources/group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rehearsal.cloud.graph import documents

if TYPE_CHECKING:
    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.store import Json

REQUIRED = ("displayName", "mailEnabled", "mailNickname", "securityEnabled")
TEXTS = ("displayName", "mailNickname", "description")
BOOLEANS = ("mailEnabled", "securityEnabled", "isAssignableToRole")
# Only Graph itself writes these.
READ_ONLY = frozenset(
    {"id", "createdDateTime", "deletedDateTime", "renewedDateTime", "mail", "securityIdentifier"}
)
BINDINGS = ("owners@odata.bind", "members@odata.bind")
NAME_LENGTH = 256
NICKNAME_LENGTH = 64
NICKNAME_FORBIDDEN = frozenset('@()\\[]";:<>, ')
BOUND_AT_MOST = 20
# Not in the resource's reference, and taken all the same.
ACCEPTED_BESIDES = frozenset(
    {"assignedLabels", "allowExternalSenders", "autoSubscribeNewMembers", "hideFromAddressLists"}
    | {"hideFromOutlookClients", "writebackConfiguration", "isSubscribedByMail"}
)


def check_properties(call: Call, body: Json) -> None:
    """Refuse properties that a group does not have, or that have a wrong value.

    Raises:
        CloudError: 400.
    """
    known = documents.group(object_id="", display_name="", mail_nickname="", created="")
    for name, value in body.items():
        if name.startswith("@") or name in BINDINGS:
            continue
        if name not in known and name not in ACCEPTED_BESIDES:
            raise call.refuse.bad(f"Invalid property '{name}'.")
        if name in READ_ONLY and value is not None:
            raise call.refuse.bad(f"Property '{name}' is read-only and cannot be set.")
        wrong_text = name in TEXTS and not (value is None or isinstance(value, str))
        wrong_boolean = name in BOOLEANS and not (value is None or isinstance(value, bool))
        if wrong_text or wrong_boolean:
            raise _invalid(call, name)
    _check_names(call, body)
    for name in BINDINGS:
        bound: list[Any] = body.get(name) or []
        if len(bound) > BOUND_AT_MOST:
            raise call.refuse.bad(f"Too many references: at most {BOUND_AT_MOST} in '{name}'.")


def _check_names(call: Call, body: Json) -> None:
    if "displayName" in body and not 1 <= len(body["displayName"] or "") <= NAME_LENGTH:
        raise _invalid(call, "displayName")
    if "mailNickname" in body:
        nickname: str = body["mailNickname"] or ""
        fits = nickname.isascii() and not NICKNAME_FORBIDDEN & set(nickname)
        if not (fits and 1 <= len(nickname) <= NICKNAME_LENGTH):
            raise _invalid(call, "mailNickname")


def check_new(call: Call, body: Json) -> None:
    """Refuse what cannot become a group.

    Raises:
        CloudError: 400.
    """
    for name in REQUIRED:
        if body.get(name) is None:
            raise call.refuse.bad(f"A value is required for property '{name}' of resource 'Group'.")
    check_properties(call, body)
    types = call.texts(body, "groupTypes") if body.get("groupTypes") else []
    unified = "Unified" in types
    if "DynamicMembership" in types:
        raise call.refuse.bad("The local Azure does not evaluate dynamic membership rules.")
    if body["mailEnabled"] and not unified:
        raise call.refuse.bad(
            "The service does not currently support writes of mail-enabled groups. Please ensure"
            " that the mail-enablement property is unset and the security-enablement property is"
            " set."
        )
    if not body["mailEnabled"] and (unified or not body["securityEnabled"]):
        raise call.refuse.bad(
            "Invalid value specified for property 'mailEnabled' of resource 'Group'."
        )
    if body.get("isAssignableToRole") and not body["securityEnabled"]:
        raise _invalid(call, "isAssignableToRole")
    if unified and any(
        group["mailNickname"].lower() == body["mailNickname"].lower()
        for group in call.directory.all("Group")
        if "Unified" in group["groupTypes"]
    ):
        raise call.refuse.bad(
            "Another object with the same value for property mailNickname already exists."
        )


def check_change(call: Call, group: Json, body: Json) -> None:
    """Refuse changes that a group cannot undergo.

    Raises:
        CloudError: 400.
    """
    check_properties(call, body)
    for name in ("isAssignableToRole", "mailEnabled", "groupTypes"):
        if body.get(name, group[name]) != group[name] and body[name] is not None:
            raise call.refuse.bad(f"Property '{name}' cannot be changed after the group is made.")


def _invalid(call: Call, name: str) -> Exception:
    return call.refuse.bad(f"Invalid value specified for property '{name}' of resource 'Group'.")
