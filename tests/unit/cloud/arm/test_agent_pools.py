from __future__ import annotations

from typing import Any

import pytest

from tests.support.arm import (
    Arm,
    RecordingRuntime,
    cluster_body,
    error,
)

DISABLED = (
    "Getting static credential is not allowed because this cluster is set to disable local"
    " accounts."
)
POOL = {"name": "system", "mode": "System", "count": 1, "vmSize": "Standard_D4ds_v5"}


def properties(arm: Arm, path: str) -> dict[str, Any]:
    return arm.call("GET", path).body["properties"]


def test_pools_are_the_same_from_both_sides(arm: Arm, runtime: RecordingRuntime) -> None:
    path = arm.cluster(arm.group())
    pool = f"{path}/agentPools/apps"
    body = {"properties": {"count": 3, "vmSize": "Standard_D2s_v5", "nodeLabels": {"a": "b"}}}

    made = arm.call("PUT", pool, body)
    arm.done(made)

    assert (made.status, made.body["properties"]["provisioningState"]) == (201, "Creating")
    assert [node.pool for node in runtime.ensured[-1].nodes].count("apps") == 3
    assert [p["name"] for p in properties(arm, path)["agentPoolProfiles"]] == ["system", "apps"]
    listed = arm.call("GET", f"{path}/agentPools").body["value"]
    assert [row["name"] for row in listed] == ["system", "apps"]
    assert arm.call("GET", pool).body["properties"]["nodeLabels"] == {"a": "b"}
    arm.done(arm.call("PUT", path, cluster_body()))
    assert len(properties(arm, path)["agentPoolProfiles"]) == 2
    arm.done(arm.call("PUT", pool, {"properties": {"count": 1}}))
    assert arm.call("GET", pool).body["properties"]["count"] == 1
    arm.done(arm.call("DELETE", pool))
    assert [p["name"] for p in properties(arm, path)["agentPoolProfiles"]] == ["system"]
    assert arm.call("DELETE", pool).status == 204
    assert error(arm.call("GET", pool)) == (404, "ResourceNotFound")


def test_the_last_system_pool_stays(arm: Arm) -> None:
    path = arm.cluster(arm.group())

    assert error(arm.call("DELETE", f"{path}/agentPools/system")) == (400, "OperationNotAllowed")
    changed = arm.call(
        "PUT", f"{path}/agentPools/system", {"properties": {"count": 1, "mode": "User"}}
    )
    assert error(changed) == (400, "MustDefineAtLeastOneSystemPool")


def put(arm: Arm, pool: str, **given: Any) -> Any:
    return arm.call("PUT", pool, {"properties": {"count": 1, "vmSize": "Standard_D2s_v5", **given}})


def test_an_autoscaler_counts_the_nodes_of_its_pool(arm: Arm) -> None:
    pool = f"{arm.cluster(arm.group())}/agentPools/apps"
    scale = {"enableAutoScaling": True, "minCount": 1, "maxCount": 5}

    arm.done(put(arm, pool, count=3, **scale))
    arm.done(put(arm, pool, count=1, **scale))
    ignored = arm.call("GET", pool).body["properties"]["count"]
    arm.done(put(arm, pool, count=1, **{**scale, "minCount": 4}))
    raised = arm.call("GET", pool).body["properties"]["count"]
    arm.done(put(arm, pool, count=2, enableAutoScaling=False))
    off = arm.call("GET", pool).body["properties"]

    assert (ignored, raised, off["count"]) == (3, 4, 2)
    assert "minCount" not in off


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"count": None}, "Required parameter properties.count is missing (null)."),
        ({"count": 1001}, "agentPoolProfile.count was 1001."),
        (
            {"enableAutoScaling": True, "minCount": 2, "maxCount": 5},
            "greater or equal to minCount:2 and less than or equal to maxCount:5",
        ),
        ({"enableAutoScaling": True, "minCount": 5, "maxCount": 2}, "minCount 5 and maxCount 2"),
        ({"mode": "Boss"}, "'Boss' is not one of"),
        ({"osType": "Solaris"}, "'Solaris' is not Linux or Windows."),
        ({"osType": "Windows", "mode": "System"}, "a System pool has to be Linux."),
    ],
)
def test_a_pool_that_cannot_be_is_refused(arm: Arm, given: dict[str, Any], said: str) -> None:
    pool = f"{arm.cluster(arm.group())}/agentPools/apps"

    refused = put(arm, pool, **given)

    assert error(refused) == (400, "InvalidParameter")
    assert said in refused.body["message"]
    assert arm.call("GET", pool).status == 404


