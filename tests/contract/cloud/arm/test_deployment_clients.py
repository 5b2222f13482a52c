"""azure-mgmt-resource-deployments against the local Azure with its real clusters."""

from __future__ import annotations

import base64
import ssl
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from tests.support.arm import AKS, SG_ADMINS, WORLD
from tests.support.arm_templates import cluster, deployment_body, feature, identity, template
from tests.support.identity import AKS_CLIENT, AKS_SERVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.cloud.arm.conftest import Azure

NAME = "aks-by-template"
TEMPLATE = template(
    cluster(
        "[parameters('name')]",
        location="[resourceGroup().location]",
        tags={"deployment": "[deployment().name]", "unique": "[uniqueString(resourceGroup().id)]"},
    ),
    parameters={"name": {"type": "string", "minLength": 3}},
    outputs={
        "aad": {"type": "object", "value": "[reference(parameters('name')).aadProfile]"},
        "id": {
            "type": "string",
            "value": f"[resourceId('{AKS}', parameters('name'))]",
        },
    },
)


@pytest.fixture(scope="module")
def group(azure: Azure) -> Iterator[str]:
    groups, name = azure.resources().resource_groups, "rg-by-template"
    groups.create_or_update(name, {"location": "westeurope"})
    yield name
    groups.begin_delete(name).result()


def asked(azure: Azure, kubeconfig: bytes, path: str) -> Any:
    """What a cluster's API server answers to somebody of the admin group."""
    account = WORLD.account("platform-admin")
    form = {
        "grant_type": "password",
        "client_id": AKS_CLIENT,
        "username": account.upn,
        "password": account.secret,
        "scope": f"{AKS_SERVER}/.default",
    }
    address = f"{azure.origin}/{account.tenant_id}/oauth2/v2.0/token"
    trust = ssl.create_default_context(cafile=azure.environment["SSL_CERT_FILE"])
    token = httpx.post(address, data=form, verify=trust).raise_for_status().json()["access_token"]
    server: Any = yaml.safe_load(kubeconfig)["clusters"][0]["cluster"]
    authority = base64.b64decode(server["certificate-authority-data"]).decode()
    reply = httpx.get(
        f"{server['server']}{path}",
        headers={"Authorization": f"Bearer {token}"},
        verify=ssl.create_default_context(cadata=authority),
    )
    return reply.raise_for_status().json()


def test_a_template_makes_a_cluster_that_works(azure: Azure, group: str) -> None:
    client = azure.deployments()
    body = deployment_body(TEMPLATE, name=NAME)

    checked = client.deployments.begin_validate(group, "main", body).result()
    done = client.deployments.begin_create_or_update(group, "main", body).result()

    assert checked.error is None
    assert done.properties.provisioning_state == "Succeeded"
    assert done.properties.outputs["aad"]["value"] == {
        "managed": True,
        "adminGroupObjectIDs": [SG_ADMINS],
        "tenantID": WORLD.tenant_id,
        "enableAzureRBAC": False,
    }
    made = azure.clusters().managed_clusters.get(group, NAME)
    expected = done.properties.outputs["id"]["value"]
    assert made.id.lower() == expected.lower()
    assert [each.id for each in done.properties.output_resources] == [expected]
    found = azure.clusters().managed_clusters.list_cluster_user_credentials(group, NAME)
    nodes = asked(azure, bytes(found.kubeconfigs[0].value), "/api/v1/nodes")
    assert len(nodes["items"]) == 2
    kinds = [
        each.properties.provisioning_operation
        for each in client.deployment_operations.list(group, "main")
    ]
    assert kinds == ["Create", "EvaluateDeploymentOutput"]
    template_again = client.deployments.export_template(group, "main").template
    assert template_again == TEMPLATE
    assert client.deployments.check_existence(group, "main")
    client.deployments.begin_delete(group, "main").result()
    assert not client.deployments.check_existence(group, "main")


def test_a_failure_reaches_the_client_with_its_details(azure: Azure, group: str) -> None:
    client = azure.deployments().deployments
    body = deployment_body(template(identity("a", unheard_of=1)))

    with pytest.raises(HttpResponseError) as failed:
        client.begin_create_or_update(group, "bad", body).result()

    error: Any = failed.value.error
    assert error.code == "DeploymentFailed"
    assert error.details[0].code == "InvalidRequestContent"
    assert client.get(group, "bad").properties.provisioning_state == "Failed"


def test_a_template_that_is_wrong_is_refused_at_once(azure: Azure, group: str) -> None:
    client = azure.deployments().deployments
    body = deployment_body(template(identity("[nothing()]")))

    with pytest.raises(HttpResponseError) as refused:
        client.begin_create_or_update(group, "wrong", body)

    assert refused.value.error is not None
    assert refused.value.error.code == "InvalidTemplate"
    assert "'nothing'" in str(refused.value.error.message)
    with pytest.raises(ResourceNotFoundError):
        client.get(group, "wrong")


def test_a_feature_is_registered_at_the_subscription(azure: Azure) -> None:
    client = azure.deployments().deployments
    body = deployment_body(template(feature("AAD-V2")), location="westeurope")

    done = client.begin_create_or_update_at_subscription_scope("features", body).result()

    assert done.location == "westeurope"
    assert done.properties.provisioning_state == "Succeeded"
    listed = client.list_at_subscription_scope(filter="provisioningState eq 'Succeeded'")
    assert [each.name for each in listed] == ["features"]
    client.begin_delete_at_subscription_scope("features").result()
