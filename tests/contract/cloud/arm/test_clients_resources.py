"""Microsoft's own clients: identities, whom they trust, and resources by their id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

if TYPE_CHECKING:
    from tests.contract.cloud.arm.conftest import Azure

WEST = {"location": "westeurope"}


def test_identities_and_whom_they_trust(light_azure: Azure) -> None:
    group = "rg-identities"
    light_azure.resources().resource_groups.create_or_update(group, WEST)
    client = light_azure.identities()
    trust = {
        "properties": {
            "issuer": "https://issuer.example/",
            "subject": "system:serviceaccount:a:b",
            "audiences": ["api://AzureADTokenExchange"],
        }
    }

    identity = client.user_assigned_identities.create_or_update(group, "id-app", WEST)
    tagged = client.user_assigned_identities.update(group, "id-app", {"tags": {"a": "b"}})
    credentials = client.federated_identity_credentials
    made = credentials.create_or_update(group, "id-app", "app", trust)

    assert tagged.tags == {"a": "b"}
    assert tagged.client_id == identity.client_id
    assert made.subject == "system:serviceaccount:a:b"
    assert [row.name for row in credentials.list(group, "id-app")] == ["app"]
    lists = client.user_assigned_identities
    assert [row.name for row in lists.list_by_resource_group(group)] == ["id-app"]
    assert [row.name for row in lists.list_by_subscription()] == ["id-app"]
    with pytest.raises(ResourceExistsError):
        credentials.create_or_update(group, "id-app", "twin", trust)
    credentials.delete(group, "id-app", "app")
    lists.delete(group, "id-app")
    with pytest.raises(ResourceNotFoundError):
        lists.get(group, "id-app")


def test_plain_resources_by_the_generic_client(light_azure: Azure) -> None:
    client = light_azure.resources()
    group = "rg-logs"
    group_id = client.resource_groups.create_or_update(group, WEST).id
    path = f"{group_id}/providers/Microsoft.OperationalInsights/workspaces/logs-dev"
    version = {"api_version": "2023-09-01"}

    made = client.resources.begin_create_or_update_by_id(path, WEST, **version).result()

    assert made.properties["provisioningState"] == "Succeeded"
    assert client.resources.check_existence_by_id(path, **version)
    workspaces = "resourceType eq 'Microsoft.OperationalInsights/workspaces'"
    assert [row.name for row in client.resources.list(filter=workspaces)] == ["logs-dev"]
    client.resources.begin_delete_by_id(path, **version).result()
    assert not client.resources.check_existence_by_id(path, **version)
    with pytest.raises(HttpResponseError) as refused:
        client.resources.get_by_id(path, api_version="2010-01-01")
    assert refused.value.error is not None
    assert refused.value.error.code == "InvalidApiVersionParameter"
