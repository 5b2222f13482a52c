from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from rehearsal.cloud.web import Request
from tests.support.identity import (
    AKS_CLIENT,
    AKS_SERVER,
    TENANT,
    WORLD,
    Identity,
    claims_of,
    error_of,
)

if TYPE_CHECKING:
    from rehearsal.cloud.clock import ManualClock
    from rehearsal.cloud.web import Reply

VERIFIER = "a-verifier-that-nobody-else-knows-at-all-0123456789"
REDIRECT = "http://localhost:8400/"


DIGEST = hashlib.sha256(VERIFIER.encode()).digest()
QUERY = {
    "client_id": AKS_CLIENT,
    "response_type": "code",
    "redirect_uri": REDIRECT,
    "scope": f"{AKS_SERVER}/.default openid offline_access",
    "state": "the-state",
    "nonce": "the-nonce",
    "code_challenge": base64.urlsafe_b64encode(DIGEST).rstrip(b"=").decode(),
    "code_challenge_method": "S256",
}


def address(version: str = "/v2.0", **changes: str) -> str:
    return f"/{TENANT}/oauth2{version}/authorize?{urlencode({**QUERY, **changes})}"


def log_in(identity: Identity, **changes: str) -> Reply:
    account = WORLD.account("payments-dev")
    fields = {"username": account.upn, "password": account.secret, **changes}
    return identity.post_form(address(), **fields)


@pytest.fixture
def code(identity: Identity) -> str:
    reply = log_in(identity)
    assert reply.status == 302
    answer = parse_qs(urlsplit(reply.headers["location"]).query)
    assert answer["state"] == ["the-state"]
    return answer["code"][0]


def exchange(identity: Identity, code: str, **changes: str) -> Reply:
    fields = {
        "grant_type": "authorization_code",
        "client_id": AKS_CLIENT,
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
        **changes,
    }
    return identity.token_reply(**fields)


def test_the_code_is_exchanged_for_tokens_once(identity: Identity, code: str) -> None:
    body = exchange(identity, code).body
    assert claims_of(body["access_token"])["upn"] == WORLD.account("payments-dev").upn
    assert claims_of(body["id_token"])["nonce"] == "the-nonce"
    assert error_of(exchange(identity, code)) == (400, "invalid_grant", 54005)


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"code_verifier": "another"}, 501481),
        ({"code_verifier": ""}, 501481),
        ({"redirect_uri": "http://localhost:9999/"}, 50011),
    ],
)
def test_a_stolen_code_is_worth_nothing(
    identity: Identity, code: str, changes: dict[str, str], number: int
) -> None:
    assert error_of(exchange(identity, code, **changes))[2] == number


def test_a_code_ends(identity: Identity, clock: ManualClock, code: str) -> None:
    clock.advance(timedelta(minutes=10))
    assert error_of(exchange(identity, code))[2] == 70008


def test_the_page_asks_for_name_and_password(identity: Identity) -> None:
    page = identity.request("GET", address())
    assert page.status == 200
    assert b'name="password"' in page.encoded()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"redirect_uri": "https://attacker.example/"}, b"AADSTS50011"),
        ({"redirect_uri": "https://["}, b"AADSTS50011"),
        ({"redirect_uri": "http://[::1"}, b"AADSTS50011"),
        ({"redirect_uri": ""}, b"AADSTS900144"),
        ({"client_id": "nobody"}, b"AADSTS700016"),
        ({"response_type": "token"}, b"AADSTS700054"),
    ],
)
def test_a_wrong_request_ends_on_a_page_and_redirects_nowhere(
    identity: Identity, changes: dict[str, str], text: bytes
) -> None:
    account = WORLD.account("payments-dev")
    fields = {"username": account.upn, "password": account.secret}
    for version in ("", "/v2.0"):
        wrong = address(version, **changes)
        for reply in (identity.request("GET", wrong), identity.post_form(wrong, **fields)):
            assert reply.status == 400
            assert text in reply.encoded()
            assert "location" not in reply.headers


def test_a_wrong_password_is_said_on_the_page(identity: Identity) -> None:
    reply = log_in(identity, password="wrong")
    assert reply.status == 400
    assert b"AADSTS50126" in reply.encoded()


def test_a_way_back_that_no_header_can_hold_is_written_in_ascii(identity: Identity) -> None:
    account = WORLD.account("payments-dev")
    wanted = "http://localhost:8400/\u202e\r\n?a=%20"
    reply = identity.post_form(
        address(redirect_uri=wanted), username=account.upn, password=account.secret
    )
    location = reply.headers["location"]
    assert location.startswith("http://localhost:8400/%E2%80%AE%0D%0A?a=%20&code=")


def test_an_application_that_nobody_can_write_down_is_not_known(identity: Identity) -> None:
    request = Request("GET", f"/{TENANT}/oauth2/v2.0/authorize", {**QUERY, "client_id": "\ud800"})
    reply = identity.cloud.router.handle(request)
    assert reply.status == 400
    assert b"AADSTS700016" in reply.encoded()
