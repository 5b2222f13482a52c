"""A cluster of the same name that is there already."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components.existing_cluster import ExistingClusterError, refuse_unfit_cluster
from components.pools import FIRST_POOL_TAG
from tests.support.cluster_program import pool
from tests.support.directory_double import World
from tests.support.program import Run, run

LEGACY = {"aadProfile": {"clientAppID": "the-client", "serverAppID": "the-server"}}


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the program warns of."""
    told: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", told.append)
    return told


def guard(world: World, *pools: Any) -> Run:
    wanted = list(pools) or [pool()]
    return run(lambda: refuse_unfit_cluster("rg-aks", "aks-dev", wanted), world=world)


def in_azure(name: str, mode: str = "System", **keys: Any) -> dict[str, Any]:
    """A pool as Azure tells of it."""
    zones = {"availabilityZones": ["1", "2"]}
    return {"name": name, "mode": mode, "vmSize": "Standard_D4ds_v5", **zones, **keys}


def cluster_of(*pools: dict[str, Any]) -> World:
    return World(cluster={"aadProfile": {"managed": True}, "agentPoolProfiles": list(pools)})


FIRST = in_azure("system", tags={"owner": "platform", FIRST_POOL_TAG: "true"})
SECOND = in_azure("second")
WORK = in_azure("work", "User")


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
    where = 'cluster "aks-dev" in the resource group "rg-aks"'
    assert warnings[0].startswith(f"{where} is there without Entra integration")
    assert "az aks rotate-certs" in warnings[0]


def test_a_deployer_who_may_not_look_is_told_so() -> None:
    refusal = 'Status=403 Code="AuthorizationFailed" Message="The client may not."'
    with pytest.raises(ExistingClusterError, match="managedClusters/read") as refused:
        guard(World(cluster=refusal))
    assert "AuthorizationFailed" in str(refused.value)


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        ([FIRST], [pool()]),
        ([FIRST, WORK], [pool(), pool("work", "User")]),
        ([FIRST, WORK], [pool("work", "User"), pool()]),
        ([WORK, FIRST], [pool(), pool("new", "System")]),
        ([FIRST, in_azure("of-somebody-else")], [pool()]),
        ([FIRST, SECOND], [pool(), pool("second", vm_size="Standard_D8ds_v5", zones=["3"])]),
        # Made without the tag, or its first pool was deleted: any System pool can be the first.
        ([in_azure("system"), SECOND], [pool("second"), pool()]),
        ([in_azure("system", vmSize="standard_d4DS_v5")], [pool()]),
        ([in_azure("system", availabilityZones=["2", "1"])], [pool()]),
        ([in_azure("system", availabilityZones=None)], [pool(zones=[])]),
        ([], [pool("any")]),
    ],
)
def test_pools_that_azure_can_have_are_fine(
    there: list[dict[str, Any]], wanted: list[dict[str, Any]]
) -> None:
    guard(cluster_of(*there), *wanted)


@pytest.mark.parametrize(
    ("there", "wanted", "shown"),
    [
        ([FIRST], [pool("renamed")], "system"),
        ([FIRST, SECOND], [pool("second"), pool()], "system"),
        ([FIRST, SECOND], [pool("second")], "system"),
        ([FIRST, SECOND], [pool(mode="User"), pool("second")], "system"),
        ([in_azure("one"), in_azure("two"), WORK], [pool("work")], 'one" or "two'),
        ([SECOND], [pool("renamed")], "second"),
    ],
)
def test_another_first_pool_is_refused_before_azure_deletes_one(
    there: list[dict[str, Any]], wanted: list[dict[str, Any]], shown: str
) -> None:
    with pytest.raises(ExistingClusterError) as refused:
        guard(cluster_of(*there), *wanted)
    message = str(refused.value)
    name = next(each["name"] for each in wanted if each["mode"] == "System")
    assert message.startswith(f'cluster.nodePools: "{name}" is the first pool of mode System')
    assert f'that of cluster "aks-dev" in the resource group "rg-aks" is "{shown}"' in message
    assert f'Put "{shown}" first again, with mode System; "{name}" can stand after it' in message
    assert '"Another first System pool" in docs/configuration.md' in message


def test_another_size_of_the_first_pool_is_refused() -> None:
    with pytest.raises(ExistingClusterError) as refused:
        guard(cluster_of(FIRST), pool(vm_size="Standard_D8ds_v5"))
    message = str(refused.value)
    assert message.startswith('cluster.nodePools: "system" has the vmSize Standard_D8ds_v5')
    assert "Write Standard_D4ds_v5 again, and add a System pool with Standard_D8ds_v5" in message


@pytest.mark.parametrize(
    ("there", "wanted", "shown"),
    [
        ([FIRST], [pool(zones=["3", "2"])], '"system" has the zones 2, 3'),
        ([FIRST], [pool(zones=[])], '"system" has no zone'),
        ([FIRST, WORK], [pool(), pool("work", "User", zones=["1"])], '"work" has the zones 1'),
    ],
)
def test_other_zones_of_a_pool_are_refused(
    there: list[dict[str, Any]], wanted: list[dict[str, Any]], shown: str
) -> None:
    with pytest.raises(ExistingClusterError) as refused:
        guard(cluster_of(*there), *wanted)
    assert f"cluster.nodePools: {shown}, and that of" in str(refused.value)
    assert "has the zones 1, 2; Azure changes the zones of no pool. Put them back" in str(
        refused.value
    )
