from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.cloud.arm import resume
from tests.support.arm import Arm, RecordingRuntime, cluster_body, error

if TYPE_CHECKING:
    from rehearsal.cloud.web import Reply


def properties(arm: Arm, path: str) -> dict[str, Any]:
    return arm.call("GET", path).body["properties"]


def change(arm: Arm, path: str, verb: str) -> Reply:
    reply = arm.call("POST", f"{path}/{verb}")
    assert reply.status == 202, reply
    assert arm.done(reply)["status"] == "Succeeded"
    return reply


def test_a_cluster_is_stopped_and_started(arm: Arm, runtime: RecordingRuntime) -> None:
    path = arm.cluster(arm.group())

    change(arm, path, "stop")

    stopped = properties(arm, path)
    assert runtime.stopped == [path.lower()]
    assert (stopped["provisioningState"], stopped["powerState"]) == (
        "Succeeded",
        {"code": "Stopped"},
    )
    assert stopped["agentPoolProfiles"][0]["powerState"] == {"code": "Stopped"}
    change(arm, path, "start")
    assert properties(arm, path)["powerState"] == {"code": "Running"}
    assert runtime.ensured[0] == runtime.ensured[-1]


def test_the_state_tells_what_is_going_on(arm: Arm, runtime: RecordingRuntime) -> None:
    path = arm.cluster(arm.group())
    change(arm, path, "stop")
    runtime.gate.clear()

    starting = arm.call("POST", f"{path}/start")

    assert properties(arm, path)["provisioningState"] == "Starting"
    assert properties(arm, path)["powerState"] == {"code": "Stopped"}
    busy = arm.call("POST", f"{path}/stop")
    assert error(busy) == (409, "OperationNotAllowed")
    assert "(aks-dev - Starting)" in busy.body["message"]
    runtime.gate.set()
    arm.done(starting)


def test_only_the_other_way_is_possible(arm: Arm) -> None:
    path = arm.cluster(arm.group())

    assert error(arm.call("POST", f"{path}/start")) == (400, "OperationNotAllowed")
    change(arm, path, "stop")
    refused = arm.call("POST", f"{path}/stop")

    assert error(refused) == (400, "OperationNotAllowed")
    assert refused.body["message"] == (
        "managed cluster is in Provisioning State(Succeeded) and Power State(Stopped), stopping"
        " cannot be performed"
    )


def test_a_stopped_cluster_can_only_be_started_or_deleted(arm: Arm) -> None:
    path = arm.cluster(arm.group(), disableLocalAccounts=False)
    change(arm, path, "stop")

    pool = {"properties": {"count": 1}}
    for method, target, body in (
        ("PUT", path, cluster_body()),
        ("PUT", f"{path}/agentPools/apps", pool),
        ("DELETE", f"{path}/agentPools/system", None),
    ):
        assert error(arm.call(method, target, body)) == (400, "OperationNotAllowed")
    for call in ("listClusterUserCredential", "listClusterAdminCredential"):
        assert error(arm.call("POST", f"{path}/{call}")) == (404, "ControlPlaneNotFound")
    assert arm.done(arm.call("DELETE", path))["status"] == "Succeeded"


def test_a_stopped_cluster_stays_so_after_a_restart(arm: Arm, runtime: RecordingRuntime) -> None:
    group = arm.group()
    change(arm, arm.cluster(group), "stop")
    running = arm.cluster(group, "other")
    runtime.ensured.clear()

    for thread in resume(arm.cloud):
        thread.join()

    assert [spec.cluster_id for spec in runtime.ensured] == [running.lower()]


def test_a_cluster_that_does_not_start_stays_stopped(arm: Arm, runtime: RecordingRuntime) -> None:
    path = arm.cluster(arm.group())
    change(arm, path, "stop")
    runtime.failure = "kube-apiserver did not start"

    end = arm.done(arm.call("POST", f"{path}/start"))

    assert end["status"] == "Failed"
    assert properties(arm, path)["provisioningState"] == "Failed"
    assert properties(arm, path)["powerState"] == {"code": "Stopped"}


@pytest.mark.parametrize("verb", ["start", "stop"])
def test_it_takes_a_right_of_its_own(arm: Arm, verb: str) -> None:
    path = arm.cluster(arm.group())

    refused = arm.call("POST", f"{path}/{verb}", who="outsider")

    assert f"managedClusters/{verb}/action" in refused.body["error"]["message"]


def test_power_is_no_property_to_be_set(arm: Arm) -> None:
    path = arm.cluster(arm.group())
    pool = {"properties": {"count": 2, "powerState": {"code": "Stopped"}}}

    arm.done(arm.call("PUT", path, cluster_body(powerState={"code": "Stopped"}, fqdn="x")))

    assert properties(arm, path)["powerState"] == {"code": "Running"}
    assert properties(arm, path)["fqdn"] != "x"
    refused = arm.call("PUT", f"{path}/agentPools/system", pool)
    assert error(refused) == (501, "NotImplemented")
