"""Resources beside the cluster: groups, roles, identities, locks, logs."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.az.conftest import ArticleCluster
    from tests.contract.conftest import CloudEndpoint
    from tests.support.az import Shell


@pytest.fixture(scope="module")
def group(admin: Shell) -> Iterator[str]:
    """A resource group of this file; its end is `az group delete`."""
    admin.run("az group create --name beside --location westeurope --tags a=b")
    yield "beside"
    admin.run("az group delete --name beside --yes")


def test_a_group_is_shown_and_tagged(admin: Shell, group: str) -> None:
    shown = admin.json(f"az group show --name {group}")
    assert (shown["location"], shown["tags"]) == ("westeurope", {"a": "b"})
    assert admin.json(f"az group update --name {group} --tags c=d")["tags"] == {"c": "d"}
    assert group in admin.json("az group list --query [].name")
    assert "(ResourceGroupNotFound)" in admin.refused("az group show --name none", status=3)


def test_a_role_is_given_by_name_and_by_id_and_taken_back(
    cloud_endpoint: CloudEndpoint, admin: Shell, group: str
) -> None:
    scope = f"/subscriptions/{cloud_endpoint.world.subscription_id}/resourceGroups/{group}"
    reader = admin.json("az role definition list --name Reader")[0]
    shop = cloud_endpoint.account("shop-dev")
    by_name = f"--role Reader --assignee {shop.upn} --scope {scope}"
    by_id = f"--role {reader['name']} --assignee-object-id {shop.object_id} --scope {scope}"
    made = admin.json(f"az role assignment create {by_name}")
    assert made["principalType"] == "User"
    # az takes "there already" for success.
    again = admin.json(f"az role assignment create {by_id} --assignee-principal-type User")
    assert again["id"] == made["id"]
    query = '"[].[principalName, roleDefinitionName]"'
    listed = admin.json(f"az role assignment list --scope {scope} --query {query}")
    assert listed == [[shop.upn, "Reader"]]
    admin.run(f"az role assignment delete {by_name}")
    assert admin.json(f"az role assignment list --scope {scope}") == []
    assert "doesn't exist" in admin.refused(f"az role assignment create {by_name}-nowhere --role x")


def test_an_identity_trusts_a_workload(admin: Shell, group: str) -> None:
    made = admin.json(f"az identity create --name workload --resource-group {group}")
    assert made["clientId"]
    options = f"--identity-name workload --resource-group {group}"
    federated = "az identity federated-credential"
    subject = "system:serviceaccount:payments:web"
    credential = admin.json(
        f"{federated} create --name web {options} --issuer https://issuer.example/"
        f" --subject {subject} --audiences api://AzureADTokenExchange"
    )
    assert credential["subject"] == subject
    assert [one["name"] for one in admin.json(f"{federated} list {options}")] == ["web"]
    admin.run(f"{federated} delete --name web {options} --yes")
    assert "workload" in admin.json("az identity list --query [].name")
    admin.run(f"az identity delete --name workload --resource-group {group}")


def test_a_lock_keeps_a_group_from_being_deleted(admin: Shell) -> None:
    admin.run("az group create --name kept --location westeurope")
    lock = "--name keep --resource-group kept"
    made = admin.json(f"az lock create {lock} --lock-type CanNotDelete")
    assert made["level"] == "CanNotDelete"
    assert "keep" in admin.json("az lock list --query [].name")
    assert "(ScopeLocked)" in admin.refused("az group delete --name kept --yes")
    admin.run(f"az lock delete {lock}")
    admin.run("az group delete --name kept --yes")


def test_a_cluster_s_audit_log_goes_to_a_workspace(
    admin: Shell, group: str, cluster: ArticleCluster
) -> None:
    workspace = admin.json(
        f"az monitor log-analytics workspace create --resource-group {group} --name logs"
    )
    assert workspace["provisioningState"] == "Succeeded"
    logs = shlex.quote(json.dumps([{"category": "kube-audit", "enabled": True}]))
    settings = f"--resource {cluster.id} --name audit"
    made = admin.json(
        f"az monitor diagnostic-settings create {settings} --workspace {workspace['id']}"
        f" --logs {logs}"
    )
    assert made["workspaceId"] == workspace["id"]
    assert made["logs"][0]["category"] == "kube-audit"
    shown = admin.json(f"az monitor diagnostic-settings show {settings}")
    assert shown["id"] == made["id"]
    admin.run(f"az monitor diagnostic-settings delete {settings}")


def test_resources_are_listed_and_shown(admin: Shell, cluster: ArticleCluster) -> None:
    kind = "Microsoft.ContainerService/managedClusters"
    assert "MyManagedCluster" in admin.json("az resource list --query [].name")
    assert admin.json("az resource list -g MyResourceGroup --query [].name") == ["MyManagedCluster"]
    by_type = admin.json(f"az resource list --resource-type {kind} --query [].name")
    assert by_type == ["MyManagedCluster"]
    shown = admin.json(f"az resource show --ids {cluster.id}")
    assert shown["properties"]["aadProfile"]["managed"] is True


def test_what_the_local_azure_lacks_names_itself(
    cloud_endpoint: CloudEndpoint, admin: Shell
) -> None:
    scope = f"/subscriptions/{cloud_endpoint.world.subscription_id}"
    address = f"{cloud_endpoint.origin}{scope}/providers/Microsoft.Web/sites"
    said = admin.refused(f"az rest --method get --url {address}?api-version=2024-04-01")
    assert "Not Implemented" in said
    assert f"has no operation GET {scope}/providers/Microsoft.Web/sites" in said
