"""An `up` through a bad day of Azure's ends where a good day's does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from tests.support.azure import Azure

if TYPE_CHECKING:
    from tests.support.rehearsal import Rehearsal

pytestmark = pytest.mark.e2e

BAD_DAY = {
    "lag": {"graph": 2, "roleAssignments": 2},
    "rules": [
        {"route": "TokenV2_Create", "status": 429, "retryAfter": 1, "count": 1},
        {"route": "PUT *", "plane": "arm", "status": 429, "retryAfter": 1, "count": 2},
        {"route": "GET Groups_List", "drop": True, "count": 1},
        {"route": "GET Groups_Get", "status": 503, "count": 1},
        {
            "route": "ManagedClusters_CreateOrUpdate",
            "status": 409,
            "code": "AnotherOperationInProgress",
            "retryAfter": 1,
            "count": 1,
        },
        {
            "route": "RoleAssignments_Create",
            "status": 503,
            "after": True,
            "retryAfter": 1,
            "count": 1,
        },
    ],
}


def test_an_up_through_faults_makes_everything_once(empty: Rehearsal) -> None:
    empty.run("cloud", "start")
    file = empty.project / "faults.yaml"
    file.write_text(yaml.safe_dump(BAD_DAY), encoding="utf-8")
    empty.run("cloud", "faults", "set", str(file))

    empty.run("up")

    rules = empty.json("cloud", "faults")["rules"]
    assert [rule["acted"] for rule in rules] == [rule["count"] for rule in rules]
    empty.run("up", "--expect-no-changes")
    empty.run("cloud", "faults", "clear")
    azure = Azure(empty)
    # AKS makes a group of its own for the nodes of each cluster.
    made = [name for name in azure.resource_groups() if not name.startswith("MC_")]
    assert made == ["rg-aks-entra-local"]
    cluster = azure.cluster()
    assert cluster["properties"]["provisioningState"] == "Succeeded"
    azure.group_id("aks-local-admins")
    assignments = azure.role_assignments(cluster["id"])
    holders = [assignment["properties"]["principalId"] for assignment in assignments]
    assert holders, "no role was assigned"
    assert len(holders) == len(set(holders)), "a role was assigned twice"
    empty.run("refresh", "--expect-no-changes")
    empty.kubectl("payments-dev", "-n", "payments", "get", "pods")
