from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.identity import (
    ORIGIN,
    WORLD,
    Identity,
    claims_of,
    error_of,
    graph_error,
)

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud

NEW_USER = {
    "accountEnabled": True,
    "displayName": "New Person",
    "mailNickname": "new",
    "userPrincipalName": "new@contoso.example",
    "passwordProfile": {"password": "new-Passw0rd", "forceChangePasswordNextSignIn": False},
}
DEPLOYER = WORLD.account("deployer")


@pytest.fixture
def admin(cloud: Cloud) -> str:
    """Somebody who may administer people and applications."""
    account = WORLD.account("ci")
    permissions = frozenset(
        {"User.ReadWrite.All", "User-PasswordProfile.ReadWrite.All"}
        | {"Application.ReadWrite.OwnedBy"}
    )
    cloud.directory.grant(account.object_id, graph=permissions, directory_roles=frozenset())
    return "ci"


def test_a_user_is_found_by_id_and_by_name(identity: Identity) -> None:
    account = WORLD.account("shop-dev")
    by_name = identity.graph("GET", f"/users/{account.upn.upper()}").body
    assert by_name["id"] == account.object_id
    assert identity.graph("GET", f"/users/{account.object_id}").body == by_name


def test_me_is_who_asks(identity: Identity) -> None:
    me = identity.graph("GET", "/me", who="shop-dev").body
    assert me["userPrincipalName"] == WORLD.account("shop-dev").upn
    assert graph_error(identity.graph("GET", "/me")) == (400, "Request_BadRequest")


def test_a_user_lives_and_dies(identity: Identity, admin: str) -> None:
    made = identity.graph("POST", "/users", NEW_USER, who=admin)
    assert made.status == 201
    assert "new-Passw0rd" not in json.dumps(made.body)
    fields = identity.password_fields(
        "shop-dev", username="new@contoso.example", password="new-Passw0rd"
    )
    assert identity.token_reply(**fields).status == 200

    path = f"/users/{made.body['id']}"
    assert identity.graph("PATCH", path, {"accountEnabled": False}, who=admin).status == 204
    assert error_of(identity.token_reply(**fields))[2] == 50057

    assert identity.graph("DELETE", path, who=admin).status == 204
    assert error_of(identity.token_reply(**fields))[2] == 50034


def test_a_password_can_be_changed(identity: Identity, admin: str) -> None:
    path = f"/users/{WORLD.account('shop-dev').object_id}"
    body = {"passwordProfile": {"password": "an0ther-Passw0rd"}}
    assert identity.graph("PATCH", path, body, who=admin).status == 204
    assert error_of(identity.token_reply(**identity.password_fields("shop-dev")))[2] == 50126


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"displayName": None}, "displayName"),
        ({"userPrincipalName": "new@elsewhere.example"}, "domain"),
        ({"userPrincipalName": "shop-dev@contoso.example"}, "already exists"),
        ({"shoeSize": 42}, "shoeSize"),
    ],
)
def test_a_wrong_user_is_refused(
    identity: Identity, admin: str, changes: dict[str, Any], text: str
) -> None:
    reply = identity.graph("POST", "/users", {**NEW_USER, **changes}, who=admin)
    assert graph_error(reply) == (400, "Request_BadRequest")
    assert text in reply.body["error"]["message"]


@pytest.mark.parametrize("who", ["deployer", "outsider", "guest"])
def test_not_everybody_makes_users(identity: Identity, who: str) -> None:
    reply = identity.graph("POST", "/users", NEW_USER, who=who)
    assert graph_error(reply) == (403, "Authorization_RequestDenied")


def test_an_application_with_its_principal_and_secret(identity: Identity, admin: str) -> None:
    application = identity.graph("POST", "/applications", {"displayName": "app"}, who=admin).body
    app_id = application["appId"]
    principal = identity.graph("POST", "/servicePrincipals", {"appId": app_id}, who=admin)
    assert principal.status == 201
    assert principal.body["appId"] == app_id
    owners = identity.graph("GET", f"/applications/{application['id']}/owners").body["value"]
    assert [each["id"] for each in owners] == [WORLD.account(admin).object_id]

    path = f"/applications/{application['id']}"
    made = identity.graph("POST", f"{path}/addPassword", {"passwordCredential": {}}, who=admin)
    secret = made.body["secretText"]
    fields = {
        "grant_type": "client_credentials",
        "client_id": app_id,
        "client_secret": secret,
        "scope": f"{ORIGIN}/.default",
    }
    token = identity.token_reply(**fields).body["access_token"]
    assert claims_of(token)["oid"] == principal.body["id"]

    shown = identity.graph("GET", path).body
    assert shown["passwordCredentials"][0]["keyId"] == made.body["keyId"]
    assert secret not in json.dumps(shown)

    body = {"keyId": made.body["keyId"]}
    assert identity.graph("POST", f"{path}/removePassword", body, who=admin).status == 204
    assert error_of(identity.token_reply(**fields))[2] == 7000215
    assert identity.graph("DELETE", path, who=admin).status == 204
    missing = identity.graph("GET", f"/servicePrincipals(appId='{app_id}')")
    assert graph_error(missing) == (404, "Request_ResourceNotFound")


def test_what_is_not_owned_is_not_managed(identity: Identity, admin: str) -> None:
    path = f"/applications(appId='{DEPLOYER.app_id}')"
    reply = identity.graph("PATCH", path, {"displayName": "mine"}, who=admin)
    assert graph_error(reply) == (403, "Authorization_RequestDenied")


def test_service_principals_by_application_id(identity: Identity) -> None:
    found = identity.graph("GET", f"/servicePrincipals(appId='{DEPLOYER.app_id}')").body
    assert found["id"] == DEPLOYER.object_id


def test_one_principal_an_application(identity: Identity, admin: str) -> None:
    body = {"appId": DEPLOYER.app_id}
    again = identity.graph("POST", "/servicePrincipals", body, who=admin)
    assert graph_error(again) == (409, "Request_MultipleObjectsWithSameKeyValue")
    unknown = identity.graph("POST", "/servicePrincipals", {"appId": "none"}, who=admin)
    assert graph_error(unknown) == (400, "Request_BadRequest")


def test_a_secret_is_not_written_by_hand(identity: Identity, admin: str) -> None:
    made = identity.graph("POST", "/applications", {"displayName": "app"}, who=admin).body
    body = {"passwordCredentials": [{"secretText": "x"}]}
    reply = identity.graph("PATCH", f"/applications/{made['id']}", body, who=admin)
    assert graph_error(reply) == (400, "Request_BadRequest")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b'{"x": NaN}', b"[" * 100_000])
def test_a_body_that_is_no_object_is_400(identity: Identity, body: bytes) -> None:
    token = identity.log_in("deployer", f"{ORIGIN}/.default")["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    reply = identity.request("POST", "/v1.0/groups", body, headers)
    assert graph_error(reply) == (400, "Request_BadRequest")
