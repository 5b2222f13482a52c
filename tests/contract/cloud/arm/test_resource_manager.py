"""azure-mgmt-resource and azure-mgmt-authorization against the local Azure."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)

from rehearsal.cloud.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.contract.cloud.arm.conftest import Azure

READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
WORLD = World.load()
WEST = {"location": "westeurope"}


@pytest.fixture
def group(azure: Azure) -> Iterator[str]:
    client = azure.resources().resource_groups
    name = f"rg-{uuid.uuid4().hex[:8]}"
    client.create_or_update(name, {**WEST, "tags": {"owner": "platform"}})
    yield name
    client.begin_delete(name).result()


def test_a_resource_group_lives_and_dies(azure: Azure) -> None:
    client = azure.resources().resource_groups

    made = client.create_or_update("rg-life", {**WEST, "tags": {"a": "b"}})
    changed = client.update("rg-life", {"tags": {"a": "c"}})

    assert made.properties is not None
    assert made.properties.provisioning_state == "Succeeded"
    assert changed.tags == {"a": "c"}
    assert client.check_existence("rg-life")
    assert "rg-life" in [found.name for found in client.list()]
    client.begin_delete("rg-life").result()
    assert not client.check_existence("rg-life")
    with pytest.raises(ResourceNotFoundError) as missing:
        client.get("rg-life")
    assert missing.value.error is not None
    assert missing.value.error.code == "ResourceGroupNotFound"


def test_refusals_reach_the_client_with_code_and_words(azure: Azure) -> None:
    with pytest.raises(HttpResponseError) as refused:
        azure.resources("outsider").resource_groups.get("rg-life")

    error: Any = refused.value.error
    assert refused.value.status_code == 403
    assert error.code == "AuthorizationFailed"
    assert f"'{WORLD.account('outsider').upn}'" in error.message


def test_a_cluster_needs_its_provider_registered(azure: Azure, group: str) -> None:
    providers, clusters = azure.resources().providers, azure.clusters().managed_clusters
    namespace = "Microsoft.ContainerService"
    providers.unregister(namespace)
    wait_for(lambda: providers.get(namespace).registration_state == "Unregistered")

    with pytest.raises(ResourceExistsError) as refused:
        clusters.begin_create_or_update(group, "aks", WEST)
    providers.register(namespace)
    wait_for(lambda: providers.get(namespace).registration_state == "Registered")
    with pytest.raises(HttpResponseError) as looked_at:
        clusters.begin_create_or_update(group, "aks", WEST)

    assert refused.value.error is not None
    assert refused.value.error.code == "MissingSubscriptionRegistration"
    assert "dnsPrefix" in str(looked_at.value)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "the registration does not change"
        time.sleep(0.1)


def test_roles_are_found_assigned_listed_and_taken_away(azure: Azure, group: str) -> None:
    client = azure.roles()
    scope = f"/subscriptions/{azure.subscription_id}/resourceGroups/{group}"
    person, name = WORLD.account("payments-dev"), str(uuid.uuid4())
    definition = next(iter(client.role_definitions.list(scope, filter="roleName eq 'Reader'")))
    body: Any = {
        "properties": {
            "roleDefinitionId": definition.id,
            "principalId": person.object_id,
            "principalType": "User",
        }
    }

    made = client.role_assignments.create(scope, name, body)

    assert made.scope == scope
    assert azure.resources(person.name).resource_groups.get(group).name == group
    mine = client.role_assignments.list_for_scope(
        scope, filter=f"principalId eq '{person.object_id}'"
    )
    assert [found.name for found in mine] == [name]
    with pytest.raises(ResourceExistsError) as twin:
        client.role_assignments.create(scope, str(uuid.uuid4()), body)
    assert twin.value.error is not None
    assert twin.value.error.code == "RoleAssignmentExists"
    client.role_assignments.delete(scope, name)
    with pytest.raises(HttpResponseError):
        azure.resources(person.name).resource_groups.get(group)


def test_a_definition_is_read_by_its_id(azure: Azure) -> None:
    subscription = f"/subscriptions/{azure.subscription_id}"

    found = azure.roles().role_definitions.get(subscription, READER)

    assert found.role_name == "Reader"
    assert found.permissions[0].actions == ["*/read"]
