"""Microsoft's own clients: everything that they can be told to do to a cluster and around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceModifiedError,
    ResourceNotFoundError,
)

from rehearsal.cloud.aks.legacy import make_legacy
from rehearsal.cloud.store import Store
from rehearsal.cloud.world import World

if TYPE_CHECKING:
    from tests.contract.cloud.arm.conftest import Azure

GROUP, NAME = "rg-clients", "aks-clients"
WEST = {"location": "westeurope"}
WORLD = World.load()
SG_ADMINS = "0a1b2c3d-0000-4000-8000-000000000401"
POOL = {"count": 1, "vmSize": "Standard_D2s_v5", "mode": "User"}


def body(version: str = "1.33", **properties: Any) -> Any:
    return {
        **WEST,
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "dnsPrefix": NAME,
            "kubernetesVersion": version,
            "disableLocalAccounts": True,
            "aadProfile": {"managed": True},
            "agentPoolProfiles": [
                {"name": "system", "mode": "System", "count": 1, "vmSize": "Standard_D4ds_v5"}
            ],
            **properties,
        },
    }


@pytest.fixture(scope="module")
def made(light_azure: Azure) -> Any:
    """The cluster as the client got it from creating it."""
    light_azure.resources().resource_groups.create_or_update(GROUP, WEST)
    return (
        light_azure.clusters().managed_clusters.begin_create_or_update(GROUP, NAME, body()).result()
    )


def code(refused: pytest.ExceptionInfo[HttpResponseError]) -> str | None:
    assert refused.value.error is not None
    return refused.value.error.code


def test_the_response_to_creating_a_cluster_shows_the_aadprofile_of_the_article(
    light_azure: Azure, made: Any
) -> None:
    profile = made.properties.aad_profile

    assert profile.managed is True
    assert profile.tenant_id == WORLD.tenant_id
    assert profile.admin_group_object_i_ds is None
    assert profile.client_app_id is None
    assert profile.server_app_id is None
    assert profile.server_app_secret is None
    named = body(aadProfile={"managed": True, "adminGroupObjectIDs": [SG_ADMINS]})
    poller = light_azure.clusters().managed_clusters.begin_create_or_update(GROUP, NAME, named)
    assert poller.result().properties.aad_profile.admin_group_object_i_ds == [SG_ADMINS]


@pytest.mark.usefixtures("made")
def test_an_etag_guards_cluster_and_pool(light_azure: Azure) -> None:
    clusters, pools = light_azure.clusters().managed_clusters, light_azure.clusters().agent_pools
    old = clusters.get(GROUP, NAME).e_tag
    clusters.begin_create_or_update(
        GROUP, NAME, body(), etag=old, match_condition=MatchConditions.IfNotModified
    ).result()

    for stale in (
        lambda: clusters.begin_create_or_update(
            GROUP, NAME, body(), etag=old, match_condition=MatchConditions.IfNotModified
        ),
        lambda: pools.begin_create_or_update(
            GROUP,
            NAME,
            "system",
            {"properties": {"count": 1}},
            etag=old,
            match_condition=MatchConditions.IfNotModified,
        ),
    ):
        with pytest.raises(ResourceModifiedError) as refused:
            stale()
        assert code(refused) == "EtagMismatch"


@pytest.mark.usefixtures("made")
def test_a_cluster_is_stopped_and_started(light_azure: Azure) -> None:
    client = light_azure.clusters().managed_clusters

    client.begin_stop(GROUP, NAME).result()
    stopped = client.get(GROUP, NAME).properties.power_state.code
    with pytest.raises(HttpResponseError) as refused:
        client.begin_create_or_update(GROUP, NAME, body())
    client.begin_start(GROUP, NAME).result()

    assert stopped == "Stopped"
    assert code(refused) == "OperationNotAllowed"
    assert client.get(GROUP, NAME).properties.power_state.code == "Running"


@pytest.mark.usefixtures("made")
def test_versions_and_upgrades_are_told(light_azure: Azure) -> None:
    client = light_azure.clusters()

    versions = client.managed_clusters.list_kubernetes_versions("westeurope")
    profile = client.managed_clusters.get_upgrade_profile(GROUP, NAME)
    pools = client.agent_pools.get_available_agent_pool_versions(GROUP, NAME)
    pool = client.agent_pools.get_upgrade_profile(GROUP, NAME, "system")

    assert "1.34" in [row.version for row in versions.values_property]
    assert [u.kubernetes_version for u in profile.properties.control_plane_profile.upgrades] == [
        "1.34.1"
    ]
    assert pools.properties.agent_pool_versions[-1].kubernetes_version == "1.33.5"
    assert pool.properties.kubernetes_version == "1.33.5"
    with pytest.raises(HttpResponseError) as refused:
        client.managed_clusters.begin_create_or_update(GROUP, NAME, body("1.35"))
    assert code(refused) == "OperationNotAllowed"


@pytest.mark.usefixtures("made")
def test_pools_come_and_go_but_never_the_last_of_the_system(light_azure: Azure) -> None:
    pools = light_azure.clusters().agent_pools

    pools.begin_create_or_update(GROUP, NAME, "apps", {"properties": POOL}).result()
    grown = {"properties": {**POOL, "count": 3}}
    changed = pools.begin_create_or_update(GROUP, NAME, "apps", grown).result()
    names = {pool.name for pool in pools.list(GROUP, NAME)}
    pools.begin_delete(GROUP, NAME, "apps").result()
    with pytest.raises(HttpResponseError) as refused:
        pools.begin_delete(GROUP, NAME, "system")

    assert changed.properties.count == 3
    assert names == {"system", "apps"}
    assert code(refused) == "OperationNotAllowed"
    with pytest.raises(ResourceNotFoundError):
        pools.get(GROUP, NAME, "apps")


@pytest.mark.usefixtures("made")
def test_maintenance_is_configured(light_azure: Azure) -> None:
    client = light_azure.clusters().maintenance_configurations
    name = "aksManagedAutoUpgradeSchedule"
    window = {
        "schedule": {"weekly": {"intervalWeeks": 1, "dayOfWeek": "Sunday"}},
        "durationHours": 4,
        "startTime": "02:00",
        "startDate": "2030-01-06",
    }

    client.create_or_update(GROUP, NAME, name, {"properties": {"maintenanceWindow": window}})

    found = client.get(GROUP, NAME, name).properties.maintenance_window
    assert (found.duration_hours, found.schedule.weekly.day_of_week) == (4, "Sunday")
    assert [row.name for row in client.list_by_managed_cluster(GROUP, NAME)] == [name]
    with pytest.raises(HttpResponseError):
        client.create_or_update(GROUP, NAME, "weekends", {"properties": {}})
    client.delete(GROUP, NAME, name)
    assert list(client.list_by_managed_cluster(GROUP, NAME)) == []


def test_a_clusters_logs_are_sent_by_the_generic_client(light_azure: Azure, made: Any) -> None:
    client = light_azure.resources()
    workspace = made.id.partition("/providers/")[0] + (
        "/providers/Microsoft.OperationalInsights/workspaces/logs-audit"
    )
    client.resources.begin_create_or_update_by_id(
        workspace, WEST, api_version="2023-09-01"
    ).result()
    path = f"{made.id}/providers/Microsoft.Insights/diagnosticSettings/audit"
    version = {"api_version": "2021-05-01-preview"}
    logs = [{"category": "guard", "enabled": True}]

    sent = {"properties": {"workspaceId": workspace, "logs": logs}}
    found = client.resources.begin_create_or_update_by_id(path, sent, **version).result()

    assert found.properties["logs"] == logs
    wrong = {"properties": {"workspaceId": workspace, "logs": [{**logs[0], "category": "x"}]}}
    with pytest.raises(HttpResponseError) as refused:
        client.resources.begin_create_or_update_by_id(path, wrong, **version)
    assert "Category 'x' is not supported." in str(refused.value)


def test_a_legacy_cluster_is_seen_and_made_managed(light_azure: Azure, made: Any) -> None:
    store = Store(light_azure.home.database)
    make_legacy(store, made.id, server_app_id=SG_ADMINS, client_app_id=SG_ADMINS)
    store.close()
    client = light_azure.clusters().managed_clusters

    legacy = client.get(GROUP, NAME).properties.aad_profile
    managed = client.begin_create_or_update(GROUP, NAME, body()).result().properties.aad_profile

    assert (legacy.managed, legacy.server_app_id) == (None, SG_ADMINS)
    assert (managed.managed, managed.server_app_id) == (True, None)
    with pytest.raises(HttpResponseError) as refused:
        client.begin_reset_aad_profile(GROUP, NAME, {"serverAppID": "x", "clientAppID": "y"})
    assert "not allowed for managed AAD enabled cluster" in str(refused.value)
