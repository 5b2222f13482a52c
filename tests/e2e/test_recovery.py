"""Kills: of the local Azure, and of an `up` half-way."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.azure import Azure

if TYPE_CHECKING:
    from tests.support.rehearsal import Rehearsal

pytestmark = pytest.mark.e2e


def test_a_killed_azure_comes_back_with_everything_in_it(deployed: Rehearsal) -> None:
    deployed.kubectl(
        "payments-dev", "-n", "payments", "create", "configmap", "kept", "--from-literal=a=b"
    )
    before = deployed.objects("rolebindings,namespaces")
    deployed.kill_cloud()
    deployed.run("cloud", "start")
    assert deployed.objects("rolebindings,namespaces") == before
    deployed.kubectl("payments-dev", "-n", "payments", "get", "configmap", "kept")
    deployed.kubectl("payments-dev", "-n", "payments", "delete", "configmap", "kept")
    deployed.run("up", "--expect-no-changes")


def state_rows(rehearsal: Rehearsal) -> int:
    """How many resources the engine has written down so far."""
    file = rehearsal.home / "backend/.pulumi/stacks/aks-entra/local.json"
    try:
        checkpoint = json.loads(file.read_text(encoding="utf-8"))["checkpoint"]["latest"]
    except FileNotFoundError:
        return 0
    return len(checkpoint.get("resources", []))


# Rows after which the engine is killed: while groups and the resource group are made, while the
# cluster is made (its row comes late), and while Kubernetes objects are made.
@pytest.mark.parametrize("rows", [3, 8, 20])
def test_an_up_killed_half_way_is_finished_by_the_next(empty: Rehearsal, rows: int) -> None:
    empty.run("cloud", "start")
    process = empty.start("up")
    deadline = time.monotonic() + 120
    while state_rows(empty) < rows:
        assert process.poll() is None, empty.said.read_text()
        assert time.monotonic() < deadline, "the up wrote too few rows"
        time.sleep(0.02)
    time.sleep(random.random() / 2)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    empty.run("up")
    azure = Azure(empty)
    assert len(azure.clusters()) == 1
    # AKS makes a group of its own for the nodes of each cluster.
    made = [name for name in azure.resource_groups() if not name.startswith("MC_")]
    assert made == ["rg-aks-entra-local"]
    azure.group_id("aks-local-admins")
    assignments = azure.role_assignments(azure.cluster()["id"])
    holders = [assignment["properties"]["principalId"] for assignment in assignments]
    assert len(holders) == len(set(holders)), "a role was assigned twice"
    empty.run("up", "--expect-no-changes")
    empty.run("destroy")
    assert azure.clusters() == []
    assert azure.resource_groups() == []
    assert "aks-local-admins" not in {group["displayName"] for group in azure.groups()}


def half_deleted(rehearsal: Rehearsal, kind: str) -> bool:
    """Whether the engine is deleting an object of that kind."""
    file = rehearsal.home / "backend/.pulumi/stacks/aks-entra/local.json"
    latest = json.loads(file.read_text(encoding="utf-8"))["checkpoint"]["latest"]
    return any(
        entry["type"] == "deleting" and entry["resource"]["type"].endswith(kind)
        for entry in latest.get("pending_operations", [])
    )


# While the API server still ends the namespaces, and while Azure deletes the cluster.
@pytest.mark.parametrize("kind", [":Namespace", ":ManagedCluster"])
def test_an_up_makes_again_what_a_killed_destroy_was_deleting(empty: Rehearsal, kind: str) -> None:
    empty.run("up")
    process = empty.start("destroy")
    deadline = time.monotonic() + 120
    while not half_deleted(empty, kind):
        assert process.poll() is None, empty.said.read_text()
        assert time.monotonic() < deadline, "nothing of that kind was deleted"
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    empty.run("up")
    empty.run("up", "--expect-no-changes")
    assert len(Azure(empty).clusters()) == 1
    assert {"Namespace /payments", "Namespace /shop"} <= set(empty.objects("namespaces"))
    empty.run("destroy")
    assert Azure(empty).clusters() == []
