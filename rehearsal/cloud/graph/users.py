"""/users and /me: people, their passwords and their sessions."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, cast

from rehearsal.cloud.clock import wire_time
from rehearsal.cloud.graph import documents
from rehearsal.cloud.graph.credentials import Credentials
from rehearsal.cloud.graph.pages import created
from rehearsal.cloud.graph.properties import apply, check, invalid, require
from rehearsal.cloud.graph.recycle_bin import RecycleBin
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.store import Json

REQUIRED = ("accountEnabled", "displayName", "mailNickname", "passwordProfile", "userPrincipalName")
# https://learn.microsoft.com/entra/identity/authentication/concept-sspr-policy
PASSWORD_LENGTHS = range(8, 257)
PASSWORD_CLASSES = (str.islower, str.isupper, str.isdigit)
CLASSES_NEEDED = 3
WEAK = (
    "The specified password does not comply with password complexity requirements. Please provide"
    " a different password."
)


def create_user(call: Call) -> Reply:
    """Make a user with a password."""
    if not call.rights.create("User"):
        raise call.refuse.denied()
    body = call.body()
    require(call, "User", body, REQUIRED)
    _check(call, body)
    password = _password(call, body)
    if password is None:
        raise invalid(call, "User", "passwordProfile")
    user = documents.user(
        object_id=str(uuid.uuid4()),
        upn=body["userPrincipalName"],
        display_name=body["displayName"],
        created=wire_time(call.cloud.clock.now()),
    )
    apply(user, {**body, "passwordProfile": None})
    with call.cloud.store.transaction():
        call.directory.put("User", user)
        Credentials(call.cloud.store, call.cloud.clock).set_password(user["id"], password)
    return created(call, "User", user)


def update_user(call: Call) -> Reply:
    """Change a user: disable it, give it a new password, rename it."""
    user = call.manageable("User")
    body = call.body()
    if str(body.get("userPrincipalName", "")).lower() == user["userPrincipalName"].lower():
        del body["userPrincipalName"]
    _check(call, body)
    password = _password(call, body)
    if password is not None and not call.rights.set_passwords():
        raise call.refuse.denied()
    apply(user, {**body, "passwordProfile": None})
    with call.cloud.store.transaction():
        if password is None:
            call.directory.put("User", user)
        else:
            _write_password(call, user, password)
    return Reply(204)


def delete_user(call: Call) -> Reply:
    """Delete a user with its memberships; it can be restored for a while."""
    RecycleBin(call.cloud).put("User", call.manageable("User")["id"])
    return Reply(204)


def change_password(call: Call) -> Reply:
    """Give oneself another password.

    Raises:
        CloudError: 400, the current one is wrong or the new one too simple.
    """
    user = call.readable("User")
    body = call.body()
    current, new = body.get("currentPassword"), body.get("newPassword")
    if not isinstance(current, str) or not isinstance(new, str):
        raise call.refuse.bad("'currentPassword' and 'newPassword' are both required.")
    if not Credentials(call.cloud.store, call.cloud.clock).password_fits(user["id"], current):
        raise call.refuse.bad("The value of 'currentPassword' is not the user's password.")
    _check_password(call, new)
    with call.cloud.store.transaction():
        _write_password(call, user, new)
    return Reply(204)


def revoke_sessions(call: Call) -> Reply:
    """Make the user's refresh tokens worthless; everybody may do that to themselves."""
    user = call.found("User")
    if user["id"] != call.caller.object_id and not call.rights.manage("User", user):
        raise call.refuse.denied()
    user["signInSessionsValidFromDateTime"] = wire_time(call.cloud.clock.now())
    with call.cloud.store.transaction():
        call.directory.put("User", user)
        Credentials(call.cloud.store, call.cloud.clock).revoke_sessions(user["id"])
    return Reply(200, {"@odata.context": f"{call.base}/$metadata#Edm.Boolean", "value": True})


def _write_password(call: Call, user: Json, password: str) -> None:
    now = wire_time(call.cloud.clock.now())
    changed = {"lastPasswordChangeDateTime": now, "signInSessionsValidFromDateTime": now}
    call.directory.put("User", {**user, **changed})
    Credentials(call.cloud.store, call.cloud.clock).set_password(user["id"], password)


def _check(call: Call, body: Json) -> None:
    check(call, "User", body)
    for name in ("displayName", "mailNickname", "userPrincipalName"):
        if body.get(name, "x") in ("", None):
            raise invalid(call, "User", name)
    upn: str | None = body.get("userPrincipalName")
    if upn is None:
        return
    if upn.rpartition("@")[2].lower() != call.directory.tenant().domain.lower():
        raise call.refuse.bad(
            "The domain portion of the userPrincipalName property is invalid. You must use one of"
            " the verified domain names in your organization."
        )
    if call.directory.taken("User", "userPrincipalName", upn):
        raise call.refuse.bad(
            "Another object with the same value for property userPrincipalName already exists."
        )


def _password(call: Call, body: Json) -> str | None:
    """The password in the body's `passwordProfile`, or None."""
    profile = cast("Json", body.get("passwordProfile") or {})
    password: Any = profile.get("password")
    if password is None:
        return None
    if not isinstance(password, str):
        raise invalid(call, "User", "passwordProfile")
    _check_password(call, password)
    return password


def _check_password(call: Call, password: str) -> None:
    classes = [any(map(fits, password)) for fits in PASSWORD_CLASSES]
    classes.append(any(not each.isalnum() for each in password))
    if len(password) not in PASSWORD_LENGTHS or sum(classes) < CLASSES_NEEDED:
        raise call.refuse.bad(WEAK)
