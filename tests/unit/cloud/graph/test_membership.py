from __future__ import annotations

import pytest

from tests.support.identity import SG_ADMINS, SG_PAYMENTS, WORLD, Identity, graph_error

PERSON = WORLD.account("payments-dev")
DEPLOYER = WORLD.account("deployer").object_id
GONE = "99999999-0000-4000-8000-000000000001"


@pytest.fixture
def outer(identity: Identity) -> str:
    """A group that the payments group is in."""
    group: str = identity.new_group("outer")["id"]
    identity.cloud.directory.add("members", group, SG_PAYMENTS)
    return group


def ask(identity: Identity, path: str, body: object, who: str = "deployer") -> list[str]:
    reply = identity.graph("POST", path, body, who=who)
    assert reply.status == 200, reply.body
    return reply.body["value"]


@pytest.mark.parametrize(
    "subject",
    [f"/users/{PERSON.object_id}", f"/users/{PERSON.upn}", f"/directoryObjects/{PERSON.object_id}"],
)
@pytest.mark.parametrize("question", ["getMemberGroups", "getMemberObjects"])
def test_all_groups_of_a_person(
    identity: Identity, outer: str, subject: str, question: str
) -> None:
    found = ask(identity, f"{subject}/{question}", {"securityEnabledOnly": False})
    assert set(found) == {SG_PAYMENTS, outer}


def test_groups_of_a_service_principal_and_of_a_group(identity: Identity, outer: str) -> None:
    body = {"securityEnabledOnly": True}
    assert ask(identity, f"/servicePrincipals/{DEPLOYER}/getMemberGroups", body) == [SG_ADMINS]
    assert ask(identity, f"/groups/{SG_PAYMENTS}/getMemberGroups", body) == [outer]


def test_more_groups_than_a_token_names(identity: Identity) -> None:
    path = f"/users/{WORLD.account('many-groups').object_id}/getMemberGroups"
    assert len(ask(identity, path, {"securityEnabledOnly": True})) == 210


def test_everybody_may_ask_about_themselves(identity: Identity) -> None:
    body = {"securityEnabledOnly": True}
    assert ask(identity, "/me/getMemberGroups", body, who="payments-dev") == [SG_PAYMENTS]
    assert ask(identity, "/me/getMemberGroups", body, who="guest") == []


def test_a_guest_may_not_ask_about_others(identity: Identity) -> None:
    path = f"/users/{PERSON.object_id}/getMemberGroups"
    reply = identity.graph("POST", path, {"securityEnabledOnly": True}, who="guest")
    assert graph_error(reply) == (403, "Authorization_RequestDenied")


def test_checking_some_groups(identity: Identity, outer: str) -> None:
    path = f"/users/{PERSON.object_id}/checkMemberGroups"
    assert ask(identity, path, {"groupIds": [outer, SG_ADMINS]}) == [outer]


@pytest.mark.parametrize(
    "body", [{}, {"groupIds": "x"}, {"groupIds": [7]}, {"groupIds": ["x"] * 21}]
)
def test_checking_nonsense_is_400(identity: Identity, body: object) -> None:
    reply = identity.graph("POST", f"/users/{PERSON.object_id}/checkMemberGroups", body)
    assert graph_error(reply) == (400, "Request_BadRequest")


def test_member_of_is_direct_and_transitive_member_of_is_not(
    identity: Identity, outer: str
) -> None:
    path = f"/users/{PERSON.object_id}"
    direct = identity.graph("GET", f"{path}/memberOf").body["value"]
    assert [(each["@odata.type"], each["id"]) for each in direct] == [
        ("#microsoft.graph.group", SG_PAYMENTS)
    ]
    all_of_them = identity.graph("GET", f"{path}/transitiveMemberOf/microsoft.graph.group").body
    assert {each["id"] for each in all_of_them["value"]} == {SG_PAYMENTS, outer}


@pytest.mark.parametrize(
    "path", [f"/users/{GONE}", "/users/nobody@contoso.example", f"/users/{SG_PAYMENTS}"]
)
def test_nobody_is_in_no_group(identity: Identity, path: str) -> None:
    reply = identity.graph("GET", f"{path}/memberOf")
    assert graph_error(reply) == (404, "Request_ResourceNotFound")


def test_objects_by_id_say_what_they_are(identity: Identity) -> None:
    for object_id, kind in (
        (PERSON.object_id, "user"),
        (SG_ADMINS, "group"),
        (DEPLOYER, "servicePrincipal"),
    ):
        found = identity.graph("GET", f"/directoryObjects/{object_id}").body
        assert found["@odata.type"] == f"#microsoft.graph.{kind}"
    missing = identity.graph("GET", f"/directoryObjects/{GONE}")
    assert graph_error(missing) == (404, "Request_ResourceNotFound")


def test_several_objects_by_id(identity: Identity) -> None:
    wanted = [PERSON.object_id, SG_ADMINS, GONE]
    path = "/directoryObjects/getByIds"
    assert len(ask(identity, path, {"ids": wanted})) == 2
    assert len(ask(identity, path, {"ids": wanted, "types": ["directoryObject"]})) == 2
    (group,) = identity.graph("POST", path, {"ids": wanted, "types": ["group"]}).body["value"]
    assert group["id"] == SG_ADMINS


def test_the_organization_is_the_tenant(identity: Identity) -> None:
    (tenant,) = identity.graph("GET", "/organization").body["value"]
    assert tenant["id"] == WORLD.tenant_id
