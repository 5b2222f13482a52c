from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.cloud.arm import role_assignments
from rehearsal.cloud.arm.roles import role_named
from tests.support.arm import (
    AKS,
    ASSIGNMENTS,
    DEFINITIONS,
    READER,
    SG_PAYMENTS,
    SUBSCRIPTION,
    WORLD,
    Arm,
    error,
)

if TYPE_CHECKING:
    from rehearsal.cloud.web import Reply

VERSION = "2022-04-01"
OUTSIDER = WORLD.account("outsider")


@pytest.fixture(autouse=True)
def owner(arm: Arm) -> None:
    """Contributors may not write roles: here the deployer owns the subscription."""
    role_assignments.put(
        arm.cloud,
        scope=SUBSCRIPTION,
        role=role_named("Owner"),
        principal_id=WORLD.account("deployer").object_id,
        principal_type="ServicePrincipal",
        subscription_id=WORLD.subscription_id,
    )


def put(arm: Arm, guid: str = "", *, scope: str = SUBSCRIPTION, **properties: Any) -> Reply:
    """Make a role that may list credentials, with properties changed."""
    body = {
        "properties": {
            "roleName": "Credential lister",
            "type": "CustomRole",
            "assignableScopes": [scope],
            "permissions": [{"actions": [f"{AKS}/listClusterUserCredential/action", "*/read"]}],
            **properties,
        }
    }
    path = f"{SUBSCRIPTION}/providers/{DEFINITIONS}/{guid or uuid.uuid4()}"
    return arm.call("PUT", path, body, version=VERSION)


def listed(arm: Arm, scope: str, expression: str) -> list[str]:
    query = {"$filter": expression}
    reply = arm.call("GET", f"{scope}/providers/{DEFINITIONS}", version=VERSION, query=query)
    assert reply.status == 200, reply.body
    return [row["properties"]["roleName"] for row in reply.body["value"]]


def test_a_custom_role_reads_back_with_all_that_azure_adds(arm: Arm) -> None:
    made = put(arm, description="why")

    assert made.status == 201
    properties = made.body["properties"]
    assert properties["type"] == "CustomRole"
    assert properties["permissions"][0]["notDataActions"] == []
    assert properties["createdBy"] == WORLD.account("deployer").object_id
    assert arm.call("GET", made.body["id"], version=VERSION).body == made.body


def test_an_assigned_custom_role_gives_what_it_says(arm: Arm) -> None:
    cluster = arm.cluster(arm.group())
    credentials = f"{cluster}/listClusterUserCredential"
    role = put(arm).body["name"]
    assert arm.call("POST", credentials, who="outsider").status == 403

    assert arm.assign(cluster, role, OUTSIDER.object_id).status == 201

    assert arm.call("POST", credentials, who="outsider").status == 200
    assert arm.call("POST", f"{cluster}/listClusterAdminCredential", who="outsider").status == 403


def test_a_change_of_a_role_changes_what_its_assignments_give(arm: Arm) -> None:
    group = arm.group()
    role = put(arm).body["name"]
    arm.assign(group, role, OUTSIDER.object_id)
    assert arm.call("GET", group, who="outsider", version="2024-03-01").status == 200

    put(arm, role, permissions=[{"actions": ["*"], "notActions": ["*/read"]}])

    assert arm.call("GET", group, who="outsider", version="2024-03-01").status == 403


def test_a_role_keeps_its_maker_when_it_is_changed(arm: Arm) -> None:
    made = put(arm).body

    changed = put(arm, made["name"], description="new").body

    assert changed["properties"]["description"] == "new"
    assert changed["properties"]["createdBy"] == made["properties"]["createdBy"]


@pytest.mark.parametrize("name", ["credential LISTER", "Reader"])
def test_a_role_name_is_there_once(arm: Arm, name: str) -> None:
    put(arm)

    assert error(put(arm, roleName=name)) == (409, "RoleDefinitionWithSameNameExists")


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"permissions": [{"actions": ["read everything"]}]}, "InvalidActionOrNotAction"),
        ({"permissions": [{"dataActions": ["pods/read"]}]}, "InvalidActionOrNotAction"),
        ({"permissions": [{"actions": "*"}]}, "InvalidRequestContent"),
        ({"permissions": []}, "InvalidRequestContent"),
        ({"permissions": [{"allowed": ["*"]}]}, "InvalidRequestContent"),
        ({"assignableScopes": []}, "InvalidRequestContent"),
        ({"assignableScopes": ["/"]}, "InvalidAssignableScope"),
        ({"assignableScopes": [SUBSCRIPTION, f"/subscriptions/{uuid.UUID(int=1)}"]}, None),
        ({"assignableScopes": [f"{SUBSCRIPTION}/resourceGroups/*"]}, "InvalidAssignableScope"),
        ({"roleName": ""}, "InvalidRequestContent"),
        ({"roleName": None}, "InvalidRequestContent"),
        ({"type": "BuiltInRole"}, "InvalidRequestContent"),
        ({"name": "x"}, "InvalidRequestContent"),
    ],
)
def test_a_wrong_role_is_refused(arm: Arm, properties: dict[str, Any], code: str | None) -> None:
    assert error(put(arm, **properties)) == (400, code or "InvalidAssignableScope")


