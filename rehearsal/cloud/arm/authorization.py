"""The decision of Azure RBAC: who may do what, where.

A role assignment counts for its principal, for every member (direct or not) of a group, at its
scope and everywhere below. Assignments add up; `notActions` only take away from the role they
stand in (https://learn.microsoft.com/azure/role-based-access-control/overview). Deny assignments
and conditions are not part of the local Azure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.role_lag import counting
from rehearsal.cloud.arm.roles import Role, role_of
from rehearsal.cloud.arm.scopes import covers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.entra.tokens import Caller


@dataclass(frozen=True)
class Grant:
    """A role assignment, as far as the decision needs it."""

    principal_id: str
    scope: str
    role: Role
    id: str = ""
    """Id of the assignment."""


def decide(
    grants: Iterable[Grant],
    principal_ids: Collection[str],
    action: str,
    scope: str,
    *,
    data: bool = False,
) -> Grant | None:
    """The first grant that allows the action at the scope, or None.

    Args:
        grants: All there are.
        principal_ids: Lower-case object ids of the caller and of all the groups it is in.
        action: Such as `Microsoft.ContainerService/managedClusters/read`.
        scope: Where the action is to happen.
        data: Whether it is a data action.
    """
    for grant in grants:
        if (
            grant.principal_id.lower() in principal_ids
            and covers(grant.scope, scope)
            and grant.role.allows(action, data=data)
        ):
            return grant
    return None


def grants(cloud: Cloud) -> list[Grant]:
    """All role assignments that count, whose role is known."""
    found: list[Grant] = []
    for document in counting(cloud):
        properties = document["properties"]
        role = role_of(cloud, properties["roleDefinitionId"])
        if role is not None:
            given = Grant(properties["principalId"], properties["scope"], role, document["id"])
            found.append(given)
    return found


def identities(cloud: Cloud, object_id: str) -> frozenset[str]:
    """Lower-case object ids of the principal and of every group that it is in."""
    return frozenset({object_id.lower(), *cloud.directory.transitive_group_ids(object_id)})


def is_allowed(
    cloud: Cloud, object_id: str, action: str, scope: str, *, data: bool = False
) -> bool:
    """Whether the principal may do that, by the role assignments as they are now."""
    return decide(grants(cloud), identities(cloud, object_id), action, scope, data=data) is not None


def require(cloud: Cloud, caller: Caller, action: str, scope: str) -> None:
    """Let the caller pass.

    Raises:
        CloudError: 403 AuthorizationFailed.
    """
    if not is_allowed(cloud, caller.object_id, action, scope):
        raise errors.authorization_failed(
            caller.upn or caller.app_id or caller.object_id, caller.object_id, action, scope
        )
