"""azure-mgmt-containerservice against the local Azure with its real clusters.

All tests share one cluster; the last ones take the process and the cluster away.
"""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

from rehearsal.cloud import daemon
from rehearsal.cloud.world import World

if TYPE_CHECKING:
    from tests.contract.cloud.arm.conftest import Azure

GROUP, NAME = "rg-contract", "aks-contract"
WORLD = World.load()
SG_ADMINS = "0a1b2c3d-0000-4000-8000-000000000401"
CLUSTER_USER = "4abbcc35-e782-43d8-92c5-2d3f1bd2253f"
BODY: dict[str, Any] = {
    "location": "westeurope",
    "identity": {"type": "SystemAssigned"},
    "properties": {
        "dnsPrefix": NAME,
        "kubernetesVersion": "1.34",
        "enableRBAC": True,
        "disableLocalAccounts": True,
        "aadProfile": {"managed": True, "adminGroupObjectIDs": [SG_ADMINS]},
        "agentPoolProfiles": [
            {"name": "system", "mode": "System", "count": 2, "vmSize": "Standard_D4ds_v5"}
        ],
    },
}


@pytest.fixture(scope="module")
def cluster(azure: Azure) -> str:
    """Id of the cluster that all tests share."""
    azure.resources().resource_groups.create_or_update(GROUP, {"location": "westeurope"})
    poller = azure.clusters().managed_clusters.begin_create_or_update(GROUP, NAME, BODY)
    made = poller.result()
    assert made.properties.provisioning_state == "Succeeded"
    return made.id


def test_the_client_reads_what_azure_fills_in(azure: Azure, cluster: str) -> None:
    found = azure.clusters().managed_clusters.get(GROUP, NAME)

    assert found.id == cluster
    assert found.type == "Microsoft.ContainerService/ManagedClusters"
    properties = found.properties
    assert properties.node_resource_group == f"MC_{GROUP}_{NAME}_westeurope"
    assert properties.aad_profile.managed is True
    assert properties.aad_profile.tenant_id == WORLD.tenant_id
    assert properties.power_state.code == "Running"
    assert found.identity.principal_id


def test_a_second_put_is_an_update(azure: Azure, cluster: str) -> None:
    client = azure.clusters().managed_clusters
    body = {**BODY, "tags": {"owner": "platform"}}

    changed = client.begin_create_or_update(GROUP, NAME, body).result()

    assert changed.id == cluster
    assert changed.tags == {"owner": "platform"}
    assert changed.properties.provisioning_state == "Succeeded"
    tagged = client.begin_update_tags(GROUP, NAME, {"tags": {"a": "b"}}).result()
    assert tagged.tags == {"a": "b"}


@pytest.mark.usefixtures("cluster")
def test_clusters_and_pools_are_listed(azure: Azure) -> None:
    client = azure.clusters()

    assert [found.name for found in client.managed_clusters.list()] == [NAME]
    assert [found.name for found in client.managed_clusters.list_by_resource_group(GROUP)] == [NAME]
    assert [found.name for found in client.agent_pools.list(GROUP, NAME)] == ["system"]


def test_the_users_kubeconfig_takes_the_cluster_user_role(azure: Azure, cluster: str) -> None:
    person = WORLD.account("payments-dev")
    client = azure.clusters(person.name).managed_clusters
    with pytest.raises(HttpResponseError) as refused:
        client.list_cluster_user_credentials(GROUP, NAME)
    assert refused.value.error is not None
    assert refused.value.error.code == "AuthorizationFailed"

    subscription = f"/subscriptions/{azure.subscription_id}"
    definitions = f"{subscription}/providers/Microsoft.Authorization/roleDefinitions"
    body: Any = {
        "properties": {
            "roleDefinitionId": f"{definitions}/{CLUSTER_USER}",
            "principalId": person.object_id,
        }
    }
    name = "6d0a4a0e-2f0c-4c0e-8a55-4f64f0d3a001"
    azure.roles().role_assignments.create(cluster, name, body)

    found = client.list_cluster_user_credentials(GROUP, NAME)
    content = yaml.safe_load(bytes(found.kubeconfigs[0].value))
    assert content["users"][0]["user"]["exec"]["command"] == "kubelogin"
    assert content["clusters"][0]["cluster"]["server"].startswith("https://localhost:")


