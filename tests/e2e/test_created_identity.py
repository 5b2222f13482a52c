"""A cluster whose identity the program makes, in a network that is somebody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.azure import Azure

if TYPE_CHECKING:
    from tests.support.rehearsal import Rehearsal

pytestmark = pytest.mark.e2e

NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
DNS_CONTRIBUTOR = "b12aa53e-6015-4669-85d0-8515ebb3ae7f"


def create_identity(config: dict[str, Any]) -> None:
    config["aks-entra:cluster"]["identity"] = "user"


def test_it_gets_its_roles_there_before_the_cluster_needs_them(empty: Rehearsal) -> None:
    empty.edit_stack("prd", create_identity)
    empty.run("up", "-s", "prd")
    azure = Azure(empty)
    (identity,) = azure.cluster()["identity"]["userAssignedIdentities"].values()
    found = azure.arm(
        f"{azure.subscription}/providers/Microsoft.Authorization/roleAssignments", "2022-04-01"
    ).json()["value"]
    roles = {
        each["properties"]["roleDefinitionId"].rpartition("/")[2]
        for each in found
        if each["properties"]["principalId"] == identity["principalId"]
    }
    assert roles == {NETWORK_CONTRIBUTOR, DNS_CONTRIBUTOR}
    writes = [line for line in reversed(azure.asked()) if line.startswith("PUT")]
    cluster = next(i for i, line in enumerate(writes) if line.endswith("/managedClusters/aks-prd"))
    networks = [i for i, line in enumerate(writes) if "/Microsoft.Network/" in line]
    assert len(networks) == 2, writes
    assert max(networks) < cluster, writes
    empty.run("up", "-s", "prd", "--expect-no-changes")