def test_the_id_of_a_custom_role_is_a_guid_that_no_built_in_role_has(arm: Arm) -> None:
    assert error(put(arm, "mine")) == (400, "InvalidRoleDefinitionId")
    assert error(put(arm, READER)) == (400, "RoleDefinitionUpdateNotPermitted")


def test_only_who_may_write_roles_everywhere_it_is_assignable_makes_one(arm: Arm) -> None:
    owner, other = arm.group("rg-own"), arm.group("rg-other")
    arm.assign(owner, "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", OUTSIDER.object_id)
    properties: dict[str, Any] = {
        "roleName": "Mine",
        "assignableScopes": [owner],
        "permissions": [{"actions": ["*/read"]}],
    }
    body = {"properties": properties}
    path = f"{owner}/providers/{DEFINITIONS}/{uuid.uuid4()}"

    assert arm.call("PUT", path, body, version=VERSION, who="outsider").status == 201
    properties["assignableScopes"].append(other)
    refused = arm.call("PUT", path, body, version=VERSION, who="outsider")
    assert error(refused) == (403, "LinkedAuthorizationFailed")
    assert error(arm.call("PUT", path, body, version=VERSION, who="guest"))[0] == 403


def test_a_role_that_is_assigned_stays(arm: Arm) -> None:
    made = put(arm).body
    assignment = arm.assign(SUBSCRIPTION, made["name"], SG_PAYMENTS).body["id"]

    assert error(arm.call("DELETE", made["id"], version=VERSION)) == (
        400,
        "RoleDefinitionHasAssignments",
    )
    arm.call("DELETE", assignment, version=VERSION)
    statuses = [arm.call("DELETE", made["id"], version=VERSION).status for _ in range(2)]
    assert statuses == [200, 204]
    assert arm.call("GET", made["id"], version=VERSION).status == 404


def test_a_role_is_assigned_only_where_it_can_be(arm: Arm) -> None:
    role = put(arm, scope=arm.group("rg-one")).body["name"]

    assert arm.assign(arm.group("rg-one"), role, SG_PAYMENTS).status == 201
    refused = arm.assign(arm.group("rg-two"), role, SG_PAYMENTS)
    assert error(refused) == (400, "RoleAssignmentScopeNotAssignableToRoleDefinition")


def test_lists_show_the_roles_that_can_be_assigned_there(arm: Arm) -> None:
    group = arm.group()
    put(arm)
    put(arm, scope=group, roleName="Of the group")
    custom = "type eq 'CustomRole'"

    assert set(listed(arm, group, custom)) == {"Credential lister", "Of the group"}
    assert listed(arm, SUBSCRIPTION, custom) == ["Credential lister"]
    below = f"atScopeAndBelow() and {custom}"
    assert set(listed(arm, SUBSCRIPTION, below)) == {"Credential lister", "Of the group"}
    assert listed(arm, "", custom) == []
    assert listed(arm, SUBSCRIPTION, "roleName eq 'credential lister'") == ["Credential lister"]
    assert "Reader" in listed(arm, SUBSCRIPTION, "type eq 'BuiltInRole'")


@pytest.mark.parametrize("kind", [ASSIGNMENTS, DEFINITIONS])
def test_an_unknown_filter_is_refused(arm: Arm, kind: str) -> None:
    query = {"$filter": "atScope() or name eq 'a'"}
    reply = arm.call("GET", f"{SUBSCRIPTION}/providers/{kind}", version=VERSION, query=query)
    assert error(reply) == (400, "UnsupportedQuery")


def test_there_are_no_deny_assignments(arm: Arm) -> None:
    path = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/denyAssignments"

    assert arm.call("GET", path, version=VERSION).body == {"value": []}
    one = arm.call("GET", f"{path}/{uuid.uuid4()}", version=VERSION)
    assert error(one) == (404, "DenyAssignmentNotFound")
