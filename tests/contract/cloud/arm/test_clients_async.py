"""The asynchronous half of Microsoft's clients, over aiohttp."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.mgmt.authorization.aio import AuthorizationManagementClient
from azure.mgmt.containerservice.aio import ContainerServiceClient
from azure.mgmt.msi.aio import ManagedServiceIdentityClient
from azure.mgmt.resource.resources.aio import ResourceManagementClient

from rehearsal.cloud.world import World

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from tests.contract.cloud.arm.conftest import Azure

READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
WEST = {"location": "westeurope"}
WORLD = World.load()
NAME = "aks-async"


@asynccontextmanager
async def client(azure: Azure, kind: Callable[..., Any]) -> AsyncGenerator[Any]:
    """A client, closed at the end together with its credential."""
    credential, opened = azure.asynchronous(kind)
    async with credential, opened:
        yield opened


def test_groups_and_providers(light_azure: Azure) -> None:
    async def scenario() -> None:
        async with client(light_azure, ResourceManagementClient) as resources:
            groups = resources.resource_groups
            made = await groups.create_or_update("rg-async", WEST)
            assert made.properties.provisioning_state == "Succeeded"
            assert "rg-async" in [group.name async for group in groups.list()]
            namespace = await resources.providers.get("Microsoft.ContainerService")
            assert namespace.registration_state == "Registered"
            await (await groups.begin_delete("rg-async")).result()
            assert not await groups.check_existence("rg-async")
            with pytest.raises(ResourceNotFoundError) as missing:
                await groups.get("rg-async")
            assert code(missing) == "ResourceGroupNotFound"

    asyncio.run(scenario())


def code(refused: pytest.ExceptionInfo[HttpResponseError]) -> str | None:
    assert refused.value.error is not None
    return refused.value.error.code


def body(version: str = "1.34") -> Any:
    return {
        **WEST,
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "dnsPrefix": NAME,
            "kubernetesVersion": version,
            "aadProfile": {"managed": True},
            "agentPoolProfiles": [
                {"name": "system", "mode": "System", "count": 1, "vmSize": "Standard_D4ds_v5"}
            ],
        },
    }


def test_a_cluster_and_its_pools(light_azure: Azure) -> None:
    group = "rg-async-cluster"
    light_azure.resources().resource_groups.create_or_update(group, WEST)

    async def scenario() -> None:
        async with client(light_azure, ContainerServiceClient) as service:
            clusters, pools = service.managed_clusters, service.agent_pools
            poller = await clusters.begin_create_or_update(group, NAME, body())
            made = await poller.result()
            assert made.properties.aad_profile.tenant_id == WORLD.tenant_id
            pool = {"properties": {"count": 1, "vmSize": "Standard_D2s_v5", "mode": "User"}}
            poller = await pools.begin_create_or_update(group, NAME, "apps", pool)
            assert (await poller.result()).properties.provisioning_state == "Succeeded"
            assert {row.name async for row in pools.list(group, NAME)} == {"system", "apps"}
            with pytest.raises(HttpResponseError) as refused:
                await clusters.begin_create_or_update(group, NAME, body("1.36"))
            assert code(refused) == "OperationNotAllowed"
            assert [row.name async for row in clusters.list()] == [NAME]
            await (await clusters.begin_delete(group, NAME)).result()
            with pytest.raises(ResourceNotFoundError):
                await clusters.get(group, NAME)

    asyncio.run(scenario())


def test_an_identity_and_its_role(light_azure: Azure) -> None:
    group = "rg-async-identity"
    scope = light_azure.resources().resource_groups.create_or_update(group, WEST).id

    async def scenario() -> None:
        async with client(light_azure, ManagedServiceIdentityClient) as service:
            identities = service.user_assigned_identities
            identity = await identities.create_or_update(group, "id-async", WEST)
            names = [row.name async for row in identities.list_by_resource_group(group)]
            assert names == ["id-async"]
        async with client(light_azure, AuthorizationManagementClient) as service:
            assignments = service.role_assignments
            definition = await service.role_definitions.get(scope, READER)
            given = {
                "properties": {
                    "roleDefinitionId": definition.id,
                    "principalId": identity.principal_id,
                }
            }
            name = str(uuid.uuid4())
            made = await assignments.create(scope, name, given)
            assert made.principal_type == "ServicePrincipal"
            with pytest.raises(ResourceExistsError) as twin:
                await assignments.create(scope, str(uuid.uuid4()), given)
            assert code(twin) == "RoleAssignmentExists"
            await assignments.delete(scope, name)
            with pytest.raises(ResourceNotFoundError):
                await assignments.get(scope, name)

    asyncio.run(scenario())
