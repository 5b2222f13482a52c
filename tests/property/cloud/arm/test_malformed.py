"""Whatever is sent to ARM, it answers, and what it refuses changes nothing."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rehearsal.cloud.clock import ManualClock
from rehearsal.cloud.web import Request
from tests.support.arm import (
    READER,
    WORLD,
    Arm,
    RecordingRuntime,
    cluster_body,
    cluster_path,
    join_workers,
    local_cloud,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rehearsal.cloud.web import Route

FOUND, REFUSED, SERVER_ERROR = 200, 400, 500
KEPT = (
    *("deployment", "operation", "registration", "resource", "resourceGroup"),
    "roleAssignment",
)
NAMES = {
    "subscription": WORLD.subscription_id,
    "group": "rg-aks-dev",
    "cluster": "aks-dev",
    "parent": "aks-dev",
    "pool": "system",
    "namespace": "Microsoft.ContainerService",
    "feature": "AAD-V2",
    "location": "westeurope",
    "role": "clusterUser",
    "name": "default",
    "id": "11111111-1111-4111-8111-111111111111",
    "scope": cluster_path(f"/subscriptions/{WORLD.subscription_id}/resourceGroups/rg-aks-dev"),
}
WORDS = ("", "x", "Linux", "System", "1.34", "westeurope", "Succeeded", "Stopped", WORLD.tenant_id)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2000) | st.floats() | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=2)
    ),
    max_leaves=4,
)
BODIES: dict[str, dict[str, Any]] = {
    "/managedClusters/{cluster}": {
        **cluster_body(
            identityProfile={"kubeletidentity": {"resourceId": "x"}},
            networkProfile={"networkPlugin": "azure", "podCidrs": ["10.0.0.0/8"]},
            oidcIssuerProfile={"enabled": True},
            securityProfile={"workloadIdentity": {"enabled": True}},
        ),
        "sku": {"name": "Base"},
        "tags": {"a": "b"},
    },
    "/agentPools/{pool}": {
        "properties": {
            "count": 1,
            "mode": "System",
            "osType": "Linux",
            "enableAutoScaling": True,
            "minCount": 1,
            "maxCount": 3,
            "nodeLabels": {"a": "b"},
            "nodeTaints": ["a=b:NoSchedule"],
            "orchestratorVersion": "1.34",
        }
    },
    "/deployments/{name}": {
        "location": "westeurope",
        "properties": {
            "mode": "Incremental",
            "parameters": {"who": {"value": "a"}},
            "template": {
                "$schema": "x",
                "contentVersion": "1.0.0.0",
                "parameters": {"who": {"type": "string", "minLength": 1}},
                "resources": [
                    {
                        "type": "Microsoft.Features/featureProviders/"
                        "subscriptionFeatureRegistrations",
                        "apiVersion": "2021-07-01",
                        "name": "[concat('Microsoft.ContainerService/', 'AAD-V2')]",
                        "copy": {"name": "all", "count": 1},
                    }
                ],
                "outputs": {"o": {"type": "string", "value": "[parameters('who')]"}},
            },
        },
    },
    "/resetAADProfile": {"serverAppID": "x", "clientAppID": "y"},
    "/workspaces/{name}": {
        "location": "westeurope",
        "tags": {"a": "b"},
        "properties": {"sku": {"name": "Free"}, "retentionInDays": 30},
    },
    "/userAssignedIdentities/{name}": {"location": "westeurope", "tags": {"a": "b"}},
    "/federatedIdentityCredentials/{name}": {
        "properties": {"issuer": "https://x", "subject": "y", "audiences": ["z"]}
    },
    "/maintenanceConfigurations/{name}": {
        "properties": {
            "timeInWeek": [{"day": "Monday", "hourSlots": [1]}],
            "maintenanceWindow": {"schedule": {"daily": {"intervalDays": 1}}},
        }
    },
    "/diagnosticSettings/{name}": {
        "properties": {
            "workspaceId": "/x",
            "logs": [{"category": "guard", "enabled": True}],
            "metrics": [{"category": "AllMetrics", "enabled": True}],
        }
    },
    "/roleAssignments/{name}": {
        "properties": {"roleDefinitionId": READER, "principalId": WORLD.tenant_id}
    },
    "/resourcegroups/{group}": {"location": "westeurope", "tags": {"a": "b"}, "managedBy": "x"},
}
"""What an operation takes, by the end of its path."""


@st.composite
def bodies(draw: st.DrawFn, pattern: str) -> Any:
    """A body that the operation would take, with one member changed for anything."""
    given = next((BODIES[end] for end in BODIES if pattern.endswith(end)), {"x": 1})
    body = json.loads(json.dumps(given))
    inner: Any = body
    while True:
        key = draw(st.sampled_from(sorted(inner) or ["x"]))
        below = inner.get(key)
        if isinstance(below, list) and below and isinstance(below[0], dict) and draw(st.booleans()):
            inner = cast("Any", below[0])
        elif isinstance(below, dict) and draw(st.booleans()):
            inner = cast("Any", below)
        else:
            inner[key] = draw(VALUES)
            return body


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arm]:
    """A local Azure with a group, a cluster and no time that passes."""
    cloud = local_cloud(tmp_path_factory.mktemp("home"), RecordingRuntime(), ManualClock())
    made = Arm(cloud)
    made.cluster(made.group())
    yield made
    join_workers()
    cloud.store.close()


def routes(arm: Arm) -> list[Route]:
    """ARM's routes that need a token, without what would take the provider from all others."""
    return [
        route
        for route in arm.cloud.router.routes()
        if re.match(r"/subscriptions|\{scope|/tenants", route.pattern)
        and not route.pattern.endswith("/unregister")
    ]


def path_of(pattern: str) -> str:
    return re.sub(r"\{(\w+)\*?\}", lambda found: NAMES.get(found[1], "x"), pattern)


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_nothing_that_is_sent_breaks_it(arm: Arm, data: st.DataObject) -> None:
    known = routes(arm)
    writes = [route for route in known if route.method in {"PUT", "PATCH", "POST"}]
    route = data.draw(st.sampled_from(writes) | st.sampled_from(known), label="route")
    body = data.draw(bodies(route.pattern) | VALUES, label="body")
    query = data.draw(
        st.dictionaries(st.sampled_from(["$filter", "format", "$top"]), st.sampled_from(WORDS)),
        label="query",
    )
    path = cluster_path(arm.group())
    if arm.call("GET", path).status != FOUND:
        arm.cluster(arm.group())

    def state() -> list[Any]:
        return [arm.cloud.store.all(f"arm/{kind}") for kind in KEPT]

    before = state()
    token = f"Bearer {arm.token('deployer')}"
    reply = arm.cloud.router.handle(
        Request(
            route.method,
            path_of(route.pattern),
            {"api-version": "2026-01-01", **query},
            {"authorization": token},
            json.dumps(body).encode(),
        )
    )

    assert reply.status < SERVER_ERROR
    if reply.status >= REFUSED:
        assert state() == before
    join_workers()
