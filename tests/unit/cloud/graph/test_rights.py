from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.identity import (
    AKS_SERVER,
    ORIGIN,
    SG_PAYMENTS,
    WORLD,
    Identity,
    graph_error,
    link,
)

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud

NEW = {"displayName": "x", "mailEnabled": False, "mailNickname": "x", "securityEnabled": True}
DENIED = (403, "Authorization_RequestDenied")
CI = WORLD.account("ci").object_id
SHOP = WORLD.account("shop-dev").object_id


def grant(cloud: Cloud, who: str, *permissions: str, roles: tuple[str, ...] = ()) -> None:
    cloud.directory.grant(
        WORLD.account(who).object_id, graph=frozenset(permissions), directory_roles=frozenset(roles)
    )


@pytest.mark.parametrize("path", ["/groups", "/users", "/applications", "/servicePrincipals"])
def test_an_application_without_permission_reads_nothing(identity: Identity, path: str) -> None:
    assert graph_error(identity.graph("GET", path, who="ci")) == DENIED


@pytest.mark.parametrize("path", ["/groups", "/users", "/applications", "/servicePrincipals"])
def test_members_of_the_tenant_read_the_directory(identity: Identity, path: str) -> None:
    assert identity.graph("GET", path, who="outsider").status == 200


@pytest.mark.parametrize("path", ["/groups", "/users", f"/groups/{SG_PAYMENTS}", f"/users/{SHOP}"])
def test_guests_do_not_read_the_directory(identity: Identity, path: str) -> None:
    assert graph_error(identity.graph("GET", path, who="guest")) == DENIED


def test_guests_read_themselves_and_their_groups(cloud: Cloud, identity: Identity) -> None:
    guest = WORLD.account("guest").object_id
    cloud.directory.add("members", SG_PAYMENTS, guest)
    assert identity.graph("GET", "/me", who="guest").body["id"] == guest
    assert identity.graph("GET", f"/groups/{SG_PAYMENTS}", who="guest").status == 200


def test_a_read_permission_is_no_write_permission(cloud: Cloud, identity: Identity) -> None:
    grant(cloud, "ci", "Group.Read.All")
    assert identity.graph("GET", f"/groups/{SG_PAYMENTS}", who="ci").status == 200
    assert graph_error(identity.graph("POST", "/groups", NEW, who="ci")) == DENIED
    path = f"/groups/{SG_PAYMENTS}"
    assert graph_error(identity.graph("PATCH", path, {"description": "x"}, who="ci")) == DENIED
    assert graph_error(identity.graph("DELETE", path, who="ci")) == DENIED
    add = identity.graph("POST", f"{path}/members/$ref", link(SHOP), who="ci")
    assert graph_error(add) == DENIED


def test_a_membership_permission_changes_members_only(cloud: Cloud, identity: Identity) -> None:
    grant(cloud, "ci", "GroupMember.ReadWrite.All")
    path = f"/groups/{SG_PAYMENTS}"
    assert identity.graph("POST", f"{path}/members/$ref", link(SHOP), who="ci").status == 204
    assert graph_error(identity.graph("DELETE", path, who="ci")) == DENIED
    assert graph_error(identity.graph("POST", f"{path}/owners/$ref", link(SHOP), who="ci")) == (
        DENIED
    )


def test_group_create_manages_what_it_owns_and_nothing_else(
    cloud: Cloud, identity: Identity
) -> None:
    grant(cloud, "ci", "Group.Create")
    body = {**NEW, "owners@odata.bind": [link(CI)["@odata.id"]]}
    made = identity.graph("POST", "/groups", body, who="ci")
    assert made.status == 201
    own = f"/groups/{made.body['id']}"
    assert identity.graph("GET", own, who="ci").status == 200
    assert identity.graph("POST", f"{own}/members/$ref", link(SHOP), who="ci").status == 204
    assert identity.graph("DELETE", own, who="ci").status == 204
    assert graph_error(identity.graph("DELETE", f"/groups/{SG_PAYMENTS}", who="ci")) == DENIED


def test_a_person_manages_own_groups_only(identity: Identity) -> None:
    made = identity.graph("POST", "/groups", NEW, who="shop-dev")
    own = f"/groups/{made.body['id']}"
    assert identity.graph("PATCH", own, {"description": "mine"}, who="shop-dev").status == 204
    assert graph_error(identity.graph("DELETE", own, who="payments-dev")) == DENIED
    assert identity.graph("DELETE", own, who="shop-dev").status == 204


def test_a_guest_makes_no_group(identity: Identity) -> None:
    assert graph_error(identity.graph("POST", "/groups", NEW, who="guest")) == DENIED


@pytest.mark.parametrize(
    ("role", "status"), [("Groups Administrator", 204), ("Directory Readers", 403)]
)
def test_a_directory_role_gives_what_it_gives(
    cloud: Cloud, identity: Identity, role: str, status: int
) -> None:
    grant(cloud, "outsider", roles=(role,))
    path = f"/groups/{SG_PAYMENTS}"
    reply = identity.graph("PATCH", path, {"description": "x"}, who="outsider")
    assert reply.status == status


def test_groups_for_roles_are_managed_by_few(cloud: Cloud, identity: Identity) -> None:
    grant(cloud, "ci", "Group.ReadWrite.All", "RoleManagement.ReadWrite.Directory")
    made = identity.graph("POST", "/groups", {**NEW, "isAssignableToRole": True}, who="ci")
    path = f"/groups/{made.body['id']}"
    assert graph_error(identity.graph("DELETE", path)) == DENIED
    nested = identity.graph("POST", f"{path}/members/$ref", link(SG_PAYMENTS), who="ci")
    assert graph_error(nested) == (400, "Request_BadRequest")
    assert identity.graph("DELETE", path, who="ci").status == 204


def test_a_narrow_scope_narrows_a_person(cloud: Cloud, identity: Identity) -> None:
    grant(cloud, "outsider", roles=("Global Administrator",))
    claims = identity.log_in("outsider", f"{ORIGIN}/.default")
    assert claims["token_type"] == "Bearer"
    token = identity.log_in("outsider", f"{AKS_SERVER}/.default")["access_token"]
    reply = identity.request("GET", "/v1.0/groups", headers={"authorization": f"Bearer {token}"})
    assert graph_error(reply) == (401, "InvalidAuthenticationToken")
    assert "Invalid audience" in reply.body["error"]["message"]


def test_a_call_without_a_token_is_401(identity: Identity) -> None:
    reply = identity.request("GET", "/v1.0/groups")
    assert graph_error(reply) == (401, "InvalidAuthenticationToken")
