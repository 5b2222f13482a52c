"""Deployments while they run: another one, an end by hand, an end of the process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rehearsal.cloud import arm as plane
from rehearsal.cloud.clock import ManualClock
from tests.support.arm import (
    READER,
    SUBSCRIPTION,
    WORLD,
    Arm,
    RecordingRuntime,
    cluster_path,
    error,
    join_workers,
    local_cloud,
)
from tests.support.arm_templates import (
    IDENTITIES,
    cluster,
    deployed,
    deployment_body,
    deployment_path,
    identity,
    put,
    template,
)

if TYPE_CHECKING:
    from pathlib import Path

OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
SLOW = template(cluster("aks-dev"), identity("after", dependsOn=["aks-dev"]))


def wait_for_the_cluster(arm: Arm, group: str) -> None:
    """Wait until the deployment has begun to make its cluster, and asks how it gets on."""
    for _ in range(2000):
        record = arm.cloud.store.get("arm/deployment", deployment_path(group).lower())
        if record and any("address" in entry for entry in record["operations"]):
            return
        arm.cloud.operations.pause(0.005)
    message = "the deployment never began to make its cluster"
    raise AssertionError(message)


def test_one_that_runs_is_neither_replaced_nor_deleted(arm: Arm, runtime: RecordingRuntime) -> None:
    group = arm.group()
    runtime.gate.clear()
    first = put(arm, group, SLOW)
    wait_for_the_cluster(arm, group)

    assert error(put(arm, group, SLOW)) == (409, "DeploymentActive")
    assert error(arm.call("DELETE", deployment_path(group))) == (409, "DeploymentActive")
    running = arm.call("GET", deployment_path(group)).body["properties"]
    assert running["provisioningState"] == "Running"
    runtime.gate.set()
    assert arm.done(first)["status"] == "Succeeded"


def test_one_that_is_cancelled_begins_nothing_further(arm: Arm, runtime: RecordingRuntime) -> None:
    group = arm.group()
    runtime.gate.clear()
    first = put(arm, group, SLOW)
    wait_for_the_cluster(arm, group)

    assert arm.call("POST", f"{deployment_path(group)}/cancel").status == 204
    runtime.gate.set()

    assert arm.done(first)["status"] == "Canceled"
    shown = arm.call("GET", deployment_path(group)).body["properties"]
    assert shown["provisioningState"] == "Canceled"
    assert arm.call("GET", cluster_path(group)).status == 200
    assert arm.call("GET", f"{group}/providers/{IDENTITIES}/after").status == 404
    again = arm.call("POST", f"{deployment_path(group)}/cancel")
    assert error(again)[0] == 409


def test_one_that_a_process_has_left_is_finished_by_the_next(tmp_path: Path) -> None:
    first, second = RecordingRuntime(), RecordingRuntime()
    first.gate.clear()
    arm = Arm(local_cloud(tmp_path / "home", first, ManualClock()))
    group = arm.group()
    reply = put(arm, group, SLOW)
    wait_for_the_cluster(arm, group)
    arm.cloud.operations.halt()
    first.gate.set()
    join_workers()
    arm.cloud.store.close()

    arm = Arm(local_cloud(tmp_path / "home", second, ManualClock()))
    for thread in plane.resume(arm.cloud):
        thread.join(10)

    assert arm.done(reply)["status"] == "Succeeded"
    assert arm.call("GET", f"{group}/providers/{IDENTITIES}/after").status == 200
    rows = arm.call("GET", f"{deployment_path(group)}/operations").body["value"]
    assert [row["properties"]["provisioningState"] for row in rows] == ["Succeeded"] * 3
    arm.cloud.store.close()


def test_one_whose_group_goes_away_fails(arm: Arm, runtime: RecordingRuntime) -> None:
    group = arm.group()
    runtime.gate.clear()
    put(arm, group, SLOW)
    wait_for_the_cluster(arm, group)
    gone = arm.call("DELETE", group)
    runtime.gate.set()
    assert arm.done(gone)["http"] == 200
    join_workers()
    assert error(arm.call("GET", deployment_path(group)))[0] == 404


def test_a_deployment_can_be_repeated(arm: Arm) -> None:
    group = arm.group()
    for _ in range(2):
        assert deployed(arm, group, SLOW)["provisioningState"] == "Succeeded"


@pytest.mark.parametrize(("role", "state"), [(OWNER, "Succeeded"), (READER, "Failed")])
def test_what_a_template_needs_is_registered_if_the_caller_may(
    arm: Arm, role: str, state: str
) -> None:
    group = arm.group()
    unregister = f"{SUBSCRIPTION}/providers/Microsoft.ManagedIdentity/unregister"
    assert arm.call("POST", unregister).status == 200
    person = WORLD.account("payments-dev")
    arm.assign(group, OWNER, person.object_id)
    arm.assign(SUBSCRIPTION, role, person.object_id)
    body = deployment_body(template(identity("a")))

    arm.done(arm.call("PUT", deployment_path(group), body, who=person.name))

    done = arm.call("GET", deployment_path(group)).body["properties"]
    assert done["provisioningState"] == state
    if state == "Failed":
        assert done["error"]["details"][0]["code"] == "MissingSubscriptionRegistration"
