"""A cluster of the same name that is there already."""

from __future__ import annotations

import pulumi
import pytest

from components.existing_cluster import ExistingClusterError, refuse_legacy_cluster
from tests.support.directory_double import World
from tests.support.program import Run, run

LEGACY = {"aadProfile": {"clientAppID": "the-client", "serverAppID": "the-server"}}


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the program warns of."""
    told: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", told.append)
    return told


def guard(world: World) -> Run:
    return run(lambda: refuse_legacy_cluster("rg-aks", "aks-dev"), world=world)


def test_the_cluster_is_looked_up_by_name_and_group(warnings: list[str]) -> None:
    made = guard(World())
    assert made.called("getManagedCluster") == [
        {"resourceGroupName": "rg-aks", "resourceName": "aks-dev"}
    ]
    assert warnings == []


@pytest.mark.parametrize("code", ["ResourceNotFound", "ResourceGroupNotFound"])
def test_no_cluster_is_fine(code: str, warnings: list[str]) -> None:
    guard(World(cluster=f'Status=404 Code="{code}" Message="It was not found."'))
    assert warnings == []


def test_a_cluster_with_managed_integration_is_fine(warnings: list[str]) -> None:
    guard(World(cluster={"aadProfile": {"managed": True, "adminGroupObjectIDs": ["group"]}}))
    assert warnings == []


@pytest.mark.parametrize(
    "profile", [LEGACY, {"aadProfile": {"managed": False, **LEGACY["aadProfile"]}}]
)
def test_a_legacy_cluster_is_refused_with_what_to_do(profile: dict[str, object]) -> None:
    with pytest.raises(ExistingClusterError) as refused:
        guard(World(cluster=profile))
    message = str(refused.value)
    assert 'cluster "aks-dev" in the resource group "rg-aks"' in message
    assert "legacy Entra integration (server application the-server)" in message
    assert "az aks update --resource-group rg-aks --name aks-dev --enable-aad" in message
    assert "cluster.name" in message


def test_a_cluster_without_entra_is_told_what_will_happen(warnings: list[str]) -> None:
    guard(World(cluster={"name": "aks-dev"}))
    assert len(warnings) == 1
    assert 'cluster "aks-dev" is there without Entra integration' in warnings[0]
    assert "az aks rotate-certs" in warnings[0]


def test_a_deployer_who_may_not_look_is_told_so() -> None:
    refusal = 'Status=403 Code="AuthorizationFailed" Message="The client may not."'
    with pytest.raises(ExistingClusterError, match="managedClusters/read") as refused:
        guard(World(cluster=refusal))
    assert "AuthorizationFailed" in str(refused.value)
