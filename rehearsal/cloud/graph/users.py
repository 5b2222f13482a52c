"""/users and /me: people, and what they own."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, cast

from rehearsal.cloud.clock import wire_time
from rehearsal.cloud.graph import documents
from rehearsal.cloud.graph.credentials import Credentials
from rehearsal.cloud.graph.pages import entity, listing
from rehearsal.cloud.graph.references import list_ids
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.graph.pages import Found
    from rehearsal.cloud.store import Json

REQUIRED = ("accountEnabled", "displayName", "mailNickname", "passwordProfile", "userPrincipalName")


def list_users(call: Call) -> Reply:
    """All users."""
    if not call.rights.read("User"):
        raise call.refuse.denied()
    found: list[Found] = [("User", user) for user in call.directory.all("User")]
    return listing(call, "users", found, typed=False)


def get_user(call: Call) -> Reply:
    """One user, by object id or user principal name."""
    return entity(call, "User", call.readable("User", _id(call)))


def get_me(call: Call) -> Reply:
    """The caller, if it is a person."""
    if call.caller.kind != "User":
        raise call.refuse.bad("/me request is only valid with delegated authentication flow.")
    return entity(call, "User", call.readable("User", call.caller.object_id))


def owned_by_me(call: Call) -> Reply:
    """What the caller owns."""
    return list_ids(call, call.directory.owned_ids(call.caller.object_id))


def create_user(call: Call) -> Reply:
    """Make a user with a password."""
    if not call.rights.create("User"):
        raise call.refuse.denied()
    body = call.body()
    for name in REQUIRED:
        if body.get(name) is None:
            raise call.refuse.bad(f"A value is required for property '{name}' of resource 'User'.")
    upn: str = body["userPrincipalName"]
    if upn.rpartition("@")[2].lower() != call.directory.tenant().domain.lower():
        raise call.refuse.bad(
            "The domain portion of the userPrincipalName property is invalid. You must use one of"
            " the verified domain names in your organization."
        )
    if call.directory.find_by_upn(upn) is not None:
        raise call.refuse.bad(
            "Another object with the same value for property userPrincipalName already exists."
        )
    user = documents.user(
        object_id=str(uuid.uuid4()),
        upn=upn,
        display_name=body["displayName"],
        created=wire_time(call.cloud.clock.now()),
    )
    _apply(call, user, body)
    return entity(call, "User", user, 201)


def update_user(call: Call) -> Reply:
    """Change a user: disable it, give it a new password, rename it."""
    user = call.manageable("User", _id(call))
    _apply(call, user, call.body())
    return Reply(204)


def delete_user(call: Call) -> Reply:
    """Delete a user with its memberships."""
    user = call.manageable("User", _id(call))
    call.directory.remove("User", user["id"])
    return Reply(204)


def _id(call: Call) -> str:
    named = call.request.params["id"]
    if "@" not in named:
        return named
    found = call.directory.find_by_upn(named)
    # Whoever may not read users learns nothing about names from the kind of refusal.
    return found.object_id if found is not None else named


def _apply(call: Call, user: Json, body: Json) -> None:
    for name in body:
        if name not in (*user, "passwordProfile") or name in ("id", "createdDateTime"):
            raise call.refuse.bad(f"Invalid property '{name}'.")
    profile: Any = body.get("passwordProfile") or {}
    password: Any = cast("Json", profile).get("password") if isinstance(profile, dict) else None
    with call.cloud.store.transaction():
        if password is not None:
            credentials = Credentials(call.cloud.store, call.cloud.clock)
            credentials.set_password(user["id"], str(password))
        changed = {name: value for name, value in body.items() if name in user}
        call.directory.put("User", user | changed)
