"""Properties in a request's body: which there are, of which type, and how they change an object.

The types are those of the values in `documents`; null stands for text unless it is listed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rehearsal.cloud.graph import documents

if TYPE_CHECKING:
    from collections.abc import Collection

    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.graph.directory import ObjectKind
    from rehearsal.cloud.store import Json

# Shown as null until they are set, and no text then.
BOOLEANS = frozenset(
    {"isAssignableToRole", "isFallbackPublicClient", "isDeviceOnlyAuthSupported"}
    | {"onPremisesSyncEnabled", "showInAddressList"}
)
OBJECTS = frozenset(
    {"certification", "optionalClaims", "passwordProfile", "requestSignatureVerification"}
    | {"servicePrincipalLockConfiguration", "samlSingleSignOnSettings"}
)
READ_ONLY = frozenset(
    {"id", "appId", "createdDateTime", "deletedDateTime", "renewedDateTime", "publisherDomain"}
    | {"securityIdentifier", "lastPasswordChangeDateTime", "signInSessionsValidFromDateTime"}
)
TEMPLATES: dict[ObjectKind, Json] = {
    "User": documents.user(object_id="", upn="", display_name="", created=""),
    "Group": documents.group(object_id="", display_name="", mail_nickname="", created=""),
    "Application": documents.application(
        object_id="", app_id="", display_name="", domain="", created=""
    ),
    "ServicePrincipal": documents.service_principal(
        object_id="", app_id="", display_name="", owner_tenant_id="", names=()
    ),
}


def check(call: Call, kind: ObjectKind, body: Json, ignored: Collection[str] = ()) -> None:
    """Refuse properties that the kind does not have, or that have a value of another type.

    Annotations (`@odata.type`) and the names in `ignored` are let pass.

    Raises:
        CloudError: 400.
    """
    template = TEMPLATES[kind]
    for name, value in body.items():
        if "@" in name or name in ignored:
            continue
        if name not in template:
            raise call.refuse.bad(f"Invalid property '{name}'.")
        if value is None:
            continue
        if name in READ_ONLY:
            raise call.refuse.bad(f"Property '{name}' is read-only and cannot be set.")
        if not _fits(name, template[name], value):
            raise invalid(call, kind, name)


def require(call: Call, kind: ObjectKind, body: Json, names: Collection[str]) -> None:
    """Refuse a new object without a value for one of these properties.

    Raises:
        CloudError: 400.
    """
    for name in names:
        if body.get(name) is None:
            raise call.refuse.bad(
                f"A value is required for property '{name}' of resource '{kind}'."
            )


def invalid(call: Call, kind: ObjectKind, name: str) -> Exception:
    """The refusal of a property's value."""
    return call.refuse.bad(f"Invalid value specified for property '{name}' of resource '{kind}'.")


def apply(document: Json, body: Json) -> None:
    """Write a checked body's properties into the object.

    An object within is changed property by property; a list is emptied by null, a boolean or an
    object that cannot be null stays as it is.
    """
    for name, value in body.items():
        if name not in document or name in READ_ONLY:
            continue
        old = document[name]
        if isinstance(old, dict) and isinstance(value, dict):
            document[name] = _merged(cast("Json", old), cast("Json", value))
        elif value is not None:
            document[name] = value
        elif isinstance(old, list):
            document[name] = []
        elif not isinstance(old, bool | dict):
            document[name] = None


def _merged(old: Json, new: Json) -> Json:
    merged = dict(old)
    for name, value in new.items():
        before = merged.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            merged[name] = {**before, **value}
        else:
            merged[name] = value
    return merged


def _fits(name: str, example: object, value: object) -> bool:
    if example is not None:
        return isinstance(value, type(example))
    if name in BOOLEANS:
        return isinstance(value, bool)
    return isinstance(value, dict if name in OBJECTS else str)
