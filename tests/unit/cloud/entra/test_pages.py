"""What the log-in pages promise beyond name and password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from rehearsal.cloud.entra import device, interactive
from rehearsal.cloud.entra.policies import withhold_consent
from tests.support.identity import (
    AKS_CLIENT,
    AKS_SERVER,
    ORIGIN,
    TENANT,
    WORLD,
    Identity,
    claims_of,
)

if TYPE_CHECKING:
    from rehearsal.cloud.web import Reply

DEVICE = "/common/oauth2/deviceauth"
SCOPE = f"{AKS_SERVER}/.default openid offline_access"
OTHER_SITE = [
    {"sec-fetch-site": "cross-site", "origin": "https://attacker.example"},
    {"sec-fetch-site": "same-site", "origin": "https://localhost:9999"},
    {"origin": "https://attacker.example", "host": "localhost:8443"},
    {"origin": "null", "host": "localhost:8443"},
    {"origin": "http://[", "host": "localhost:8443"},
]
OWN_SITE = [
    {},
    {"sec-fetch-site": "same-origin", "origin": ORIGIN},
    {"origin": ORIGIN, "host": "localhost:8443"},
]


def authorize(**changes: str) -> str:
    query = {
        "client_id": AKS_CLIENT,
        "response_type": "code",
        "redirect_uri": "http://localhost:8400/",
        "scope": SCOPE,
        "state": "the-<state>",
        **changes,
    }
    return f"/{TENANT}/oauth2/v2.0/authorize?{urlencode(query)}"


def post(
    identity: Identity, address: str, headers: dict[str, str] | None = None, **fields: str
) -> Reply:
    return identity.request("POST", address, urlencode(fields).encode(), headers)


def log_in(identity: Identity, address: str, who: str = "shop-dev", **more: str) -> Reply:
    account = WORLD.account(who)
    fields = {"username": account.upn, "password": account.secret, **more}
    return post(identity, address, None, **fields)


def user_code(identity: Identity) -> str:
    address = f"/{TENANT}/oauth2/v2.0/devicecode"
    return identity.post_form(address, client_id=AKS_CLIENT, scope=SCOPE).body["user_code"]


def text(reply: Reply) -> str:
    return reply.encoded().decode()


def hidden(reply: Reply, name: str) -> str:
    return text(reply).partition(f'name="{name}" value="')[2].partition('"')[0]


def exchanged(identity: Identity, reply: Reply) -> dict[str, Any]:
    """Claims of the token that the client gets for the code."""
    code = parse_qs(urlsplit(reply.headers["location"]).query)["code"][0]
    body = identity.token_reply(
        grant_type="authorization_code",
        client_id=AKS_CLIENT,
        code=code,
        redirect_uri="http://localhost:8400/",
    ).body
    return claims_of(body["access_token"])


@pytest.mark.parametrize("address", [DEVICE, authorize()])
@pytest.mark.parametrize("headers", OTHER_SITE)
def test_a_form_that_another_site_sends_does_nothing(
    identity: Identity, address: str, headers: dict[str, str]
) -> None:
    account = WORLD.account("shop-dev")
    fields = {"username": account.upn, "password": account.secret}
    reply = post(identity, address, headers, user_code=user_code(identity), **fields)
    assert reply.status == 403
    assert "Another site" in text(reply)


@pytest.mark.parametrize("headers", OWN_SITE)
def test_a_form_of_the_page_itself_or_of_no_browser_is_taken(
    identity: Identity, headers: dict[str, str]
) -> None:
    reply = post(identity, DEVICE, headers, user_code=user_code(identity))
    assert reply.status == 200
    assert "Azure Kubernetes Service AAD Client wants to sign you in" in text(reply)


@pytest.mark.parametrize("reply_of", [DEVICE, authorize()])
def test_no_script_and_no_frame_of_others_gets_near_the_page(
    identity: Identity, reply_of: str
) -> None:
    policy = identity.request("GET", reply_of).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'sha256-" in policy


def test_the_code_goes_back_in_a_form_where_the_client_wants_it_so(identity: Identity) -> None:
    reply = log_in(identity, authorize(response_mode="form_post"))
    assert reply.status == 200
    assert 'method="post" action="http://localhost:8400/"' in text(reply)
    assert hidden(reply, "state") == "the-&lt;state&gt;"
    assert len(hidden(reply, "code")) > 40
    assert "location" not in reply.headers


def test_the_code_goes_back_in_the_fragment_where_the_client_wants_it_so(
    identity: Identity,
) -> None:
    location = log_in(identity, authorize(response_mode="fragment")).headers["location"]
    assert set(parse_qs(urlsplit(location).fragment)) == {"code", "state"}


def test_an_unknown_way_back_is_refused(identity: Identity) -> None:
    reply = identity.request("GET", authorize(response_mode="carrier-pigeon"))
    assert reply.status == 400
    assert "AADSTS70007" in text(reply)


@pytest.mark.parametrize(
    ("changes", "error", "number"),
    [
        ({"prompt": "none"}, "login_required", "AADSTS50058"),
        ({"scope": "api://nobody/.default"}, "invalid_resource", "AADSTS500011"),
        ({"scope": ""}, "invalid_request", "AADSTS900144"),
    ],
)
def test_the_client_is_told_what_is_wrong_with_its_request(
    identity: Identity, changes: dict[str, str], error: str, number: str
) -> None:
    reply = identity.request("GET", authorize(**changes))
    assert reply.status == 302
    answer = parse_qs(urlsplit(reply.headers["location"]).query)
    assert answer["error"] == [error]
    assert answer["error_description"][0].startswith(number)
    assert answer["state"] == ["the-<state>"]


def test_the_client_is_told_that_the_person_declined(identity: Identity) -> None:
    reply = post(identity, authorize(), action="decline")
    answer = parse_qs(urlsplit(reply.headers["location"]).query)
    assert answer["error"] == ["access_denied"]


def test_a_second_factor_is_asked_for_by_a_ticket_and_not_by_the_password(
    identity: Identity,
) -> None:
    page = log_in(identity, authorize(), "security-officer")
    assert page.status == 200
    assert WORLD.account("security-officer").secret not in text(page)
    ticket = hidden(page, "ticket")
    wrong = post(identity, authorize(), ticket=ticket, verification_code="000000")
    assert wrong.status == 400
    right = post(identity, authorize(), ticket=ticket, verification_code="314159")
    assert right.status == 302
    assert exchanged(identity, right)["amr"] == ["pwd", "mfa"]
    again = post(identity, authorize(), ticket=ticket, verification_code="314159")
    assert "Sign in again" in text(again)


def test_a_ticket_is_only_good_for_what_it_was_given_for(identity: Identity) -> None:
    ticket = hidden(log_in(identity, authorize(), "security-officer"), "ticket")
    other = authorize(scope="https://graph.microsoft.com/.default")
    reply = post(identity, other, ticket=ticket, verification_code="314159")
    assert "Sign in again" in text(reply)


@pytest.mark.parametrize(
    ("who", "said"), [("contractor", "AADSTS53003"), ("former-employee", "AADSTS50057")]
)
def test_who_may_not_log_in_gets_no_code(identity: Identity, who: str, said: str) -> None:
    reply = log_in(identity, authorize(), who)
    assert said in text(reply)
    assert "location" not in reply.headers


def test_an_application_without_consent_gets_no_code(identity: Identity) -> None:
    withhold_consent(identity.cloud.store, AKS_CLIENT)
    reply = log_in(identity, authorize())
    assert "AADSTS90094" in text(reply)
    assert "location" not in reply.headers


def test_a_device_whose_time_ended_while_the_person_typed_is_not_signed_in(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = user_code(identity)

    def slowly(*arguments: Any) -> Any:
        outcome = interactive.answered(*arguments)
        post(identity, DEVICE, user_code=code, action="decline")
        return outcome

    monkeypatch.setattr(device, "answered", slowly)
    reply = log_in(identity, DEVICE, user_code=code)
    assert reply.status == 400
    assert "That code didn" in text(reply)
