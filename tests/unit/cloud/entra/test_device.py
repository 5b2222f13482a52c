from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.identity import (
    AKS_CLIENT,
    AKS_SERVER,
    ORIGIN,
    TENANT,
    TOKEN_V1,
    WORLD,
    Identity,
    claims_of,
    error_of,
)

if TYPE_CHECKING:
    from rehearsal.cloud.clock import ManualClock
    from rehearsal.cloud.web import Reply

PAGE = "/common/oauth2/deviceauth"
SCOPE = f"{AKS_SERVER}/.default openid offline_access profile"


@pytest.fixture
def device(identity: Identity) -> dict[str, Any]:
    """A device that has its code."""
    reply = identity.post_form(
        f"/{TENANT}/oauth2/v2.0/devicecode", client_id=AKS_CLIENT, scope=SCOPE
    )
    assert reply.status == 200
    return reply.body


def poll(identity: Identity, code: str) -> Reply:
    return identity.token_reply(
        grant_type="urn:ietf:params:oauth:grant-type:device_code",
        client_id=AKS_CLIENT,
        device_code=code,
        client_info="1",
    )


def type_in(identity: Identity, code: str, who: str = "payments-dev", **changes: str) -> Reply:
    account = WORLD.account(who)
    fields = {"user_code": code, "username": account.upn, "password": account.secret}
    return identity.post_form(PAGE, **{**fields, "action": "login", **changes})


def test_a_person_logs_in_on_the_page_and_the_device_gets_a_token(
    identity: Identity, device: dict[str, Any]
) -> None:
    assert error_of(poll(identity, device["device_code"])) == (400, "authorization_pending", 70016)
    page = type_in(identity, device["user_code"])
    assert page.status == 200
    assert b"Payments Developer" in page.encoded()

    reply = poll(identity, device["device_code"])

    assert reply.status == 200
    assert set(SCOPE.split()) <= set(reply.body["scope"].split())
    claims = claims_of(reply.body["access_token"])
    assert claims["oid"] == WORLD.account("payments-dev").object_id
    assert claims["aud"] == AKS_SERVER


def test_a_device_code_works_once(identity: Identity, device: dict[str, Any]) -> None:
    type_in(identity, device["user_code"])
    assert poll(identity, device["device_code"]).status == 200
    assert error_of(poll(identity, device["device_code"]))[1] == "bad_verification_code"


def test_the_code_may_be_typed_in_small_letters(identity: Identity, device: dict[str, Any]) -> None:
    assert type_in(identity, f" {device['user_code'].lower()} ").status == 200
    assert poll(identity, device["device_code"]).status == 200


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"password": "wrong"}, b"AADSTS50126"),
        ({"username": "nobody@contoso.example"}, b"AADSTS50034"),
        ({"user_code": "WRONGCODE"}, b"Check the code"),
    ],
)
def test_a_mistake_on_the_page_is_said_and_the_device_waits_on(
    identity: Identity, device: dict[str, Any], changes: dict[str, str], text: bytes
) -> None:
    page = type_in(identity, device["user_code"], **changes)
    assert page.status == 400
    assert text in page.encoded()
    assert error_of(poll(identity, device["device_code"]))[1] == "authorization_pending"


def test_the_page_repeats_no_password_and_no_markup(
    identity: Identity, device: dict[str, Any]
) -> None:
    shown = type_in(
        identity, device["user_code"], username="<script>'\"", password="s3cret-typed"
    ).encoded()
    assert b"s3cret-typed" not in shown
    assert b"<script>" not in shown


def test_the_page_fills_the_code_in(identity: Identity) -> None:
    page = identity.request("GET", f"{PAGE}?otc=ABC").encoded()
    assert b'value="ABC"' in page


def test_a_person_can_decline(identity: Identity, device: dict[str, Any]) -> None:
    page = type_in(identity, device["user_code"], action="decline", username="", password="")
    assert page.status == 200
    assert error_of(poll(identity, device["device_code"]))[1] == "authorization_declined"


def test_a_device_code_ends(identity: Identity, clock: ManualClock, device: dict[str, Any]) -> None:
    clock.advance(timedelta(seconds=device["expires_in"]))
    assert error_of(poll(identity, device["device_code"])) == (400, "expired_token", 70020)
    assert type_in(identity, device["user_code"]).status == 400


def test_a_code_is_only_good_for_the_client_that_asked(
    identity: Identity, device: dict[str, Any]
) -> None:
    type_in(identity, device["user_code"])
    account = WORLD.account("ci")
    reply = identity.token_reply(
        grant_type="urn:ietf:params:oauth:grant-type:device_code",
        client_id=account.app_id,
        client_secret=account.secret,
        device_code=device["device_code"],
    )
    assert error_of(reply)[1] == "bad_verification_code"


def test_version_1_has_its_own_name_for_the_end(identity: Identity, clock: ManualClock) -> None:
    begun = identity.post_form(
        f"/{TENANT}/oauth2/devicecode", client_id=AKS_CLIENT, resource=AKS_SERVER
    ).body
    clock.advance(timedelta(seconds=int(begun["expires_in"])))
    reply = identity.post_form(
        TOKEN_V1,
        grant_type="device_code",
        client_id=AKS_CLIENT,
        code=begun["device_code"],
        resource=AKS_SERVER,
    )
    assert error_of(reply) == (400, "code_expired", 70019)


def test_version_1_has_its_own_names_and_texts_for_numbers(identity: Identity) -> None:
    begun = identity.post_form(
        f"/{TENANT}/oauth2/devicecode?api-version=1.0",
        client_id=AKS_CLIENT,
        resource=f"spn:{AKS_SERVER}",
    ).body
    assert begun["verification_url"] == f"{ORIGIN}{PAGE}"
    assert (begun["expires_in"], begun["interval"]) == ("900", "1")
    type_in(identity, begun["user_code"])
    reply = identity.post_form(
        TOKEN_V1,
        grant_type="device_code",
        client_id=AKS_CLIENT,
        code=begun["device_code"],
        resource=f"spn:{AKS_SERVER}",
    )
    assert claims_of(reply.body["access_token"])["aud"] == f"spn:{AKS_SERVER}"
    assert reply.body["refresh_token"]


def test_a_client_that_keeps_a_secret_has_to_show_it(identity: Identity) -> None:
    reply = identity.post_form(
        f"/{TENANT}/oauth2/v2.0/devicecode", client_id=WORLD.account("ci").app_id, scope=SCOPE
    )
    assert error_of(reply) == (401, "invalid_client", 7000218)
