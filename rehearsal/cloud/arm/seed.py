"""What a new subscription starts with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.arm import role_assignments, subscriptions
from rehearsal.cloud.arm.roles import built_in_roles, role_named
from rehearsal.cloud.world import WorldError

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.world import World


class UnknownRoleError(WorldError):
    """world.yaml assigns a role that the local Azure does not have."""


def seed(cloud: Cloud, world: World) -> None:
    """Write the world's subscription and role assignments; the same each time it is done.

    Raises:
        UnknownRoleError: a role name is not one of Azure's built-in roles known here.
    """
    with cloud.store.transaction():
        subscriptions.put(
            cloud,
            subscription_id=world.subscription_id,
            display_name=world.subscription_name,
            tenant_id=world.tenant_id,
        )
        for given in world.role_assignments:
            try:
                role = role_named(given.role_name)
            except KeyError:
                known = ", ".join(role.name for role in built_in_roles())
                message = (
                    f"world.yaml: roleAssignments: there is no role '{given.role_name}'; there are"
                    f" {known}"
                )
                raise UnknownRoleError(message) from None
            role_assignments.put(
                cloud,
                scope=given.scope,
                role=role,
                principal_id=given.principal_id,
                principal_type=given.principal_kind,
                subscription_id=world.subscription_id,
            )
