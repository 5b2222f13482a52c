"""The resource group of a cluster's nodes, where the cluster keeps everybody out of it."""

from __future__ import annotations

import pytest

from tests.support.arm import SUBSCRIPTION, WORLD, Arm, cluster_body, cluster_path, error
from tests.support.arm_templates import identity, put, template

NODES = f"{SUBSCRIPTION}/resourceGroups/MC_rg-aks-dev_aks-dev_westeurope"
CLUSTER = cluster_path(f"{SUBSCRIPTION}/resourceGroups/rg-aks-dev")
IDENTITY = f"{NODES}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
WEST = {"location": "westeurope"}


@pytest.fixture
def closed(arm: Arm) -> Arm:
    """A local Azure whose cluster lets nobody into the group; the deployer owns all else."""
    arm.assign(SUBSCRIPTION, OWNER, WORLD.account("deployer").object_id)
    arm.cluster(arm.group(), nodeResourceGroupProfile={"restrictionLevel": "ReadOnly"})
    return arm


def test_nobody_changes_what_the_cluster_has_closed(closed: Arm) -> None:
    refused = closed.call("PUT", IDENTITY, WEST)
    assert error(refused) == (403, "DenyAssignmentAuthorizationFailed")
    assert "because of the deny assignment" in refused.body["error"]["message"]
    for reply in (
        closed.call("DELETE", NODES),
        closed.call("PATCH", NODES.lower(), {"tags": {"a": "b"}}),
        closed.assign(NODES, OWNER, WORLD.account("payments-dev").object_id),
        put(closed, NODES, template(identity("a"))),
    ):
        assert error(reply) == (403, "DenyAssignmentAuthorizationFailed")


def test_a_closed_group_can_be_read_and_goes_with_its_cluster(closed: Arm) -> None:
    assert closed.call("GET", NODES).status == 200
    assert closed.call("PUT", f"{NODES}-other", WEST).status == 201
    closed.done(closed.call("DELETE", CLUSTER))
    assert closed.call("GET", NODES).status == 404


def test_a_cluster_can_open_its_group_again(closed: Arm) -> None:
    opened = cluster_body(nodeResourceGroupProfile={"restrictionLevel": "Unrestricted"})
    assert closed.done(closed.call("PUT", CLUSTER, opened))["status"] == "Succeeded"
    assert closed.call("PUT", IDENTITY, WEST).status == 201
