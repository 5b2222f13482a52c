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


@pytest.mark.parametrize("option", ["$search=x", "$skip=1", "$apply=x"])
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"displayName:payments"', ["sg-payments"]),
        ('"displayName:PAY sg"', ["sg-payments"]),
        ('"displayName:ayments"', []),
        ('"displayName:payments" OR "displayName:shop"', ["sg-payments", "sg-shop"]),
        ('"displayName:payments" AND "mailNickname:shop"', []),
    ],
)
def test_a_search_finds_words_by_their_beginning(
    identity: Identity, text: str, expected: list[str]
) -> None:
    reply = identity.graph("GET", f"/groups?$search={quote(text)}", headers=EVENTUAL)
    assert names(reply) == expected


def test_a_search_needs_its_header(identity: Identity) -> None:
    reply = identity.graph("GET", f"/groups?$search={quote(chr(34) + 'displayName:x' + chr(34))}")
    assert graph_error(reply) == (400, "Request_UnsupportedQuery")
    assert reply.body["error"]["message"] == (
        "Request with $search query parameter only works through MSGraph with a special request"
        " header: 'ConsistencyLevel: eventual'"
    )


@pytest.mark.parametrize("text", ["x", "displayName:x", '"displayName"', '"displayName:x" NOT'])
def test_a_search_that_cannot_be_read_is_400(identity: Identity, text: str) -> None:
    reply = identity.graph("GET", f"/groups?$search={quote(text)}", headers=EVENTUAL)
    assert graph_error(reply) == (400, "Request_BadRequest")


def test_a_count_alone_is_a_number(identity: Identity) -> None:
    reply = identity.graph("GET", "/groups/$count", headers=EVENTUAL)
    assert (reply.body, reply.headers) == (
        str(len(WORLD.groups)).encode(),
        {"content-type": "text/plain"},
    )
    members = identity.graph("GET", f"/groups/{SG_PAYMENTS}/members/$count", headers=EVENTUAL)
    assert members.body == b"1"
    refused = identity.graph("GET", "/groups/$count")
    assert graph_error(refused) == (400, "Request_BadRequest")
    assert refused.body["error"]["message"] == "$count is not currently supported."


def test_a_count_without_its_header_is_left_out(identity: Identity) -> None:
    assert "@odata.count" not in identity.graph("GET", "/groups?$count=true").body
    counted = identity.graph("GET", "/groups?$count=true&$top=1", headers=EVENTUAL).body
    assert counted["@odata.count"] == len(WORLD.groups)


@pytest.mark.parametrize(
    ("option", "advanced"),
    [
        ("$orderby=displayName", 200),
        ("$orderby=createdDateTime", 200),
        ("$orderby=displayName&$filter=securityEnabled%20eq%20true", 200),
    ],
)
def test_some_orders_need_header_and_count(identity: Identity, option: str, advanced: int) -> None:
    plain = identity.graph("GET", f"/groups?{option}")
    assert plain.status == (200 if option == "$orderby=displayName" else 400)
    reply = identity.graph("GET", f"/groups?{option}&$count=true", headers=EVENTUAL)
    assert reply.status == advanced


@pytest.mark.parametrize("option", ["$orderby=displayName%20up", "$orderby=theme"])
def test_an_order_that_cannot_be_obeyed_is_400(identity: Identity, option: str) -> None:
    assert identity.graph("GET", f"/groups?{option}").status == 400


def test_members_can_be_expanded_up_to_twenty(identity: Identity) -> None:
    body = identity.graph("GET", f"/groups/{SG_PAYMENTS}?$expand=members,owners").body
    assert [each["displayName"] for each in body["members"]] == ["Payments Developer"]
    assert body["owners"] == []
    person = WORLD.account("many-groups").object_id
    path = f"/users/{person}?$expand=memberOf($select=id)"
    groups = identity.graph("GET", path).body["memberOf"]
    assert len(groups) == 20
    assert all(set(each) == {"@odata.type", "id"} for each in groups)
    listed = filtered(identity, "/groups", "displayName eq 'sg-shop'", "&$expand=members")
    assert [each["displayName"] for each in listed.body["value"][0]["members"]] == [
        "Shop Developer"
    ]


@pytest.mark.parametrize("option", ["$expand=drive", "$expand=members($top=1)"])
def test_what_cannot_be_expanded_is_400(identity: Identity, option: str) -> None:
    reply = identity.graph("GET", f"/groups/{SG_PAYMENTS}?{option}")
    assert graph_error(reply) == (400, "Request_BadRequest")


def test_an_option_that_is_refused_changes_nothing(identity: Identity) -> None:
    path = f"/groups/{SG_PAYMENTS}"
    reply = identity.graph("PATCH", f"{path}?$apply=x", {"description": "changed"})
    assert graph_error(reply) == (400, "Request_UnsupportedQuery")
    assert identity.graph("GET", path).body["description"] is None


def test_moments_are_compared(identity: Identity) -> None:
    later = filtered(identity, "/users", "createdDateTime ge 2030-01-01T00:00:00Z")
    assert names(later) == []
    assert len(names(filtered(identity, "/users", "createdDateTime le 2030-01-01"))) > 5


@pytest.mark.parametrize("text", ["(" * 500, "not " * 500, "id eq " + "9" * 5000])
def test_a_monstrous_filter_is_400(identity: Identity, text: str) -> None:
    reply = filtered(identity, "/groups", text)
    assert graph_error(reply) == (400, "Request_BadRequest")


@pytest.mark.parametrize(
    ("cast", "status"),
    [("graph.user", 200), ("microsoft.graph.device", 200), ("user", 400), ("graph.mailbox", 400)],
)
def test_a_cast_names_a_type(identity: Identity, cast: str, status: int) -> None:
    assert identity.graph("GET", f"/groups/{SG_PAYMENTS}/members/{cast}").status == status
