"""`up`, again `up`, small changes, and what they do in the cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.azure import Azure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.rehearsal import Rehearsal

pytestmark = pytest.mark.e2e

CLUSTER_USER_ROLE = "4abbcc35-e782-43d8-92c5-2d3f1bd2253f"


@pytest.fixture
def restored(deployed: Rehearsal) -> Iterator[Rehearsal]:
    """The deployed rehearsal; afterwards the stack file and the cloud are as they were."""
    yield deployed
    deployed.restore_stack("local")
    deployed.run("up")


def test_the_cluster_in_azure_is_behind_entra(deployed: Rehearsal) -> None:
    azure = Azure(deployed)
    cluster = azure.cluster()["properties"]
    profile = cluster["aadProfile"]
    groups = {group["displayName"]: group["id"] for group in azure.groups()}
    assert profile["managed"] is True
    assert profile["adminGroupObjectIDs"] == [groups["aks-local-admins"]]
    assert profile["tenantID"] == azure.tenant_id
    assert not profile.get("clientAppID")
    assert not profile.get("serverAppID")
    assert cluster["disableLocalAccounts"] is True
    assert cluster["enableRBAC"] is True
    assert cluster["provisioningState"] == "Succeeded"


def test_every_bound_group_may_fetch_the_kubeconfig_exactly_once(deployed: Rehearsal) -> None:
    azure = Azure(deployed)
    holders = [
        assignment["properties"]["principalId"]
        for assignment in azure.role_assignments(azure.cluster()["id"])
        if assignment["properties"]["roleDefinitionId"].endswith(CLUSTER_USER_ROLE)
    ]
    groups = {group["displayName"]: group["id"] for group in azure.groups()}
    expected = [
        groups[name] for name in ("aks-local-admins", "sg-auditors", "sg-payments", "sg-shop")
    ]
    assert sorted(holders) == sorted(expected)


def test_the_second_up_changes_nothing(deployed: Rehearsal) -> None:
    before = everything(deployed)
    summary = deployed.json("up", "--expect-no-changes")
    changed = {op: count for op, count in summary["changes"].items() if op != "same" and count}
    assert changed == {}
    assert everything(deployed) == before, "an up without changes touched the cluster"


def test_a_changed_custom_role_updates_that_role_only(restored: Rehearsal) -> None:
    def add_role(config: dict[str, Any]) -> None:
        config["aks-entra:roles"]["event-reader"] = [
            {"apiGroups": [""], "resources": ["events"], "verbs": ["get", "list"]}
        ]
        team(config, "shop")["access"][0]["role"] = "event-reader"

    restored.edit_stack("local", add_role)
    restored.run("up")
    before = everything(restored)

    def widen(config: dict[str, Any]) -> None:
        config["aks-entra:roles"]["event-reader"][0]["verbs"].append("watch")

    restored.edit_stack("local", widen)
    summary = restored.json("up")
    after = everything(restored)
    changed = sorted(name for name in before if before[name] != after.get(name))
    assert set(after) == set(before)
    assert len(changed) == 1, changed
    assert changed[0].startswith("Role shop/")
    assert summary["changes"]["update"] == 1
    assert summary["changes"]["create"] == summary["changes"]["delete"] == 0


def test_a_removed_team_goes_and_nothing_else(restored: Rehearsal) -> None:
    before = everything(restored)
    restored.edit_stack(
        "local", lambda config: config["aks-entra:teams"].remove(team(config, "shop"))
    )
    restored.run("up")
    after = everything(restored)
    gone = {name for name in before if name not in after}
    assert "Namespace /shop" in gone
    assert all("shop" in name for name in gone), gone
    assert {name: after[name] for name in after if name in before} == {
        name: version for name, version in before.items() if name not in gone
    }
    azure = Azure(restored)
    shop = next(group["id"] for group in azure.groups() if group["displayName"] == "sg-shop")
    holders = {
        assignment["properties"]["principalId"]
        for assignment in azure.role_assignments(azure.cluster()["id"])
    }
    assert shop not in holders, "a group without a team can still fetch the kubeconfig"


def team(config: dict[str, Any], name: str) -> dict[str, Any]:
    return next(entry for entry in config["aks-entra:teams"] if entry["name"] == name)


def everything(rehearsal: Rehearsal) -> dict[str, str]:
    """The resource version of each object that the program may have made."""
    kinds = (
        "namespaces,roles,rolebindings,clusterroles,clusterrolebindings,limitranges,networkpolicies"
    )
    # Quotas are left out: a controller writes their status, in its own time.
    return {
        name: item["metadata"]["resourceVersion"] for name, item in rehearsal.objects(kinds).items()
    }
