from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.arm import (
    READER,
    SUBSCRIPTION,
    WORLD,
    Arm,
    cluster_body,
    cluster_path,
    error,
    role_reference,
)

if TYPE_CHECKING:
    from rehearsal.cloud.web import Reply

LOCKS = "providers/Microsoft.Authorization/locks"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
SCOPE_LOCKED = (409, "ScopeLocked")


@pytest.fixture
def owner(arm: Arm) -> Arm:
    """The local Azure with the deployer as owner: a Contributor may not lock."""
    arm.assign(SUBSCRIPTION, OWNER, WORLD.account("deployer").object_id)
    return arm


def lock(arm: Arm, scope: str, level: str) -> Reply:
    reply = arm.call("PUT", f"{scope}/{LOCKS}/keep", {"properties": {"level": level}})
    assert reply.status == 201, reply
    return reply


def test_a_locked_cluster_is_changed_but_not_deleted(owner: Arm) -> None:
    cluster = owner.cluster(owner.group())
    lock(owner, cluster, "CanNotDelete")

    refused = owner.call("DELETE", cluster)

    assert error(refused) == SCOPE_LOCKED
    assert refused.body["error"]["message"] == (
        f"The scope '{cluster}' cannot perform delete operation because following scope(s) are"
        f" locked: '{cluster}'. Please remove the lock and try again."
    )
    owner.done(owner.call("PUT", cluster, cluster_body()))
    assert owner.call("DELETE", f"{cluster}/{LOCKS}/keep").status == 200
    owner.done(owner.call("DELETE", cluster))


@pytest.mark.parametrize("where", ["subscription", "group"])
def test_a_lock_holds_for_all_below_it(owner: Arm, where: str) -> None:
    group = owner.group()
    cluster = owner.cluster(group)
    lock(owner, SUBSCRIPTION if where == "subscription" else group, "CanNotDelete")

    for path in (cluster, f"{cluster}/agentPools/system", group):
        assert error(owner.call("DELETE", path)) == SCOPE_LOCKED


def test_a_lock_inside_keeps_the_group(owner: Arm) -> None:
    group = owner.group()
    cluster = owner.cluster(group)
    lock(owner, cluster, "CanNotDelete")

    assert error(owner.call("DELETE", group)) == SCOPE_LOCKED
    assert owner.call("GET", group).body["properties"]["provisioningState"] == "Succeeded"


def test_what_is_read_only_is_not_written(owner: Arm) -> None:
    group = owner.group()
    cluster = owner.cluster(group, disableLocalAccounts=False)
    lock(owner, group, "ReadOnly")

    calls: tuple[tuple[str, str, Any], ...] = (
        ("PUT", cluster, cluster_body()),
        ("PUT", cluster_path(group, "other"), cluster_body()),
        ("PATCH", group, {"tags": {}}),
        ("POST", f"{cluster}/listClusterAdminCredential", None),
        ("POST", f"{cluster}/stop", None),
    )
    for method, path, body in calls:
        refused = owner.call(method, path, body)
        assert error(refused) == SCOPE_LOCKED
        assert "cannot perform write operation" in refused.body["error"]["message"]
    assert owner.call("GET", cluster).status == 200


def test_a_lock_keeps_role_assignments(owner: Arm) -> None:
    group = owner.group()
    body = {
        "properties": {
            "principalId": WORLD.account("outsider").object_id,
            **role_reference(READER),
        }
    }
    name = "6d0a4a0e-2f0c-4c0e-8a55-4f64f0d3a009"
    path = f"{group}/providers/Microsoft.Authorization/roleAssignments/{name}"
    assert owner.call("PUT", path, body, version="2022-04-01").status == 201
    lock(owner, group, "CanNotDelete")

    assert error(owner.call("DELETE", path, version="2022-04-01")) == SCOPE_LOCKED


def test_who_has_no_right_is_told_so_before_the_lock(owner: Arm) -> None:
    group = owner.group()
    lock(owner, group, "CanNotDelete")

    assert error(owner.call("DELETE", group, who="ci")) == (403, "AuthorizationFailed")


def test_a_contributor_may_not_lock(arm: Arm) -> None:
    refused = arm.call(
        "PUT", f"{arm.group()}/{LOCKS}/keep", {"properties": {"level": "CanNotDelete"}}
    )

    assert error(refused) == (403, "AuthorizationFailed")


def test_locks_are_listed_with_those_below(owner: Arm) -> None:
    group = owner.group()
    lock(owner, SUBSCRIPTION, "CanNotDelete")
    lock(owner, group, "ReadOnly")

    assert len(owner.call("GET", f"{SUBSCRIPTION}/{LOCKS}").body["value"]) == 2
    rows = owner.call("GET", f"{group}/{LOCKS}").body["value"]
    assert [row["properties"]["level"] for row in rows] == ["ReadOnly"]


def test_a_level_is_one_of_two(owner: Arm) -> None:
    path = f"{owner.group()}/{LOCKS}/keep"

    for properties in ({}, {"level": "Frozen"}):
        refused = owner.call("PUT", path, {"properties": properties})
        assert error(refused) == (400, "InvalidRequestContent")
    nowhere = f"{SUBSCRIPTION}/resourceGroups/none/{LOCKS}/keep"
    missing = owner.call("PUT", nowhere, {"properties": {"level": "ReadOnly"}})
    assert error(missing) == (404, "ResourceGroupNotFound")
