"""A process that ends in the middle, and the one that comes after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rehearsal.cloud import arm as plane
from rehearsal.cloud.arm.operations import OPERATIONS
from rehearsal.cloud.clock import ManualClock
from tests.support.arm import (
    SUBSCRIPTION,
    Arm,
    RecordingRuntime,
    cluster_body,
    cluster_path,
    error,
    join_workers,
    local_cloud,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[RecordingRuntime], Arm]]:
    """Starts a local Azure on the same state each time."""
    started: list[Arm] = []

    def begin(runtime: RecordingRuntime) -> Arm:
        started.append(Arm(local_cloud(tmp_path / "home", runtime, ManualClock())))
        return started[-1]

    yield begin
    join_workers()
    for arm in started:
        arm.cloud.store.close()


def killed(runtime: RecordingRuntime, arm: Arm) -> None:
    """End the process as far as the state can tell: what runs never reports."""
    arm.cloud.operations.halt()
    runtime.gate.set()
    join_workers()


def resume(arm: Arm) -> None:
    for thread in plane.resume(arm.cloud):
        thread.join(10)


def test_a_cluster_that_was_being_made_is_made(
    start: Callable[[RecordingRuntime], Arm],
) -> None:
    first, second = RecordingRuntime(), RecordingRuntime()
    arm = start(first)
    path = cluster_path(arm.group())
    first.gate.clear()
    reply = arm.call("PUT", path, cluster_body())
    killed(first, arm)
    assert arm.call("GET", path).body["properties"]["provisioningState"] == "Creating"

    after = start(second)
    resume(after)

    assert after.call("GET", path).body["properties"]["provisioningState"] == "Succeeded"
    assert after.done(reply)["status"] == "Succeeded"
    assert len(second.ensured) == 1


def test_a_cluster_that_was_being_deleted_is_deleted(
    start: Callable[[RecordingRuntime], Arm],
) -> None:
    first, second = RecordingRuntime(), RecordingRuntime()
    arm = start(first)
    path = cluster_path(arm.group())
    first.gate.clear()
    arm.call("PUT", path, cluster_body())
    arm.call("DELETE", path)
    killed(first, arm)

    after = start(second)
    resume(after)

    assert error(after.call("GET", path)) == (404, "ResourceNotFound")
    assert second.deleted == [path.lower()]


def test_a_group_that_was_being_deleted_is_deleted(
    start: Callable[[RecordingRuntime], Arm],
) -> None:
    first, second = RecordingRuntime(), RecordingRuntime()
    arm = start(first)
    group = arm.group()
    first.gate.clear()
    arm.call("PUT", cluster_path(group), cluster_body())
    arm.call("DELETE", group)
    killed(first, arm)

    after = start(second)
    resume(after)

    assert after.call("GET", f"{SUBSCRIPTION}/resourcegroups").body["value"] == []
    assert after.call("GET", f"{SUBSCRIPTION}/resources").body["value"] == []
    unfinished = [op for _, op in after.cloud.store.all(OPERATIONS) if op["status"] == "InProgress"]
    assert unfinished == []


def test_a_ready_cluster_is_started_again_as_it_was(
    start: Callable[[RecordingRuntime], Arm],
) -> None:
    first, second = RecordingRuntime(), RecordingRuntime()
    arm = start(first)
    arm.cluster(arm.group())

    resume(start(second))

    assert second.ensured == first.ensured


def test_a_cluster_that_does_not_start_again_does_not_stop_the_others(
    start: Callable[[RecordingRuntime], Arm], caplog: pytest.LogCaptureFixture
) -> None:
    first, second = RecordingRuntime(), RecordingRuntime()
    arm = start(first)
    path = arm.cluster(arm.group())
    second.failure = "etcd is gone"

    after = start(second)
    resume(after)

    assert "did not start again" in caplog.text
    assert after.call("GET", path).status == 200


def test_a_bug_ends_as_a_failed_operation(
    start: Callable[[RecordingRuntime], Arm],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runtime = RecordingRuntime()
    arm = start(runtime)
    path = arm.cluster(arm.group())
    monkeypatch.setattr(runtime, "deleted", None)

    end = arm.done(arm.call("DELETE", path))

    assert end["error"]["code"] == "InternalServerError"
    assert "AttributeError" in caplog.text
    assert arm.call("GET", path).body["properties"]["provisioningState"] == "Failed"
    group_end = arm.done(arm.call("DELETE", path.split("/providers")[0]))
    assert (group_end["http"], group_end["error"]["code"]) == (409, "InternalServerError")
