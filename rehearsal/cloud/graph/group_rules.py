"""What Graph accepts as a group.

By https://learn.microsoft.com/graph/api/group-post-groups and .../graph/api/resources/group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rehearsal.cloud.graph.properties import check, invalid, require

if TYPE_CHECKING:
    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.store import Json

REQUIRED = ("displayName", "mailEnabled", "mailNickname", "securityEnabled")
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


def check_new(call: Call, body: Json) -> None:
    """Refuse what cannot become a group.

    Raises:
        CloudError: 400.
    """
    require(call, "Group", body, REQUIRED)
    _check_properties(call, body)
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
        raise invalid(call, "Group", "mailEnabled")
    if body.get("isAssignableToRole") and not body["securityEnabled"]:
        raise invalid(call, "Group", "isAssignableToRole")
    if body.get("isAssignableToRole") and body.get("visibility") not in (None, "Private"):
        raise invalid(call, "Group", "visibility")
    if unified and call.directory.taken("Group", "mail", unified_mail(call, body)):
        raise call.refuse.bad(
            "Another object with the same value for property mailNickname already exists."
        )


def check_change(call: Call, group: Json, body: Json) -> None:
    """Refuse changes that a group cannot undergo.

    Raises:
        CloudError: 400.
    """
    _check_properties(call, body)
    for name in ("isAssignableToRole", "mailEnabled", "groupTypes"):
        if body.get(name, group[name]) != group[name] and body[name] is not None:
            raise call.refuse.bad(f"Property '{name}' cannot be changed after the group is made.")


def unified_mail(call: Call, group: Json) -> str:
    """Mail address of a Microsoft 365 group."""
    return f"{group['mailNickname']}@{call.directory.tenant().domain}"


def _check_properties(call: Call, body: Json) -> None:
    check(call, "Group", body, ignored=ACCEPTED_BESIDES)
    if body.get("mail") is not None:
        raise call.refuse.bad("Property 'mail' is read-only and cannot be set.")
    if "displayName" in body and not 1 <= len(body["displayName"] or "") <= NAME_LENGTH:
        raise invalid(call, "Group", "displayName")
    if "mailNickname" in body:
        nickname: str = body["mailNickname"] or ""
        fits = nickname.isascii() and not NICKNAME_FORBIDDEN & set(nickname)
        if not (fits and 1 <= len(nickname) <= NICKNAME_LENGTH):
            raise invalid(call, "Group", "mailNickname")
    for name in BINDINGS:
        bound: Any = body.get(name)
        if isinstance(bound, list) and len(call.texts(body, name)) > BOUND_AT_MOST:
            raise call.refuse.bad(f"Too many references: at most {BOUND_AT_MOST} in '{name}'.")
