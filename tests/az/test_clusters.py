"""What people do with a cluster by az: the profile, pools, versions, stopping, the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.az.conftest import ArticleCluster
    from tests.contract.conftest import CloudEndpoint
    from tests.support.az import Shell

CLUSTER = "-g myResourceGroup -n MyManagedCluster"
POOL = "-g myResourceGroup --cluster-name MyManagedCluster -n apps"

pytestmark = pytest.mark.usefixtures("cluster")


def profile(admin: Shell, options: str) -> dict[str, Any]:
    """The Entra profile after `az aks update` with these options."""
    return admin.json(f"az aks update {CLUSTER} {options}")["aadProfile"]


def test_the_cluster_is_listed(admin: Shell) -> None:
    listed = admin.json('az aks list --query "[].{name:name,state:provisioningState}"')
    assert {"name": "MyManagedCluster", "state": "Succeeded"} in listed
    assert "MyManagedCluster" in admin.run("az aks list -g MYRESOURCEGROUP -o table").stdout


def test_the_admin_groups_are_changed(
    cloud_endpoint: CloudEndpoint, admin: Shell, cluster: ArticleCluster
) -> None:
    groups = {group.display_name: group.object_id for group in cloud_endpoint.world.groups}
    other = groups["sg-platform-admins"]
    changed = profile(admin, f"--aad-admin-group-object-ids {cluster.group_id},{other}")
    assert changed["adminGroupObjectIDs"] == [cluster.group_id, other]
    assert changed["managed"] is True
    changed = profile(admin, f"--aad-admin-group-object-ids {cluster.group_id}")
    assert changed["adminGroupObjectIDs"] == [cluster.group_id]


def test_azure_decides_with_azure_rbac(
    cloud_endpoint: CloudEndpoint, admin: Shell, developer: Shell, cluster: ArticleCluster
) -> None:
    account = cloud_endpoint.account("payments-dev")
    assign = f"--assignee {account.upn} --role"
    reader = f"{assign} 'Azure Kubernetes Service RBAC Reader' --scope {cluster.id}"
    user = f"{assign} 'Azure Kubernetes Service Cluster User Role' --scope {cluster.id}"
    admin.run(f"az role assignment create {user}")
    admin.run(f"az role assignment create {reader}")
    assert developer.log_in_on_the_page(account).returncode == 0
    developer.run(f"az aks get-credentials {CLUSTER}")
    assert "Forbidden" in developer.refused("kubectl get pods")

    assert profile(admin, "--enable-azure-rbac")["enableAzureRbac"] is True
    try:
        assert "No resources found" in developer.run("kubectl get pods").stderr
        said = developer.refused("kubectl create configmap mine")
        assert "does not have access to the resource in Azure" in said
    finally:
        assert profile(admin, "--disable-azure-rbac")["enableAzureRbac"] is False
        admin.run(f"az role assignment delete {reader}")


def test_a_node_pool_comes_grows_and_goes(admin: Shell) -> None:
    assert admin.json(f"az aks nodepool add {POOL} --node-count 1")["provisioningState"] == (
        "Succeeded"
    )
    pools = "az aks nodepool list -g myResourceGroup --cluster-name MyManagedCluster"
    assert [pool["name"] for pool in admin.json(pools)] == ["nodepool1", "apps"]
    assert admin.json(f"az aks nodepool scale {POOL} --node-count 2")["count"] == 2
    admin.run(f"az aks nodepool delete {POOL}")
    assert [pool["name"] for pool in admin.json(pools)] == ["nodepool1"]


def test_versions_are_told_and_the_cluster_is_upgraded(admin: Shell) -> None:
    offered = admin.json("az aks get-versions --location centralus")["values"]
    known = {value["version"] for value in offered}
    assert {"1.34", "1.35"} <= known
    assert "KubernetesVersion" in admin.run("az aks get-versions -l centralus -o table").stdout
    upgrades = admin.json(f"az aks get-upgrades {CLUSTER}")
    current = upgrades["controlPlaneProfile"]["kubernetesVersion"]
    newer = [
        upgrade["kubernetesVersion"] for upgrade in upgrades["controlPlaneProfile"]["upgrades"]
    ]
    assert newer
    assert current not in newer
    upgraded = admin.json(f"az aks upgrade {CLUSTER} --kubernetes-version {newer[0]} --yes")
    assert upgraded["currentKubernetesVersion"] == newer[0]
    assert upgraded["agentPoolProfiles"][0]["currentOrchestratorVersion"] == newer[0]


def test_a_stopped_cluster_answers_nobody_and_a_started_one_again(admin: Shell) -> None:
    admin.run(f"az aks get-credentials {CLUSTER} --overwrite-existing")
    admin.run(f"az aks stop {CLUSTER}")
    power = f"az aks show {CLUSTER} --query powerState.code"
    assert admin.text(power) == "Stopped"
    admin.refused("kubectl get nodes")
    admin.run(f"az aks start {CLUSTER}")
    assert admin.text(power) == "Running"
    assert " Ready " in admin.run("kubectl get nodes").stdout


def test_the_issuer_of_service_accounts_is_shown(admin: Shell) -> None:
    changed = admin.json(f"az aks update {CLUSTER} --enable-oidc-issuer")
    issuer = changed["oidcIssuerProfile"]["issuerUrl"]
    assert issuer.endswith("/")
    assert admin.json("kubectl get --raw /.well-known/openid-configuration")["issuer"] == issuer


def test_a_maintenance_window_is_kept(admin: Shell) -> None:
    window = "-g myResourceGroup --cluster-name MyManagedCluster --name default"
    hours = f"{window} --weekday Monday --start-hour 1"
    added = admin.json(f"az aks maintenanceconfiguration add {hours}")
    assert added["timeInWeek"] == [{"day": "Monday", "hourSlots": [1]}]
    listed = "az aks maintenanceconfiguration list -g myResourceGroup"
    names = [kept["name"] for kept in admin.json(f"{listed} --cluster-name MyManagedCluster")]
    assert names == ["default"]
    admin.run(f"az aks maintenanceconfiguration delete {window}")


def test_a_cluster_gets_entra_later_and_is_deleted_with_its_group(admin: Shell) -> None:
    admin.run("az group create -n scratch -l centralus")
    identity = admin.text("az identity create -g scratch -n kubelet --query id")
    create = "az aks create -g scratch -n one --node-count 1 --no-ssh-key --yes"
    # az gives the cluster's identity the role Managed Identity Operator over the kubelet's.
    admin.run(f"{create} --assign-identity {identity} --assign-kubelet-identity {identity}")
    assert "already exists" in admin.refused(create)
    credentials = "az aks get-credentials -g scratch -n one --overwrite-existing --file one.yaml"
    admin.run(credentials)
    assert " Ready " in admin.run("kubectl --kubeconfig one.yaml get nodes").stdout
    updated = admin.json("az aks update -g scratch -n one --enable-aad")
    assert updated["aadProfile"]["managed"] is True
    admin.run(credentials)
    assert "kubelogin" in (admin.directory / "one.yaml").read_text()

    admin.run("az aks delete -g scratch -n one --yes")
    assert "(ResourceNotFound)" in admin.refused("az aks show -g scratch -n one", status=3)
    admin.run("az group delete -n scratch --yes")
    assert admin.text("az group exists -n scratch") == "false"
    assert "scratch" not in admin.run("az group list -o table").stdout
