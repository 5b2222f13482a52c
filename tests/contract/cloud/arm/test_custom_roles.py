"""azure-mgmt-authorization makes, assigns and deletes a role of the tenant's own."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from azure.core.exceptions import HttpResponseError

from rehearsal.cloud.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.cloud.arm.conftest import Azure

WORLD = World.load()
DEFINITIONS = "/providers/Microsoft.Authorization/roleDefinitions"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
READ_GROUPS = "Microsoft.Resources/subscriptions/resourceGroups/read"


@pytest.fixture
def scope(azure: Azure) -> Iterator[str]:
    """A resource group that the deployer owns."""
    groups = azure.resources().resource_groups
    made = groups.create_or_update(f"rg-{uuid.uuid4().hex[:8]}", {"location": "westeurope"})
    assign(azure, made.id, OWNER, WORLD.account("deployer").object_id)
    yield made.id
    groups.begin_delete(made.name).result()


def assign(azure: Azure, scope: str, role: str, principal_id: str) -> str:
    name = str(uuid.uuid4())
    subscription = f"/subscriptions/{azure.subscription_id}"
    body: Any = {
        "roleDefinitionId": f"{subscription}{DEFINITIONS}/{role}",
        "principalId": principal_id,
    }
    azure.roles().role_assignments.create(scope, name, {"properties": body})
    return name


def test_a_custom_role_lives_and_dies(azure: Azure, scope: str) -> None:
    client, name, person = azure.roles(), str(uuid.uuid4()), WORLD.account("outsider")
    body: Any = {
        "properties": {
            "roleName": f"Group reader {name}",
            "type": "CustomRole",
            "assignableScopes": [scope],
            "permissions": [{"actions": [READ_GROUPS]}],
        }
    }

    made = client.role_definitions.create_or_update(scope, name, body)

    assert made.role_type == "CustomRole"
    assert made.permissions[0].actions == [READ_GROUPS]
    custom = client.role_definitions.list(scope, filter="type eq 'CustomRole'")
    assert [found.name for found in custom] == [name]

    assignment = assign(azure, scope, name, person.object_id)
    group = scope.rsplit("/", 1)[-1]
    assert azure.resources(person.name).resource_groups.get(group).id == scope
    with pytest.raises(HttpResponseError) as refused:
        client.role_definitions.delete(scope, name)
    assert refused.value.error is not None
    assert refused.value.error.code == "RoleDefinitionHasAssignments"

    client.role_assignments.delete(scope, assignment)
    assert client.role_definitions.delete(scope, name).name == name
    assert list(client.role_definitions.list(scope, filter="type eq 'CustomRole'")) == []
    assert list(client.deny_assignments.list_for_scope(scope)) == []
