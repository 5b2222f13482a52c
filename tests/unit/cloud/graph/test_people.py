"""Passwords, sessions and invitations."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.identity import AKS_CLIENT, WORLD, Identity, error_of, graph_error

if TYPE_CHECKING:
    from rehearsal.cloud.clock import ManualClock
    from rehearsal.cloud.context import Cloud

ADMIN = "ci"
SHOP = WORLD.account("shop-dev")
DENIED = (403, "Authorization_RequestDenied")
BAD = (400, "Request_BadRequest")


@pytest.fixture
def admin(cloud: Cloud) -> str:
    """Somebody who may administer people, but not their passwords."""
    permissions = frozenset({"User.ReadWrite.All"})
    object_id = WORLD.account(ADMIN).object_id
    cloud.directory.grant(object_id, graph=permissions, directory_roles=frozenset())
    return ADMIN


def refresh(identity: Identity, token: str) -> Any:
    return identity.token_reply(
        grant_type="refresh_token", client_id=AKS_CLIENT, refresh_token=token
    )


def logged_in(identity: Identity) -> str:
    """A refresh token of the person."""
    reply = identity.token_reply(**identity.password_fields("shop-dev"))
    return reply.body["refresh_token"]


@pytest.mark.parametrize("path", ["/me", f"/users/{SHOP.upn}"])
def test_a_person_ends_all_own_sessions(identity: Identity, clock: ManualClock, path: str) -> None:
    token = logged_in(identity)
    assert refresh(identity, token).status == 200
    clock.advance(timedelta(seconds=1))
    reply = identity.graph("POST", f"{path}/revokeSignInSessions", who="shop-dev")
    assert (reply.status, reply.body["value"]) == (200, True)
    assert error_of(refresh(identity, token))[:2] == (400, "invalid_grant")
    shown = identity.graph("GET", "/beta/me", who="shop-dev").body
    assert shown["signInSessionsValidFromDateTime"] == "2026-01-01T00:00:01Z"


def test_only_an_administrator_ends_those_of_others(identity: Identity, admin: str) -> None:
    path = f"/users/{SHOP.object_id}/revokeSignInSessions"
    assert graph_error(identity.graph("POST", path, who="outsider")) == DENIED
    assert identity.graph("POST", path, who=admin).status == 200


def test_a_person_changes_the_own_password(identity: Identity) -> None:
    body = {"currentPassword": SHOP.secret, "newPassword": "An0ther-one"}
    assert identity.graph("POST", "/me/changePassword", body, who="shop-dev").status == 204
    assert error_of(identity.token_reply(**identity.password_fields("shop-dev")))[2] == 50126
    fields = identity.password_fields("shop-dev", password="An0ther-one")
    assert identity.token_reply(**fields).status == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"currentPassword": "wrong"},
        {"currentPassword": None},
        {"newPassword": 7},
        {"newPassword": "short"},
        {"newPassword": "onlysmallletters"},
        {"newPassword": "An0ther-one\ud800"},
    ],
)
def test_a_password_that_cannot_be_is_refused(identity: Identity, changes: dict[str, Any]) -> None:
    body = {"currentPassword": SHOP.secret, "newPassword": "An0ther-one", **changes}
    reply = identity.graph("POST", "/me/changePassword", body, who="shop-dev")
    assert graph_error(reply) == BAD
    assert identity.token_reply(**identity.password_fields("shop-dev")).status == 200


def test_writing_users_is_not_writing_passwords(identity: Identity, admin: str) -> None:
    path = f"/users/{SHOP.object_id}"
    body = {"passwordProfile": {"password": "An0ther-one"}, "jobTitle": "x"}
    assert graph_error(identity.graph("PATCH", path, body, who=admin)) == DENIED
    assert identity.graph("GET", path).body["jobTitle"] is None
    assert identity.graph("PATCH", path, {"jobTitle": "x"}, who=admin).status == 204
    assert identity.graph("GET", path).body["jobTitle"] == "x"


@pytest.mark.parametrize(
    "body",
    [
        {"accountEnabled": "no"},
        {"displayName": ""},
        {"displayName": None},
        {"userPrincipalName": WORLD.account("outsider").upn},
        {"businessPhones": "1"},
        {"passwordProfile": {"password": 7}},
        {"passwordProfile": "x"},
        {"id": "x"},
    ],
)
def test_a_change_that_makes_no_user_is_refused(
    cloud: Cloud, identity: Identity, admin: str, body: dict[str, Any]
) -> None:
    before = cloud.directory.get("User", SHOP.object_id)
    reply = identity.graph("PATCH", f"/users/{SHOP.object_id}", body, who=admin)
    assert graph_error(reply) == BAD
    assert cloud.directory.get("User", SHOP.object_id) == before


def test_a_user_may_be_renamed_to_what_it_is_called(identity: Identity, admin: str) -> None:
    path = f"/users('{SHOP.upn}')"
    body = {"userPrincipalName": SHOP.upn, "displayName": "Renamed"}
    assert identity.graph("PATCH", path, body, who=admin).status == 204
    assert identity.graph("GET", path).body["displayName"] == "Renamed"


def test_a_guest_is_invited_once(cloud: Cloud, identity: Identity) -> None:
    body = {
        "invitedUserEmailAddress": "new@fabrikam.example",
        "inviteRedirectUrl": "https://portal.example",
    }
    made = identity.graph("POST", "/invitations", body, who="shop-dev")
    assert (made.status, made.body["status"]) == (201, "PendingAcceptance")
    guest = cloud.directory.principal(made.body["invitedUser"]["id"])
    assert guest is not None
    assert (guest.guest, guest.upn) == (True, "new_fabrikam.example#EXT#@contoso.example")
    again = identity.graph("POST", "/invitations", body, who="shop-dev")
    assert again.body["invitedUser"]["id"] == guest.object_id


@pytest.mark.parametrize(
    "changes",
    [
        {"invitedUserEmailAddress": "nobody"},
        {"inviteRedirectUrl": None},
        {"invitedUserDisplayName": 7},
        {"colour": "red"},
    ],
)
def test_a_wrong_invitation_is_refused(identity: Identity, changes: dict[str, Any]) -> None:
    body = {
        "invitedUserEmailAddress": "new@fabrikam.example",
        "inviteRedirectUrl": "https://portal.example",
        **changes,
    }
    assert graph_error(identity.graph("POST", "/invitations", body, who="shop-dev")) == BAD
