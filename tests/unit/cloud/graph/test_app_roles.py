"""Application permissions: listed, granted, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.cloud.graph.first_party import GRAPH
from tests.support.identity import WORLD, Identity, graph_error

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud

CI = WORLD.account("ci").object_id
PATH = f"/servicePrincipals/{CI}/appRoleAssignments"
ADMIN = "platform-admin"
DENIED = (403, "Authorization_RequestDenied")
READ_GROUPS = "5b567255-7703-4780-807c-7be8301ae99b"


@pytest.fixture
def grant(cloud: Cloud, identity: Identity) -> dict[str, Any]:
    """What grants `ci` to read groups, sent by an administrator."""
    cloud.directory.grant(
        WORLD.account(ADMIN).object_id,
        graph=frozenset(),
        directory_roles=frozenset({"Privileged Role Administrator"}),
    )
    resource = identity.graph("GET", f"/servicePrincipals(appId='{GRAPH}')").body
    (role,) = [each for each in resource["appRoles"] if each["value"] == "Group.Read.All"]
    assert role["id"] == READ_GROUPS
    return {"principalId": CI, "resourceId": resource["id"], "appRoleId": role["id"]}


def test_a_permission_is_granted_and_taken_back(identity: Identity, grant: dict[str, Any]) -> None:
    assert graph_error(identity.graph("GET", "/groups", who="ci")) == DENIED
    made = identity.graph("POST", PATH, grant, who=ADMIN)
    assert (made.status, made.body["resourceDisplayName"]) == (201, "Microsoft Graph")
    assert identity.graph("GET", "/groups", who="ci").status == 200
    (listed,) = identity.graph("GET", PATH).body["value"]
    assert (listed["id"], listed["appRoleId"]) == (made.body["id"], READ_GROUPS)
    again = identity.graph("POST", PATH, grant, who=ADMIN)
    assert "already exists" in again.body["error"]["message"]

    assert identity.graph("DELETE", f"{PATH}/{listed['id']}", who=ADMIN).status == 204

    assert graph_error(identity.graph("GET", "/groups", who="ci")) == DENIED
    gone = identity.graph("DELETE", f"{PATH}/{listed['id']}", who=ADMIN)
    assert graph_error(gone) == (404, "Request_ResourceNotFound")


def test_not_everybody_grants(cloud: Cloud, identity: Identity, grant: dict[str, Any]) -> None:
    for who in ("deployer", "outsider"):
        assert graph_error(identity.graph("POST", PATH, grant, who=who)) == DENIED
    assert cloud.directory.permissions(CI) == frozenset()


@pytest.mark.parametrize("name", ["principalId", "resourceId", "appRoleId"])
@pytest.mark.parametrize("value", [None, 7, "none"])
def test_a_wrong_grant_is_refused(
    cloud: Cloud, identity: Identity, grant: dict[str, Any], name: str, value: object
) -> None:
    reply = identity.graph("POST", PATH, {**grant, name: value}, who=ADMIN)
    assert graph_error(reply) == (400, "Request_BadRequest")
    assert cloud.directory.permissions(CI) == frozenset()
