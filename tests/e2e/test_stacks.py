"""Staging and production, deployed as a job of GitHub Actions does it, from first to last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.azure import Azure
from tests.support.rehearsal import rehearsing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.rehearsal import Rehearsal, Result

pytestmark = pytest.mark.e2e

EVERY = pytest.mark.parametrize("stack", ["stg", "prd"], indirect=True)
PRODUCTION = pytest.mark.parametrize("stack", ["prd"], indirect=True)
STAGING = pytest.mark.parametrize("stack", ["stg"], indirect=True)
LANDING_ZONE = "rg-network-prd"
DEPLOYMENT = ("create", "deployment", "web", "--image=registry.example/web:1")


@dataclass(frozen=True)
class Stack:
    """A deployed stack."""

    name: str
    rehearsal: Rehearsal

    def kubectl(self, account: str, *words: str, expect: int = 0) -> Result:
        """Run kubectl as an account of world.yaml."""
        command = ("as", "-s", self.name, account, "--", "kubectl", *words)
        return self.rehearsal.run(*command, expect=expect)

    def json(self, operation: str, *words: str, expect: int = 0) -> dict[str, Any]:
        """What an operation on the stack prints with `--json`."""
        return self.rehearsal.json(operation, "-s", self.name, *words, expect=expect)


def landing_zone(rehearsal: Rehearsal) -> Azure:
    """Make what production finds there; the local Azure has no networks, and looks for none."""
    rehearsal.run("cloud", "start")
    azure = Azure(rehearsal)
    place = {"location": "westeurope"}
    group = f"{azure.subscription}/resourceGroups/{LANDING_ZONE}"
    identity = f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-aks-prd"
    for path, version in ((group, "2024-03-01"), (identity, "2023-01-31")):
        reply = azure.arm(path, version, "PUT", place)
        assert reply.is_success, reply.text
    return azure


@pytest.fixture(scope="module")
def stack(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """The stack, up under its policies; destroyed at the end."""
    name: str = request.param
    levels = f"policy/config/{name}.json"
    with rehearsing(tmp_path_factory.mktemp(name)) as rehearsal:
        found = Stack(name, rehearsal)
        azure = landing_zone(rehearsal)
        found.json("up", "--policy-pack", "policy", "--policy-config", levels)
        yield found
        if name == "prd":
            rehearsal.edit_stack(name, unprotect)
            assert changed(found.json("up")) == set(), "to unprotect changes nothing else"
        found.json("destroy")
        assert azure.resource_groups() == [LANDING_ZONE]
        assert azure.clusters() == []


def changed(summary: dict[str, Any]) -> set[str]:
    """What was done to resources that were not left as they were."""
    return {kind for kind, count in summary["changes"].items() if count and kind != "same"}


def unprotect(config: dict[str, Any]) -> None:
    """What docs/troubleshooting.md says."""
    config["aks-entra:protect"] = False


def break_glass(config: dict[str, Any]) -> None:
    """What docs/access.md says."""
    today = datetime.now(UTC).date()
    reason = "the admin group was emptied"
    config["aks-entra:breakGlass"] = {"enabled": True, "reason": reason, "until": str(today)}


@STAGING
def test_a_second_up_changes_nothing_and_one_after_a_refresh_replaces_nothing(
    stack: Stack,
) -> None:
    assert changed(stack.json("up", "--expect-no-changes")) == set()
    # Azure tells of all pools with the cluster, of which only the first was stated there.
    for operation in ("refresh", "up"):
        assert changed(stack.json(operation)) <= {"update"}
    assert changed(stack.json("refresh", "--expect-no-changes")) == set()


@EVERY
def test_nobody_gets_past_entra_in_azure_either(stack: Stack) -> None:
    cluster = Azure(stack.rehearsal).cluster()
    properties = cluster["properties"]
    assert properties["aadProfile"]["managed"] is True
    assert properties["disableLocalAccounts"] is True
    server = properties["apiServerAccessProfile"]
    assert server["disableRunCommand"] is True
    assert server["enablePrivateCluster"] or server["authorizedIPRanges"]


@PRODUCTION
def test_production_lies_in_the_network_of_its_landing_zone(stack: Stack) -> None:
    cluster = Azure(stack.rehearsal).cluster()
    pools = cluster["properties"]["agentPoolProfiles"]
    assert len(pools) == 2
    for pool in pools:
        assert f"/{LANDING_ZONE}/providers/Microsoft.Network/" in pool["vnetSubnetID"]
    zone = cluster["properties"]["apiServerAccessProfile"]["privateDNSZone"]
    assert zone.endswith("/privatelink.westeurope.azmk8s.io")
    assert [LANDING_ZONE in known for known in cluster["identity"]["userAssignedIdentities"]] == [
        True
    ]


@EVERY
def test_the_logs_of_the_control_plane_are_kept(stack: Stack) -> None:
    azure = Azure(stack.rehearsal)
    path = f"{azure.cluster()['id']}/providers/Microsoft.Insights/diagnosticSettings"
    (setting,) = azure.arm(path, "2021-05-01-preview").json()["value"]
    kept = {log["category"] for log in setting["properties"]["logs"] if log["enabled"]}
    assert kept >= {"kube-audit-admin", "guard"}
    workspace = azure.arm(setting["properties"]["workspaceId"], "2023-09-01").json()
    assert workspace["properties"]["retentionInDays"] >= 90


@STAGING
def test_developers_of_staging_work_in_their_own_namespaces_only(stack: Stack) -> None:
    stack.kubectl("payments-dev", "-n", "payments", *DEPLOYMENT)
    stack.kubectl("payments-dev", "-n", "payments", "delete", "deployment", "web")
    for words in (("-n", "shop", *DEPLOYMENT), ("-n", "payments", "get", "secrets")):
        refused = stack.kubectl("payments-dev", *words, expect=1)
        assert 'is forbidden: User "payments-dev@contoso.example" cannot' in refused.stderr


@STAGING
def test_break_glass_opens_the_cluster_when_the_deployer_is_locked_out(stack: Stack) -> None:
    azure, up = Azure(stack.rehearsal), ("up", "-s", stack.name)
    members = f"/groups/{azure.group_id('sg-platform-admins')}/members"
    (deployer,) = (
        each["id"]
        for each in azure.graph(members).json()["value"]
        if each["displayName"] == "deployer"
    )
    assert azure.graph(f"{members}/{deployer}/$ref", "DELETE").is_success
    try:
        refused = stack.rehearsal.run(*up, expect=2)
        assert "is in none of the admin groups" in refused.stdout
        stack.rehearsal.edit_stack(stack.name, break_glass)
        assert "refused but for break-glass" in stack.rehearsal.run(*up).stdout
        cluster = azure.cluster()
        assert cluster["properties"]["disableLocalAccounts"] is False
        path = f"{cluster['id']}/listClusterAdminCredential"
        assert azure.arm(path, "2025-09-01", "POST").is_success
    finally:
        reference = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{deployer}"}
        assert azure.graph(f"{members}/$ref", "POST", reference).is_success
        stack.rehearsal.restore_stack(stack.name)
    assert changed(stack.json("up")) == {"update"}
    assert azure.cluster()["properties"]["disableLocalAccounts"] is True


@STAGING
def test_a_cluster_that_is_replaced_has_everything_in_it_again(stack: Stack) -> None:
    def other_dataplane(config: dict[str, Any]) -> None:
        config["aks-entra:cluster"]["network"] = {"dataplane": "azure"}

    uid = ("get", "namespace", "payments", "-o", "jsonpath={.metadata.uid}")
    before = stack.kubectl("platform-admin", *uid).stdout
    stack.rehearsal.edit_stack(stack.name, other_dataplane)
    made = stack.json("up")["changes"]
    assert "replace" in made
    assert stack.kubectl("platform-admin", *uid).stdout != before
    stack.kubectl("payments-dev", "-n", "payments", *DEPLOYMENT)
    refused = stack.kubectl("payments-dev", "-n", "shop", "get", "pods", expect=1)
    assert "is forbidden" in refused.stderr
    assert changed(stack.json("preview", "--expect-no-changes")) == set()
    network = Azure(stack.rehearsal).cluster()["properties"]["networkProfile"]
    assert network["networkDataplane"] == "azure"


@PRODUCTION
def test_people_look_at_production_and_change_nothing(stack: Stack) -> None:
    stack.kubectl("payments-dev", "-n", "payments", "get", "pods")
    refused = stack.kubectl("payments-dev", "-n", "payments", *DEPLOYMENT, expect=1)
    assert 'User "payments-dev@contoso.example" cannot create resource' in refused.stderr
    refused = stack.kubectl("outsider", "-n", "payments", "get", "pods", expect=1)
    assert "403 AuthorizationFailed" in refused.stderr


@PRODUCTION
def test_production_refuses_to_be_destroyed_and_nothing_of_it_goes(stack: Stack) -> None:
    refused = stack.rehearsal.run("destroy", "-s", stack.name, expect=1)
    assert "EntraCluster aks-entra" in refused.stdout
    assert "because it is protected" in refused.stdout
    assert "Nothing was deleted" in refused.stdout
    assert changed(stack.json("up", "--expect-no-changes")) == set()
    refused = stack.rehearsal.run("down", expect=1)
    assert "stack 'prd' is not destroyed" in refused.stderr
