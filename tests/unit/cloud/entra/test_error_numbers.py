"""Each situation in which Entra refuses, with the number, error and status that it refuses with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.support.identity import (
    AKS_CLIENT,
    AKS_SERVER,
    GRAPH,
    ORIGIN,
    TENANT,
    TOKEN_V1,
    TOKEN_V2,
    WORLD,
    Identity,
    error_of,
)

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Reply

Situation = Callable[[Identity], "Reply"]
UNKNOWN = "99999999-0000-4000-8000-000000000001"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
SCOPE = f"{AKS_SERVER}/.default openid offline_access profile"


def secret(who: str = "deployer", **changes: str) -> Situation:
    """A service principal's log-in, with fields changed."""
    return lambda identity: identity.token_reply(**identity.secret_fields(who, **changes))


def person(who: str = "payments-dev", **changes: str) -> Situation:
    """A person's log-in by password, with fields changed."""
    return lambda identity: identity.token_reply(**identity.password_fields(who, **changes))


def grant(kind: str, **fields: str) -> Situation:
    """Kubelogin's client with a grant of its own."""
    sent = {"grant_type": kind, "client_id": AKS_CLIENT, **fields}
    return lambda identity: identity.token_reply(**sent)


def at(address: str, who: str = "deployer") -> Situation:
    """A service principal's log-in at another address."""
    return lambda identity: identity.post_form(address, **identity.secret_fields(who))


def get(address: str) -> Situation:
    """What a client reads before it logs in."""
    return lambda identity: identity.request("GET", address)


def pending(identity: Identity) -> Reply:
    """A device that asks before its person has logged in."""
    address = f"/{TENANT}/oauth2/v2.0/devicecode"
    device = identity.post_form(address, client_id=AKS_CLIENT, scope=SCOPE).body
    return grant(DEVICE, device_code=device["device_code"])(identity)


def declined(identity: Identity) -> Reply:
    """A device whose person says that it is not theirs."""
    address = f"/{TENANT}/oauth2/v2.0/devicecode"
    device = identity.post_form(address, client_id=AKS_CLIENT, scope=SCOPE).body
    page = {"user_code": device["user_code"], "action": "decline"}
    identity.post_form("/common/oauth2/deviceauth", **page)
    return grant(DEVICE, device_code=device["device_code"])(identity)


INSTANCE = "/common/discovery/instance?api-version=1.1&authorization_endpoint="

