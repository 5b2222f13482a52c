"""Long-running operations as pollers of four kinds need them, and refusals as they read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.arm import (
    ASSIGNMENTS,
    READER,
    SUBSCRIPTION,
    WORLD,
    Arm,
    RecordingRuntime,
    cluster_body,
    cluster_path,
    error,
)

if TYPE_CHECKING:
    from rehearsal.cloud.web import Reply

ASYNC, LOCATION = "Azure-AsyncOperation", "Location"
POOL = {"properties": {"count": 1, "vmSize": "Standard_D2s_v5"}}


def poll(arm: Arm, reply: Reply, header: str) -> Reply:
    """Ask once, at the address in the header, with nothing but its path and query."""
    address = reply.headers[header]
    assert address.startswith(f"{arm.cloud.origin}/"), "absolute, and on the same host"
    path, _, version = address.removeprefix(arm.cloud.origin).partition("?api-version=")
    assert version
    return arm.call("GET", path, version=version)


def checked_start(arm: Arm, reply: Reply, status: int, *headers: str) -> None:
    """What a reply that starts an operation has, and each of its polls until it is over."""
    assert reply.status == status
    assert reply.headers["Retry-After"] == "1"
    for header in headers:
        going = poll(arm, reply, header)
        assert going.headers["Retry-After"] == "1"
        assert going.status == (202 if header == LOCATION else 200)


def test_a_cluster_is_made_changed_and_deleted_by_operations(
    arm: Arm, runtime: RecordingRuntime
) -> None:
    path = cluster_path(arm.group())
    for status, state in ((201, "Creating"), (200, "Updating")):
        runtime.gate.clear()
        reply = arm.call("PUT", path, cluster_body())
        assert reply.body["properties"]["provisioningState"] == state
        checked_start(arm, reply, status, ASYNC)
        runtime.gate.set()
        assert arm.done(reply)["status"] == "Succeeded"
        assert arm.call("GET", path).body["properties"]["provisioningState"] == "Succeeded"

    deleted = arm.call("DELETE", path)

    # azcore takes a 202 to DELETE without a place to poll for an error.
    assert deleted.status == 202
    assert {ASYNC, LOCATION, "Retry-After"} <= set(deleted.headers)
    assert deleted.headers["Content-Type"].startswith("application/json")
    assert arm.done(deleted)["status"] == "Succeeded"
    assert arm.call("DELETE", path).status == 204


def test_a_pool_is_made_changed_and_deleted_by_operations(
    arm: Arm, runtime: RecordingRuntime
) -> None:
    path = f"{arm.cluster(arm.group())}/agentPools/apps"
    for method, body, status, headers in (
        ("PUT", POOL, 201, (ASYNC,)),
        ("PUT", POOL, 200, (ASYNC,)),
        ("DELETE", None, 202, (ASYNC, LOCATION)),
    ):
        runtime.gate.clear()
        reply = arm.call(method, path, body)
        checked_start(arm, reply, status, *headers)
        runtime.gate.set()
        assert arm.done(reply)["status"] == "Succeeded"


def test_the_status_of_an_operation_has_what_azcore_reads(
    arm: Arm, runtime: RecordingRuntime
) -> None:
    path = cluster_path(arm.group())
    runtime.gate.clear()
    runtime.failure = "kube-apiserver did not start"
    reply = arm.call("PUT", path, cluster_body())

    going = poll(arm, reply, ASYNC).body
    runtime.gate.set()
    arm.done(reply)
    ended = poll(arm, reply, ASYNC).body

    assert set(going) == {"name", "status", "startTime"}
    assert going["status"] == "InProgress"
    assert set(ended) == {"name", "status", "startTime", "endTime", "error"}
    assert ended["status"] == "Failed"
    assert set(ended["error"]) == {"code", "message"}


def test_the_end_of_a_group_is_polled_by_location(arm: Arm, runtime: RecordingRuntime) -> None:
    group = arm.group()
    runtime.gate.clear()
    made = arm.call("PUT", cluster_path(group), cluster_body())

    reply = arm.call("DELETE", group, version="2024-03-01")

    checked_start(arm, reply, 202, LOCATION)
    assert ASYNC not in reply.headers
    runtime.gate.set()
    arm.done(made)
    arm.done(reply)
    assert poll(arm, reply, LOCATION).status == 200
    assert arm.call("HEAD", group, version="2024-03-01").status == 404


def test_a_conflict_is_said_in_aks_s_words_and_without_the_envelope(
    arm: Arm, runtime: RecordingRuntime
) -> None:
    path = f"{arm.cluster(arm.group())}/agentPools/nodepool1"
    arm.done(arm.call("PUT", path, POOL))
    runtime.gate.clear()
    going = arm.call("PUT", path, POOL)

    reply = arm.call("PUT", path, POOL)

    assert error(reply) == (409, "OperationNotAllowed")
    assert {"code", "details", "message", "subcode"} == set(reply.body)
    assert reply.body["message"] == (
        "Operation is not allowed: Another operation (nodepool1 - Updating) is in progress, please"
        " wait for it to finish before starting a new operation. See"
        " https://aka.ms/aks-pending-operation for more details"
    )
    runtime.gate.set()
    arm.done(going)


@pytest.mark.parametrize("kind", ["", "User"])
def test_a_principal_that_nobody_knows_yet_is_taken_with_its_type(arm: Arm, kind: str) -> None:
    unknown = "11111111-1111-4111-8111-111111111111"

    reply = arm.assign(SUBSCRIPTION, READER, unknown, **({"principalType": kind} if kind else {}))

    if kind:
        assert reply.status == 201
        return
    assert error(reply) == (400, "PrincipalNotFound")
    message = reply.body["error"]["message"]
    assert message.startswith(f"Principal {unknown.replace('-', '')} does not exist in the")
    assert WORLD.tenant_id in message
    assert "set the role assignment principalType property" in message


def test_an_assignment_has_what_clients_read_back(arm: Arm) -> None:
    person = WORLD.account("outsider").object_id
    made = arm.assign(arm.group(), READER, person)

    properties = made.body["properties"]
    assert made.status == 201
    assert made.body["type"] == ASSIGNMENTS
    assert {"roleDefinitionId", "principalId", "principalType", "scope"} <= set(properties)
    assert properties["principalId"] == person
    assert properties["roleDefinitionId"].endswith(READER)
