from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.identity import (
    ORIGIN,
    SG_PAYMENTS,
    WORLD,
    Identity,
    graph_error,
    link,
)

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud

GONE = "99999999-0000-4000-8000-000000000001"
NEW = {
    "displayName": "aks-admins",
    "mailEnabled": False,
    "mailNickname": "aks-admins",
    "securityEnabled": True,
}
ADMIN = WORLD.account("platform-admin").object_id
DEPLOYER = WORLD.account("deployer").object_id
PAYMENTS = WORLD.account("payments-dev").object_id
SHOP = WORLD.account("shop-dev").object_id


def ids(identity: Identity, path: str) -> list[str]:
    reply = identity.graph("GET", path)
    assert reply.status == 200, reply.body
    return [each["id"] for each in reply.body["value"]]


def test_a_group_lives_and_dies(identity: Identity) -> None:
    made = identity.new_group("team-a", description="first")
    path = f"/groups/{made['id']}"
    assert identity.graph("GET", path).body["description"] == "first"

    changed = identity.graph("PATCH", path, {"displayName": "team-b", "description": None})

    assert (changed.status, changed.body) == (204, None)
    after = identity.graph("GET", path).body
    assert (after["displayName"], after["description"]) == ("team-b", None)
    assert identity.graph("DELETE", path).status == 204
    assert graph_error(identity.graph("GET", path)) == (404, "Request_ResourceNotFound")
    assert graph_error(identity.graph("DELETE", path)) == (404, "Request_ResourceNotFound")


def test_a_new_group_has_every_property_even_if_null(identity: Identity) -> None:
    made = identity.new_group("nulls")
    for name in ("description", "mail", "isAssignableToRole", "onPremisesSyncEnabled"):
        assert made[name] is None
    assert made["groupTypes"] == []


def test_azureads_way_of_making_a_group(identity: Identity) -> None:
    body = {
        **NEW,
        "displayName": "TERRAFORM_UPDATE_0b",
        "description": "",
        "owners@odata.bind": [f"{ORIGIN}/beta/directoryObjects/{DEPLOYER}"],
        "groupTypes": [],
        "membershipRule": None,
    }
    made = identity.graph("POST", "/beta/groups", body)
    assert made.status == 201
    path = f"/beta/groups/{made.body['id']}"
    assert identity.graph("PATCH", path, {"displayName": "aks-admins"}).status == 204
    member = {"@odata.id": f"{ORIGIN}/v1.0/{WORLD.tenant_id}/directoryObjects/{ADMIN}"}
    assert identity.graph("POST", f"{path}/members/$ref", member).status == 204
    assert ids(identity, f"{path}/owners") == [DEPLOYER]
    assert ids(identity, f"{path}/members") == [ADMIN]


def test_a_person_who_makes_a_group_owns_it(identity: Identity) -> None:
    made = identity.graph("POST", "/groups", NEW, who="shop-dev")
    assert ids(identity, f"/groups/{made.body['id']}/owners") == [SHOP]


def test_an_application_owns_only_what_it_says(identity: Identity) -> None:
    made = identity.new_group("ownerless")
    assert ids(identity, f"/groups/{made['id']}/owners") == []


@pytest.mark.parametrize("missing", list(NEW))
def test_a_required_property_is_named(identity: Identity, missing: str) -> None:
    body = {name: value for name, value in NEW.items() if name != missing}
    reply = identity.graph("POST", "/groups", body)
    assert graph_error(reply) == (400, "Request_BadRequest")
    assert f"'{missing}'" in reply.body["error"]["message"]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"mailNickname": "with space"}, "mailNickname"),
        ({"mailNickname": "a@b"}, "mailNickname"),
        ({"mailNickname": "ü"}, "mailNickname"),
        ({"mailNickname": "x" * 65}, "mailNickname"),
        ({"displayName": ""}, "displayName"),
        ({"displayName": "x" * 257}, "displayName"),
        ({"displayName": 7}, "displayName"),
        ({"securityEnabled": "yes"}, "securityEnabled"),
        ({"securityEnabled": False}, "mailEnabled"),
        ({"mailEnabled": True}, "mail-enabled groups"),
        ({"groupTypes": ["Unified"]}, "mailEnabled"),
        ({"groupTypes": ["DynamicMembership"]}, "dynamic"),
        ({"groupTypes": "Unified"}, "groupTypes"),
        ({"colour": "red"}, "'colour'"),
        ({"id": GONE}, "'id'"),
        ({"owners@odata.bind": [link(SG_PAYMENTS)["@odata.id"]]}, "owner"),
        ({"members@odata.bind": ["x"] * 21}, "at most 20"),
    ],
)
def test_a_wrong_group_is_refused_and_not_made(
    cloud: Cloud, identity: Identity, changes: dict[str, Any], text: str
) -> None:
    before = len(cloud.directory.all("Group"))
    reply = identity.graph("POST", "/groups", {**NEW, **changes})
    assert graph_error(reply) == (400, "Request_BadRequest")
    assert text in reply.body["error"]["message"]
    assert len(cloud.directory.all("Group")) == before


