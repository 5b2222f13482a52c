from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.support.identity import ORIGIN, SG_PAYMENTS, WORLD, Identity, graph_error

if TYPE_CHECKING:
    from rehearsal.cloud.web import Reply

EVENTUAL = {"consistencylevel": "eventual"}


def names(reply: Reply) -> list[str]:
    assert reply.status == 200, reply.body
    return [each["displayName"] for each in reply.body["value"]]


def filtered(identity: Identity, path: str, text: str, more: str = "") -> Reply:
    return identity.graph("GET", f"{path}?$filter={quote(text)}{more}", headers=EVENTUAL)


def test_pages_follow_each_other_and_miss_nothing(identity: Identity) -> None:
    seen: list[str] = []
    sizes: list[int] = []
    address = "/groups?$select=id"
    while address:
        body: dict[str, Any] = identity.graph("GET", address).body
        sizes.append(len(body["value"]))
        seen += [each["id"] for each in body["value"]]
        assert all(set(each) == {"id"} for each in body["value"])
        address = body.get("@odata.nextLink", "")
        assert not address or address.startswith(ORIGIN)
    assert sizes == [100, 100, len(WORLD.groups) - 200]
    assert len(set(seen)) == len(WORLD.groups)


def test_a_page_may_be_larger_or_smaller(identity: Identity) -> None:
    assert len(identity.graph("GET", "/groups?$top=999").body["value"]) == len(WORLD.groups)
    assert len(identity.graph("GET", "/groups?$top=1").body["value"]) == 1


@pytest.mark.parametrize("option", ["$top=0", "$top=1000", "$top=x", "$skiptoken=x"])
def test_a_wrong_page_is_400(identity: Identity, option: str) -> None:
    assert graph_error(identity.graph("GET", f"/groups?{option}")) == (400, "Request_BadRequest")


@pytest.mark.parametrize("option", ["$search=x", "$expand=members", "$apply=x"])
def test_an_option_nobody_answers_is_400(identity: Identity, option: str) -> None:
    reply = identity.graph("GET", f"/groups?{option}")
    assert graph_error(reply) == (400, "Request_UnsupportedQuery")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("displayName eq 'sg-payments'", ["sg-payments"]),
        ("displayName eq 'SG-PAYMENTS' and mailNickname eq 'sg-payments'", ["sg-payments"]),
        ("displayName eq 'sg-payments' or displayName eq 'sg-shop'", ["sg-payments", "sg-shop"]),
        ("startswith(displayName,'sg-p')", ["sg-platform-admins", "sg-payments"]),
        ("startswith(displayName, 'sg-p') and securityEnabled eq false", []),
        (f"id in ('{SG_PAYMENTS}', 'x')", ["sg-payments"]),
        ("description eq null and displayName eq 'sg-shop'", ["sg-shop"]),
        ("(displayName eq 'sg-shop')", ["sg-shop"]),
        ("displayName eq 'it''s'", []),
    ],
)
def test_groups_are_found_by_filter(identity: Identity, text: str, expected: list[str]) -> None:
    assert names(filtered(identity, "/groups", text)) == expected


def test_users_are_found_by_name(identity: Identity) -> None:
    upn = WORLD.account("shop-dev").upn
    assert names(filtered(identity, "/users", f"userPrincipalName eq '{upn}'")) == [
        "Shop Developer"
    ]


def test_service_principals_are_found_by_their_names(identity: Identity) -> None:
    app_id = WORLD.account("deployer").app_id
    any_of = f"servicePrincipalNames/any(c:c eq '{app_id}')"
    assert names(filtered(identity, "/servicePrincipals", any_of)) == ["deployer"]
    assert names(filtered(identity, "/servicePrincipals", f"appId eq '{app_id}'")) == ["deployer"]


@pytest.mark.parametrize(
    "text",
    ["displayName ne 'sg-shop'", "not startswith(displayName,'sg-')", "endswith(displayName,'p')"],
)
def test_advanced_filters_need_their_header_and_count(identity: Identity, text: str) -> None:
    plain = identity.graph("GET", f"/groups?$filter={quote(text)}")
    assert graph_error(plain) == (400, "Request_UnsupportedQuery")
    advanced = filtered(identity, "/groups", text, "&$count=true")
    assert advanced.status == 200
    assert advanced.body["@odata.count"] >= len(advanced.body["value"])


@pytest.mark.parametrize(
    "text",
    [
        "displayName",
        "displayName eq",
        "displayName gt 'x'",
        "eq 'x'",
        "(displayName eq 'x'",
        "%",
        "displayName eq 'x' displayName",
    ],
)
def test_a_filter_that_cannot_be_read_is_400(identity: Identity, text: str) -> None:
    reply = filtered(identity, "/groups", text)
    assert graph_error(reply) == (400, "Request_BadRequest")
    assert "Invalid filter clause" in reply.body["error"]["message"]


def test_a_listing_can_be_ordered(identity: Identity) -> None:
    listed = names(identity.graph("GET", "/users?$orderby=displayName%20desc"))
    assert listed == sorted(listed, key=str.lower, reverse=True)


def test_beta_shows_of_users_what_v1_shows_when_asked(identity: Identity) -> None:
    user = f"users/{WORLD.account('shop-dev').upn}"
    assert "accountEnabled" not in identity.graph("GET", f"/{user}").body
    assert identity.graph("GET", f"/beta/{user}").body["accountEnabled"] is True
    selected = identity.graph("GET", f"/{user}?$select=id,accountEnabled").body
    assert set(selected) == {"@odata.context", "id", "accountEnabled"}
