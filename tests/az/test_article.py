"""The article's commands as it prints them, section by section."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.az.conftest import ArticleCluster
    from tests.contract.conftest import CloudEndpoint
    from tests.support.az import Shell

USER_CREDENTIALS = "az aks get-credentials --resource-group myResourceGroup --name MyManagedCluster"
ADMIN_CREDENTIALS = f"{USER_CREDENTIALS} --admin"
FEATURE = "Microsoft.ContainerService/AAD-V2"


def give(admin: Shell, role: str, assignee: str, cluster: ArticleCluster) -> None:
    """Assign an AKS role at the cluster."""
    admin.run(
        f"az role assignment create --role 'Azure Kubernetes Service {role} Role'"
        f" --assignee {assignee} --scope {cluster.id}"
    )


def test_section_3_the_tools_are_there(admin: Shell) -> None:
    assert admin.json("az extension list") == []
    client = admin.json("kubectl version --client --output json")
    assert client["clientVersion"]["major"] == "1"


def test_section_3_the_feature_becomes_registered_and_then_the_provider(admin: Shell) -> None:
    admin.run("az feature register --name AAD-V2 --namespace Microsoft.ContainerService")
    query = f"[?contains(name, '{FEATURE}')].{{Name:name,State:properties.state}}"
    seen: list[str] = []
    while "Registered" not in seen:
        table = admin.run(f'az feature list -o table --query "{query}"').stdout.splitlines()
        assert table[0].split() == ["Name", "State"]
        name, state = table[2].split()
        assert name == FEATURE
        assert state in {"Registering", "Registered"}
        seen.append(state)
        assert len(seen) < 20, "the registration never ends"
        time.sleep(0.2)
    admin.run("az provider register --namespace Microsoft.ContainerService")
    shown = admin.json("az provider show --namespace Microsoft.ContainerService")
    assert shown["registrationState"] in {"Registering", "Registered"}


def test_section_5_the_response_has_the_managed_profile(
    cloud_endpoint: CloudEndpoint, admin: Shell, cluster: ArticleCluster
) -> None:
    profile = {
        "adminGroupObjectIDs": [cluster.group_id],
        "clientAppId": None,
        "enableAzureRbac": False,
        "managed": True,
        "serverAppId": None,
        "serverAppSecret": None,
        "tenantId": cloud_endpoint.world.tenant_id,
    }
    assert cluster.created["aadProfile"] == profile
    assert cluster.created["provisioningState"] == "Succeeded"
    shown = admin.json("az aks show -g myResourceGroup -n MyManagedCluster")
    assert shown["aadProfile"] == profile
    assert shown["id"] == cluster.created["id"]


def test_section_6_a_member_of_the_admin_group_sees_the_nodes(
    admin: Shell, cluster: ArticleCluster
) -> None:
    assert cluster.created["name"] == "MyManagedCluster"
    said = admin.run(f"{USER_CREDENTIALS} --overwrite-existing").stderr
    assert "Converted kubeconfig to use Azure CLI authentication" in said
    nodes = admin.run("kubectl get nodes").stdout.splitlines()[1:]
    assert len(nodes) == 3
    for node in nodes:
        name, status, role, *_ = node.split()
        assert name.startswith("aks-nodepool1-")
        assert (status, role) == ("Ready", "agent")


def test_section_6_needs_the_cluster_user_role_and_gives_no_rights_inside(
    cloud_endpoint: CloudEndpoint, admin: Shell, developer: Shell, cluster: ArticleCluster
) -> None:
    account = cloud_endpoint.account("payments-dev")
    subscription = f"--subscription {cloud_endpoint.world.subscription_id}"
    give(admin, "Cluster User", account.upn, cluster)
    # az learns of the subscription, in which the person now has a role, at the next login.
    assert developer.log_in_on_the_page(account).returncode == 0
    developer.run(f"{USER_CREDENTIALS} {subscription}")
    said = developer.refused("kubectl get nodes")
    assert f'User "{account.upn}" cannot list resource "nodes"' in said


def test_section_7_needs_the_cluster_admin_role_and_local_accounts(
    cloud_endpoint: CloudEndpoint,
    admin: Shell,
    developer: Shell,
    cluster: ArticleCluster,
    scratch: Path,
) -> None:
    account = cloud_endpoint.account("payments-dev")
    give(admin, "Cluster User", account.upn, cluster)
    assert developer.log_in_on_the_page(account).returncode == 0
    command = f"{ADMIN_CREDENTIALS} --file {scratch}"
    said = developer.refused(command)
    assert "(AuthorizationFailed) The client 'payments-dev@contoso.example'" in said
    assert "managedClusters/listClusterAdminCredential/action" in said
    assert not scratch.exists()

    give(admin, "Cluster Admin", account.upn, cluster)
    developer.run(command)
    nodes = developer.run(f"kubectl --kubeconfig {scratch} get nodes").stdout
    assert nodes.count(" agent ") == 3

    update = "az aks update -g myResourceGroup -n MyManagedCluster"
    assert admin.json(f"{update} --disable-local-accounts")["disableLocalAccounts"] is True
    try:
        assert (
            "(BadRequest) Getting static credential is not allowed because this cluster is set to"
            " disable local accounts."
        ) in developer.refused(ADMIN_CREDENTIALS)
    finally:
        admin.run(f"{update} --enable-local-accounts")


def test_section_8_a_pipeline_logs_in_with_kubelogin(
    admin: Shell, cluster: ArticleCluster, scratch: Path
) -> None:
    made = admin.json("az ad sp create-for-rbac --name pipeline")
    principal = admin.text(f"az ad sp show --id {made['appId']} --query id")
    admin.run(f"az ad group member add --group MyDisplay --member-id {principal}")
    admin.run(f"{USER_CREDENTIALS} --file {scratch}")
    nodes = admin.run(
        f"kubectl --kubeconfig {scratch} get nodes --output json",
        AAD_LOGIN_METHOD="spn",
        AAD_SERVICE_PRINCIPAL_CLIENT_ID=made["appId"],
        AAD_SERVICE_PRINCIPAL_CLIENT_SECRET=made["password"],
    ).stdout
    assert len(json.loads(nodes)["items"]) == 3
    assert cluster.group_id in {
        group["id"] for group in admin.json("az ad group list --display-name MyDisplay")
    }
