"""What a cluster and its pools could be upgraded to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.aks.agent_pools import PATH as POOL
from rehearsal.cloud.aks.agent_pools import pool_of
from rehearsal.cloud.aks.cluster_call import FIRST_VERSION, PATH, find
from rehearsal.cloud.aks.resource_document import ACTION, NAMESPACE
from rehearsal.cloud.aks.versions import DEFAULT, VERSIONS, number, upgrades
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call, Routes
    from rehearsal.cloud.store import Json


def add_routes(routes: Routes) -> None:
    """Add the operations."""
    subscription = "/subscriptions/{subscription}"
    locations = f"{subscription}/providers/{NAMESPACE}/locations"
    rows = (
        (
            f"{locations}/{{location}}/kubernetesVersions",
            "ManagedClusters_ListKubernetesVersions",
            _versions,
            f"{NAMESPACE}/locations/kubernetesVersions/read",
        ),
        (
            f"{PATH}/upgradeProfiles/default",
            "ManagedClusters_GetUpgradeProfile",
            _cluster,
            f"{ACTION}/upgradeProfiles/read",
        ),
        (
            f"{PATH}/availableAgentPoolVersions",
            "AgentPools_GetAvailableAgentPoolVersions",
            _pool_versions,
            f"{ACTION}/availableAgentPoolVersions/read",
        ),
        (
            f"{POOL}/upgradeProfiles/default",
            "AgentPools_GetUpgradeProfile",
            _pool,
            f"{ACTION}/agentPools/upgradeProfiles/read",
        ),
    )
    for pattern, operation, handler, action in rows:
        first = FIRST_VERSION
        routes.add("GET", pattern, operation, handler, action=action, first_version=first)


def _versions(_call: Call) -> Reply:
    values = [
        {
            "version": minor,
            "capabilities": {"supportPlan": ["KubernetesOfficial"]},
            "isDefault": minor == DEFAULT or None,
            "isPreview": None,
            "patchVersions": {newest: {"upgrades": upgrades(newest)}},
        }
        for minor, newest in VERSIONS.items()
    ]
    return Reply(200, {"values": values})


def _profile(current: str, **more: str) -> Json:
    found = [{"kubernetesVersion": version} for version in upgrades(current)]
    return {"kubernetesVersion": current, **more, "osType": "Linux", "upgrades": found or None}


def _cluster(call: Call) -> Reply:
    cluster = find(call)
    properties: Json = cluster["properties"]
    pools: list[Json] = properties["agentPoolProfiles"]
    body = {
        "id": f"{cluster['id']}/upgradeprofiles/default",
        "name": "default",
        "type": f"{ACTION}/upgradeprofiles",
        "properties": {
            "controlPlaneProfile": _profile(properties["currentKubernetesVersion"]),
            "agentPoolProfiles": [
                _profile(pool["currentOrchestratorVersion"], name=pool["name"]) for pool in pools
            ],
        },
    }
    return Reply(200, body)


def _pool_versions(call: Call) -> Reply:
    """A new pool may have any version up to the control plane's."""
    cluster = find(call)
    current = cluster["properties"]["currentKubernetesVersion"]
    fitting = [v for v in VERSIONS.values() if number(v)[:2] < number(current)[:2]]
    rows: list[Json] = [{"kubernetesVersion": version} for version in fitting]
    body = {
        "id": f"{cluster['id']}/availableagentpoolversions",
        "name": "default",
        "type": f"{ACTION}/availableAgentpoolVersions",
        "properties": {
            "agentPoolVersions": [*rows, {"default": True, "kubernetesVersion": current}]
        },
    }
    return Reply(200, body)


def _pool(call: Call) -> Reply:
    """A pool may go as far as its control plane has gone."""
    cluster = find(call)
    pool = pool_of(call, cluster)
    current = pool["currentOrchestratorVersion"]
    limit = cluster["properties"]["currentKubernetesVersion"]
    reachable = [v for v in {*upgrades(current), limit} if number(current) < number(v)]
    found = [v for v in sorted(reachable, key=number) if number(v) <= number(limit)]
    body = {
        "id": f"{cluster['id']}/agentPools/{pool['name']}/upgradeprofiles/default",
        "name": "default",
        "type": f"{ACTION}/agentPools/upgradeProfiles",
        "properties": {
            "kubernetesVersion": current,
            "osType": pool["osType"],
            "latestNodeImageVersion": pool["nodeImageVersion"],
            "upgrades": [{"kubernetesVersion": version} for version in found] or None,
        },
    }
    return Reply(200, body)
