from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from tests.support.arm import (
    AKS,
    ASSIGNMENTS,
    CLUSTER_USER,
    READER,
    SG_PAYMENTS,
    SUBSCRIPTION,
    WORLD,
    Arm,
    error,
    role_reference,
)
from tests.support.identity import Identity, link

if TYPE_CHECKING:
    from rehearsal.cloud.web import Reply

UNKNOWN = "11111111-1111-4111-8111-111111111111"
OUTSIDER = WORLD.account("outsider").object_id
VERSION = "2022-04-01"


def put(arm: Arm, path: str, **properties: object) -> Reply:
    body = {"properties": {**role_reference(READER), "principalId": OUTSIDER, **properties}}
    return arm.call("PUT", path, body, version=VERSION)


def new(scope: str = SUBSCRIPTION) -> str:
    return f"{scope}/providers/{ASSIGNMENTS}/{uuid.uuid4()}"


def test_an_assignment_reads_back_with_all_that_azure_adds(arm: Arm) -> None:
    path = new(arm.group())

    made = put(arm, path, description="why")

    assert made.status == 201
    assert made.body["id"] == path
    properties = made.body["properties"]
    assert properties["principalType"] == "User"
    assert properties["scope"] == f"{SUBSCRIPTION}/resourceGroups/rg-aks-dev"
    assert properties["description"] == "why"
    assert properties["condition"] is None
    assert properties["createdBy"] == WORLD.account("deployer").object_id
    assert arm.call("GET", path, version=VERSION).body == made.body


def test_the_same_put_again_changes_nothing(arm: Arm) -> None:
    path = new()
    made = put(arm, path)

    again = put(arm, path)

    assert again.status == 200
    assert again.body == made.body


def test_an_assignment_keeps_its_principal_and_its_role(arm: Arm) -> None:
    path = new()
    put(arm, path)

    for changed in (
        put(arm, path, **role_reference(CLUSTER_USER)),
        put(arm, path, principalId=SG_PAYMENTS),
    ):
        assert error(changed) == (400, "RoleAssignmentUpdateNotPermitted")


def test_the_same_under_another_name_exists_already(arm: Arm) -> None:
    path = new()
    put(arm, path)

    twin = put(arm, new())

    assert error(twin) == (409, "RoleAssignmentExists")
    assert path.rsplit("/", 1)[-1].replace("-", "") in twin.body["error"]["message"]


def test_an_unknown_principal_needs_a_type(arm: Arm) -> None:
    refused = put(arm, new(), principalId=UNKNOWN)

    assert error(refused) == (400, "PrincipalNotFound")
    assert "principalType" in refused.body["error"]["message"]
    assert put(arm, new(), principalId=UNKNOWN, principalType="Group").status == 201


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"principalType": "Group"}, (400, "UnmatchedPrincipalType")),
        ({"principalType": "Person"}, (400, "InvalidRequestContent")),
        ({"principalId": "me"}, (400, "InvalidPrincipalId")),
        ({"principalId": None}, (400, "InvalidRequestContent")),
        ({"principleId": OUTSIDER}, (400, "InvalidRequestContent")),
        ({"roleDefinitionId": UNKNOWN}, (404, "RoleDefinitionDoesNotExist")),
    ],
)
def test_wrong_properties_are_refused(
    arm: Arm, properties: dict[str, object], expected: tuple[int, str]
) -> None:
    assert error(put(arm, new(), **properties)) == expected


def test_a_name_has_to_be_a_guid(arm: Arm) -> None:
    path = f"{SUBSCRIPTION}/providers/{ASSIGNMENTS}/mine"

    assert error(put(arm, path)) == (400, "InvalidRoleAssignmentId")


def test_the_scope_has_to_be_there(arm: Arm) -> None:
    group = f"{SUBSCRIPTION}/resourceGroups/none"
    cluster = f"{arm.group()}/providers/{AKS}/none"

    assert error(put(arm, new(group))) == (404, "ResourceGroupNotFound")
    assert error(put(arm, new(cluster))) == (404, "ResourceNotFound")


@pytest.mark.parametrize("network", ["virtualNetworks/v/subnets/s", "privateDnsZones/p.example"])
def test_networks_of_others_are_taken_for_granted(arm: Arm, network: str) -> None:
    path = new(f"{SUBSCRIPTION}/resourceGroups/none/providers/Microsoft.Network/{network}")

    assert put(arm, path).status == 201
    assert arm.call("GET", path, version=VERSION).body["id"] == path


def test_a_namespace_of_a_cluster_is_a_scope(arm: Arm) -> None:
    cluster = arm.cluster(arm.group())

    assert put(arm, new(f"{cluster}/namespaces/payments")).status == 201


def test_deleting_is_done_once(arm: Arm) -> None:
    path = new()
    put(arm, path)

    assert [arm.call("DELETE", path, version=VERSION).status for _ in range(2)] == [200, 204]
    assert error(arm.call("GET", path, version=VERSION)) == (404, "RoleAssignmentNotFound")


def test_only_who_may_assign_assigns(arm: Arm) -> None:
    body = {"properties": {**role_reference(READER), "principalId": OUTSIDER}}

    reply = arm.call("PUT", new(), body, version=VERSION, who="ci")

    assert error(reply) == (403, "AuthorizationFailed")


def test_lists_show_inherited_ones_and_those_below(arm: Arm) -> None:
    group = arm.group()
    arm.assign(group, READER, SG_PAYMENTS)
    member = WORLD.account("payments-dev").object_id
    base = len(WORLD.role_assignments)

    def count(scope: str, expression: str = "") -> int:
        query = {"$filter": expression} if expression else {}
        path = f"{scope}/providers/{ASSIGNMENTS}"
        return len(arm.call("GET", path, version=VERSION, query=query).body["value"])

    assert count(SUBSCRIPTION) == count(group) == base + 1
    assert count(SUBSCRIPTION, "atScope()") == base
    assert count(group, f"principalId eq '{SG_PAYMENTS}'") == 1
    assert count(group, f"atScope() and assignedTo('{member}')") == 1
    assert count(group, f"principalId eq '{member}'") == 0


def test_a_role_of_a_group_counts_for_the_members_of_groups_in_it(arm: Arm) -> None:
    scope = arm.group()
    people = Identity(arm.cloud)
    outer = people.new_group("outer")["id"]
    added = people.graph("POST", f"/groups/{outer}/members/$ref", link(SG_PAYMENTS))
    assert added.status == 204, added.body

    def reads(who: str) -> bool:
        return arm.call("GET", scope, version="2024-03-01", who=who).status == 200

    assert not reads("payments-dev")
    arm.assign(scope, READER, outer)
    assert reads("payments-dev")
    assert not reads("shop-dev")
