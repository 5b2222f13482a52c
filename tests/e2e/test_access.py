"""Who can do what: real kubectl, real kubelogin, the API server's own words."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.azure import Azure

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.rehearsal import Rehearsal

pytestmark = pytest.mark.e2e

DEPLOYMENT = ("create", "deployment", "web", "--image=registry.example/web:1")


def test_the_admin_sees_ready_nodes(deployed: Rehearsal) -> None:
    nodes = deployed.kubectl("platform-admin", "get", "nodes", "--no-headers").stdout.splitlines()
    assert nodes
    assert all(line.split()[1] == "Ready" for line in nodes), nodes


def test_the_api_server_knows_people_by_upn_and_groups_by_object_id(deployed: Rehearsal) -> None:
    said = deployed.kubectl("payments-dev", "auth", "whoami", "-o", "json").stdout
    user = json.loads(said)["status"]["userInfo"]
    assert user["username"] == "payments-dev@contoso.example"
    assert Azure(deployed).group_id("sg-payments") in user["groups"]


def test_a_developer_works_in_the_own_namespace(deployed: Rehearsal) -> None:
    deployed.kubectl("payments-dev", "-n", "payments", *DEPLOYMENT)
    listed = deployed.kubectl("payments-dev", "-n", "payments", "get", "deployments", "-o", "name")
    deployed.kubectl("payments-dev", "-n", "payments", "get", "pods")
    deployed.kubectl("payments-dev", "-n", "payments", "delete", "deployment", "web")
    assert listed.stdout.split() == ["deployment.apps/web"]


@pytest.mark.parametrize(
    "words",
    [
        ("-n", "shop", *DEPLOYMENT),
        ("-n", "shop", "get", "pods"),
        ("get", "nodes"),
        ("get", "pods", "-A"),
        ("create", "namespace", "mine"),
        ("-n", "payments", "create", "rolebinding", "me", "--clusterrole=admin", "--user=me"),
    ],
    ids=lambda words: " ".join(words[:4]),
)
def test_a_developer_is_forbidden_elsewhere(deployed: Rehearsal, words: tuple[str, ...]) -> None:
    refused = deployed.kubectl("payments-dev", *words, expect=1)
    assert 'is forbidden: User "payments-dev@contoso.example" cannot' in refused.stderr


def test_an_outsider_gets_no_kubeconfig(deployed: Rehearsal) -> None:
    refused = deployed.kubectl("outsider", "get", "pods", expect=1)
    assert "403 AuthorizationFailed" in refused.stderr
    assert "listClusterUserCredential/action" in refused.stderr


@pytest.mark.parametrize(
    "words", [("get", "nodes"), ("-n", "payments", "get", "pods"), ("get", "ns")]
)
def test_an_outsider_with_a_kubeconfig_is_forbidden(
    deployed: Rehearsal, words: tuple[str, ...], tmp_path: Path
) -> None:
    deployed.kubectl("payments-dev", "version")
    given = shutil.copy(
        deployed.home / "kubeconfigs" / "local-payments-dev.yaml", tmp_path / "config"
    )
    stolen = ("as", "--kubeconfig", str(given), "outsider", "--", "kubectl", *words)
    refused = deployed.run(*stolen, expect=1)
    assert "Error from server (Forbidden)" in refused.stderr
    assert 'User "outsider@contoso.example" cannot' in refused.stderr


def test_no_kubeconfig_holds_a_secret(deployed: Rehearsal) -> None:
    deployed.kubectl("payments-dev", "version")
    text = (deployed.home / "kubeconfigs" / "local-payments-dev.yaml").read_text(encoding="utf-8")
    for word in ("client-key-data", "client-certificate-data", "password", "secret", "token:"):
        assert word not in text


def test_a_cluster_role_of_a_team_holds_in_its_namespaces_only(deployed: Rehearsal) -> None:
    def refer(config: dict[str, Any]) -> None:
        (shop,) = (team for team in config["aks-entra:teams"] if team["name"] == "shop")
        shop["access"].append({"group": {"existing": "sg-payments"}, "clusterRole": "edit"})

    secrets = ("get", "secrets")
    deployed.edit_stack("local", refer)
    try:
        assert deployed.json("up")["changes"]["create"] == 1
        deployed.kubectl("payments-dev", "-n", "shop", *secrets)
        for elsewhere in (("-n", "payments"), ("-A",)):
            refused = deployed.kubectl("payments-dev", *secrets, *elsewhere, expect=1)
            assert 'is forbidden: User "payments-dev@contoso.example" cannot' in refused.stderr
    finally:
        deployed.restore_stack("local")
    assert deployed.json("up")["changes"]["delete"] == 1


def test_leaving_the_group_ends_access_when_the_token_is_renewed(deployed: Rehearsal) -> None:
    azure = Azure(deployed)
    group = azure.group_id("sg-payments")
    person = azure.user_id("payments-dev@contoso.example")
    deployed.kubectl("payments-dev", "-n", "payments", "get", "pods")
    assert azure.graph(f"/groups/{group}/members/{person}/$ref", "DELETE").status_code == 204
    try:
        forget_tokens(deployed, "payments-dev")
        kubeconfig = str(deployed.home / "kubeconfigs" / "local-payments-dev.yaml")
        words = ("payments-dev", "--", "kubectl", "-n", "payments", "get", "pods")
        refused = deployed.run("as", "--kubeconfig", kubeconfig, *words, expect=1)
        assert "Error from server (Forbidden)" in refused.stderr
        refused = deployed.run("as", *words, expect=1)
        assert "403 AuthorizationFailed" in refused.stderr
    finally:
        reference = {"@odata.id": f"{azure.origin}/v1.0/directoryObjects/{person}"}
        assert azure.graph(f"/groups/{group}/members/$ref", "POST", reference).status_code == 204
        forget_tokens(deployed, "payments-dev")
    deployed.kubectl("payments-dev", "-n", "payments", "get", "pods")


def forget_tokens(rehearsal: Rehearsal, account: str) -> None:
    """Make the next login ask Entra: what the end of the token's life does by itself."""
    shutil.rmtree(rehearsal.home / "kubeconfigs" / f"tokens-{account}", ignore_errors=True)