def test_a_group_with_an_unknown_member_is_not_made(cloud: Cloud, identity: Identity) -> None:
    before = len(cloud.directory.all("Group"))
    reply = identity.graph(
        "POST", "/groups", {**NEW, "members@odata.bind": [link(GONE)["@odata.id"]]}
    )
    assert graph_error(reply) == (404, "Request_ResourceNotFound")
    assert len(cloud.directory.all("Group")) == before


def test_display_names_may_repeat_but_mail_names_of_teams_may_not(identity: Identity) -> None:
    assert identity.new_group("twin")["id"] != identity.new_group("twin")["id"]
    unified: dict[str, Any] = {
        "mailEnabled": True,
        "securityEnabled": False,
        "groupTypes": ["Unified"],
    }
    assert identity.new_group("mailing", **unified)["mail"] == "mailing@contoso.example"
    again = identity.graph("POST", "/groups", {**NEW, **unified, "mailNickname": "mailing"})
    assert "already exists" in again.body["error"]["message"]


@pytest.mark.parametrize("change", [{"isAssignableToRole": True}, {"groupTypes": ["Unified"]}])
def test_what_only_creation_can_set_stays(identity: Identity, change: dict[str, Any]) -> None:
    path = f"/groups/{identity.new_group('fixed')['id']}"
    assert graph_error(identity.graph("PATCH", path, change)) == (400, "Request_BadRequest")


def test_members_are_added_once_and_removed_once(identity: Identity) -> None:
    path = f"/groups/{identity.new_group('team')['id']}/members"
    assert identity.graph("POST", f"{path}/$ref", link(SHOP)).status == 204
    again = identity.graph("POST", f"{path}/$ref", link(SHOP))
    assert graph_error(again) == (400, "Request_BadRequest")
    assert "already exist" in again.body["error"]["message"]
    assert identity.graph("DELETE", f"{path}/{SHOP}/$ref").status == 204
    gone = identity.graph("DELETE", f"{path}/{SHOP}/$ref")
    assert graph_error(gone) == (404, "Request_ResourceNotFound")


def test_members_say_what_they_are(identity: Identity) -> None:
    group = identity.new_group("mixed")["id"]
    path = f"/groups/{group}/members"
    for added in (SHOP, DEPLOYER, SG_PAYMENTS):
        identity.graph("POST", f"{path}/$ref", link(added))
    types = {each["id"]: each["@odata.type"] for each in identity.graph("GET", path).body["value"]}
    assert types == {
        SHOP: "#microsoft.graph.user",
        DEPLOYER: "#microsoft.graph.servicePrincipal",
        SG_PAYMENTS: "#microsoft.graph.group",
    }
    assert ids(identity, f"{path}/microsoft.graph.user") == [SHOP]
    assert ids(identity, f"{path}/microsoft.graph.group?$select=id") == [SG_PAYMENTS]
    assert PAYMENTS in ids(identity, f"/groups/{group}/transitiveMembers")
    links = identity.graph("GET", f"{path}/$ref").body["value"]
    assert links[0] == link(SHOP)


def test_a_patch_can_add_members(identity: Identity) -> None:
    group = identity.new_group("patched")["id"]
    body = {"members@odata.bind": [link(SHOP)["@odata.id"]]}
    assert identity.graph("PATCH", f"/groups/{group}", body).status == 204
    assert ids(identity, f"/groups/{group}/members") == [SHOP]


def test_the_last_owner_stays(identity: Identity) -> None:
    group = identity.new_group("owned", **{"owners@odata.bind": [link(ADMIN)["@odata.id"]]})
    path = f"/groups/{group['id']}/owners"
    refused = identity.graph("DELETE", f"{path}/{ADMIN}/$ref")
    assert "at least one owner" in refused.body["error"]["message"]
    identity.graph("POST", f"{path}/$ref", link(SHOP))
    assert identity.graph("DELETE", f"{path}/{ADMIN}/$ref").status == 204


@pytest.mark.parametrize("body", [{}, {"@odata.id": 7}, {"@odata.id": ""}])
def test_a_reference_has_to_be_an_address(identity: Identity, body: dict[str, Any]) -> None:
    reply = identity.graph("POST", f"/groups/{SG_PAYMENTS}/members/$ref", body)
    assert graph_error(reply) == (400, "Request_BadRequest")