@pytest.mark.parametrize(
    ("name", "kind", "status"),
    [("apps", "Linux", 201), ("windows1", "Windows", 400), ("win1", "Windows", 201)],
)
def test_a_windows_pool_has_a_short_name(arm: Arm, name: str, kind: str, status: int) -> None:
    cluster = arm.cluster(arm.group())

    assert put(arm, f"{cluster}/agentPools/{name}", osType=kind).status == status


def test_a_pool_keeps_its_machines(arm: Arm) -> None:
    pool = f"{arm.cluster(arm.group())}/agentPools/apps"
    arm.done(put(arm, pool, osDiskSizeGB=0))

    other_size = put(arm, pool, vmSize="Standard_D8s_v5")
    first_zones = put(arm, pool, availabilityZones=["1"])

    assert error(other_size) == error(first_zones) == (400, "PropertyChangeNotAllowed")
    assert put(arm, pool, osDiskSizeGB=0, availabilityZones=[]).status == 200


@pytest.mark.parametrize(
    ("pools", "said"),
    [
        ([{**POOL, "name": "other"}], "A new agent pool was introduced."),
        ([POOL, {**POOL, "name": "other"}], "A new agent pool was introduced."),
        ([{**POOL, "vmSize": "Standard_D8s_v5"}], "'agentPoolProfile.vmSize' is not allowed"),
        (
            [{**POOL, "availabilityZones": ["1"]}],
            "'agentPoolProfile.availabilityZones' is not allowed",
        ),
    ],
)
def test_a_cluster_takes_no_other_pools_and_no_other_machines(
    arm: Arm, pools: list[dict[str, Any]], said: str
) -> None:
    path = arm.cluster(arm.group())
    before = properties(arm, path)

    refused = arm.call("PUT", path, cluster_body(agentPoolProfiles=pools))

    code = "BadRequest" if "new" in said else "PropertyChangeNotAllowed"
    assert error(refused) == (400, code)
    assert said in refused.body["message"]
    assert properties(arm, path) == before


def test_a_pool_has_an_etag_of_its_own(arm: Arm) -> None:
    cluster = arm.cluster(arm.group())
    pool = f"{cluster}/agentPools/apps"
    arm.done(put(arm, pool))
    body = {"properties": {"count": 2}}

    def etag(path: str) -> str:
        return arm.call("GET", path).body["properties"]["eTag"]

    first, other = etag(pool), etag(f"{cluster}/agentPools/system")
    arm.done(arm.call("PUT", pool, body, headers={"if-match": first}))

    assert etag(f"{cluster}/agentPools/system") == other
    stale = {"if-match": first}
    refusals = [
        arm.call("PUT", pool, body, headers=stale),
        arm.call("DELETE", pool, headers=stale),
        arm.call("PUT", pool, body, headers={"if-none-match": "*"}),
    ]
    assert [error(reply) for reply in refusals] == [(412, "EtagMismatch")] * 3


def test_a_pool_is_there_until_it_is_gone(arm: Arm, runtime: RecordingRuntime) -> None:
    cluster = arm.cluster(arm.group())
    pool = f"{cluster}/agentPools/apps"
    arm.done(put(arm, pool))
    runtime.gate.clear()

    deleted = arm.call("DELETE", pool)

    assert arm.call("GET", pool).body["properties"]["provisioningState"] == "Deleting"
    assert properties(arm, cluster)["provisioningState"] == "Updating"
    busy = arm.call("PUT", f"{cluster}/agentPools/system", {"properties": {"count": 1}})
    assert "(apps - Deleting)" in busy.body["message"]
    runtime.gate.set()
    arm.done(deleted)
    assert arm.call("GET", pool).status == 404
    assert "apps" not in {node.pool for node in runtime.ensured[-1].nodes}