SITUATIONS: dict[str, tuple[Situation, int, str, int]] = {
    # The request.
    "no grant type": (secret(grant_type=""), 400, "invalid_request", 900144),
    "an unknown grant type": (secret(grant_type="magic"), 400, "unsupported_grant_type", 70003),
    "no client": (secret(client_id=""), 400, "invalid_request", 900144),
    "no user name": (person(username=""), 400, "invalid_request", 900144),
    "no refresh token": (grant("refresh_token"), 400, "invalid_request", 900144),
    "no code": (grant("authorization_code"), 400, "invalid_request", 900144),
    "no v1 resource": (at(TOKEN_V1), 400, "invalid_request", 900144),
    # The tenant and the cloud.
    "an unknown tenant": (at(f"/{UNKNOWN}/oauth2/v2.0/token"), 400, "invalid_request", 90002),
    "an unknown domain": (at("/nowhere.example/oauth2/token"), 400, "invalid_request", 90002),
    "no tenant's name": (at("/nobody/oauth2/v2.0/token"), 400, "invalid_request", 900023),
    "an application at common": (at("/common/oauth2/v2.0/token"), 400, "invalid_request", 50059),
    "another cloud": (
        get(f"{INSTANCE}https://elsewhere.example/x"),
        400,
        "invalid_instance",
        50049,
    ),
    # The client.
    "an unknown client": (secret(client_id=UNKNOWN), 400, "unauthorized_client", 700016),
    "a wrong secret": (secret(client_secret="wrong"), 401, "invalid_client", 7000215),
    "an expired secret": (secret("expired"), 401, "invalid_client", 7000222),
    "no secret": (secret(client_secret=""), 401, "invalid_client", 7000216),
    "a person through a web application": (
        person(client_id=AKS_SERVER),
        401,
        "invalid_client",
        7000218,
    ),
    "a public client's secret": (secret(client_id=AKS_CLIENT), 401, "invalid_client", 700025),
    "no JWT as assertion": (
        secret(
            client_secret="",
            client_assertion="x",
            client_assertion_type="urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        401,
        "invalid_client",
        50027,
    ),
    # What the token is for.
    "no scope": (secret(scope=""), 400, "invalid_request", 900144),
    "an application's scope without resource": (
        secret(scope="openid"),
        400,
        "invalid_scope",
        1002012,
    ),
    "an application's single permission": (
        secret(scope=f"{GRAPH}/Group.Read.All"),
        400,
        "invalid_scope",
        1002012,
    ),
    "two resources": (
        secret(scope=f"{GRAPH}/.default {AKS_SERVER}/.default"),
        400,
        "invalid_scope",
        28000,
    ),
    "the default beside a permission": (
        person(scope=f"{GRAPH}/.default {GRAPH}/User.Read"),
        400,
        "invalid_scope",
        70011,
    ),
    "an unknown resource": (
        secret(scope="https://nowhere.example/.default"),
        400,
        "invalid_resource",
        500011,
    ),
    "a permission without consent": (
        person(scope=f"{GRAPH}/Mail.Read"),
        400,
        "invalid_grant",
        65001,
    ),
    "a client without consent": (
        person(
            client_id=WORLD.account("unconsented").app_id,
            client_secret=WORLD.account("unconsented").secret,
        ),
        400,
        "invalid_grant",
        65001,
    ),
    # The person.
    "a wrong password": (person(password="wrong"), 400, "invalid_grant", 50126),
    "an unknown person": (person(username="nobody@contoso.example"), 400, "invalid_grant", 50034),
    "a disabled person": (person("former-employee"), 400, "invalid_grant", 50057),
    "a second factor required": (person("security-officer"), 400, "invalid_grant", 50076),
    "access blocked": (person("contractor"), 400, "invalid_grant", 53003),
    # Codes and refresh tokens; those that end with time are tested where their lives are.
    "a made-up refresh token": (
        grant("refresh_token", refresh_token="made-up"),
        400,
        "invalid_grant",
        9002313,
    ),
    "a made-up code": (grant("authorization_code", code="made-up"), 400, "invalid_grant", 9002313),
    "a device too early": (pending, 400, "authorization_pending", 70016),
    "a device declined": (declined, 400, "authorization_declined", 70017),
    "a made-up device code": (
        grant(DEVICE, device_code="made-up"),
        400,
        "bad_verification_code",
        70018,
    ),
}

SUBERRORS = {
    "a second factor required": "basic_action",
    "access blocked": "message_only",
    "a permission without consent": "consent_required",
    "a client without consent": "consent_required",
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_situation_has_its_number(identity: Identity, name: str) -> None:
    situation, status, error, number = SITUATIONS[name]
    reply = situation(identity)
    assert error_of(reply) == (status, error, number)
    assert reply.body.get("suberror") == SUBERRORS.get(name)


def test_a_refusal_has_all_that_support_asks_for(identity: Identity) -> None:
    correlation = "11111111-0000-4000-8000-000000000001"
    reply = identity.request("POST", TOKEN_V2, b"", {"client-request-id": correlation})
    assert set(reply.body) == {
        *("error", "error_description", "error_codes", "timestamp"),
        *("trace_id", "correlation_id", "error_uri"),
    }
    assert reply.body["error_uri"] == f"{ORIGIN}/error?code=900144"
    assert reply.body["correlation_id"] == correlation
    text = reply.body["error_description"]
    assert text.startswith("AADSTS900144: ")
    for part in ("Trace ID: ", f"Correlation ID: {correlation}", "Timestamp: 2026-01-01 00:00:00Z"):
        assert part in text


def test_a_disabled_application_cannot_log_in(cloud: Cloud, identity: Identity) -> None:
    found = cloud.directory.get("ServicePrincipal", WORLD.account("ci").object_id)
    assert found is not None
    cloud.directory.put("ServicePrincipal", found | {"accountEnabled": False})
    reply = identity.token_reply(**identity.secret_fields("ci"))
    assert error_of(reply) == (400, "unauthorized_client", 7000112)


def test_a_deleted_application_is_unknown(cloud: Cloud, identity: Identity) -> None:
    cloud.directory.remove("ServicePrincipal", WORLD.account("ci").object_id)
    reply = identity.token_reply(**identity.secret_fields("ci"))
    assert error_of(reply) == (400, "unauthorized_client", 700016)