@pytest.mark.usefixtures("cluster")
def test_static_credentials_are_refused_in_azures_words(azure: Azure) -> None:
    client = azure.clusters().managed_clusters

    for call in (
        lambda: client.list_cluster_admin_credentials(GROUP, NAME),
        lambda: client.get_access_profile(GROUP, NAME, "clusterAdmin"),
    ):
        with pytest.raises(HttpResponseError) as refused:
            call()
        assert refused.value.status_code == 400
        assert "Getting static credential is not allowed" in str(refused.value)


@pytest.mark.usefixtures("cluster")
def test_a_change_during_a_change_is_a_conflict(azure: Azure) -> None:
    client = azure.clusters().managed_clusters
    # A new cluster takes seconds; an update without a change may be over before the next request.
    poller = client.begin_create_or_update(GROUP, "aks-busy", BODY)

    with pytest.raises(ResourceExistsError) as conflict:
        client.begin_create_or_update(GROUP, "aks-busy", BODY)

    assert "Another operation" in str(conflict.value)
    poller.result()
    client.begin_delete(GROUP, "aks-busy").result()


@pytest.mark.usefixtures("cluster")
def test_a_pool_comes_and_goes(azure: Azure) -> None:
    pools = azure.clusters().agent_pools
    body: Any = {"properties": {"count": 1, "vmSize": "Standard_D2s_v5", "mode": "User"}}

    made = pools.begin_create_or_update(GROUP, NAME, "apps", body).result()

    assert made.properties.provisioning_state == "Succeeded"
    found = azure.clusters().managed_clusters.get(GROUP, NAME)
    assert [pool.name for pool in found.properties.agent_pool_profiles] == ["system", "apps"]
    pools.begin_delete(GROUP, NAME, "apps").result()
    assert [pool.name for pool in pools.list(GROUP, NAME)] == ["system"]


@pytest.mark.usefixtures("cluster")
def test_a_stopped_cluster_answers_nothing_until_it_is_started(azure: Azure) -> None:
    client = azure.clusters().managed_clusters
    content = client.list_cluster_user_credentials(GROUP, NAME).kubeconfigs[0].value
    server = yaml.safe_load(bytes(content))["clusters"][0]["cluster"]["server"]

    client.begin_stop(GROUP, NAME).result()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server}/readyz", verify=False)  # noqa: S501 - only whether somebody is there
    client.begin_start(GROUP, NAME).result()

    assert httpx.get(f"{server}/readyz", verify=False).status_code < 500  # noqa: S501 - as above


@pytest.mark.usefixtures("cluster")
def test_a_killed_process_loses_neither_the_cluster_nor_a_half_made_one(azure: Azure) -> None:
    client = azure.clusters().managed_clusters
    body = {**BODY, "properties": {**BODY["properties"], "dnsPrefix": "half"}}
    client.begin_create_or_update(GROUP, "aks-half", body, polling=False)
    running = daemon.status(azure.home)
    assert running is not None

    os.kill(running.pid, signal.SIGKILL)
    again = daemon.start(azure.home)

    assert again.origin == azure.origin
    assert state(azure, "aks-half") == "Succeeded"
    assert state(azure, NAME) == "Succeeded"


def state(azure: Azure, name: str) -> str:
    """The provisioning state that the cluster ends in."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = azure.clusters().managed_clusters.get(GROUP, name)
        if found.properties.provisioning_state not in {"Creating", "Updating"}:
            return found.properties.provisioning_state
        time.sleep(0.2)
    message = f"{name} did not get ready"
    raise AssertionError(message)


@pytest.mark.usefixtures("cluster")
def test_deleting_ends_with_the_group(azure: Azure) -> None:
    client = azure.clusters().managed_clusters

    client.begin_delete(GROUP, "aks-half").result()

    with pytest.raises(ResourceNotFoundError) as missing:
        client.get(GROUP, "aks-half")
    assert missing.value.error is not None
    assert missing.value.error.code == "ResourceNotFound"
    client.begin_delete(GROUP, "aks-half").result()
    azure.resources().resource_groups.begin_delete(GROUP).result()
    assert list(client.list()) == []
    assert list(azure.resources().resource_groups.list()) == []
    assert list(azure.home.clusters.iterdir()) == []
