"""The identity by which the cluster's control plane acts in Azure."""

from typing import NamedTuple

import pulumi
from pulumi_azure_native import containerservice, managedidentity

from components.place import Place

SYSTEM = "system"
"""Azure makes the identity with the cluster, and deletes it with the cluster."""
USER = "user"
"""The program makes it, so that it outlives the cluster's replacement."""


class ControlPlaneIdentity(NamedTuple):
    """Who the control plane is in Azure."""

    args: containerservice.ManagedClusterIdentityArgs
    principal_id: pulumi.Output[str] | None
    """Object id of one that the program makes; None for any other."""


def control_plane_identity(
    name: str, asked: str, place: Place, options: pulumi.ResourceOptions
) -> ControlPlaneIdentity:
    """The identity for `asked`: `SYSTEM`, `USER`, or the ARM id of one that is there.

    `USER` makes `NAME-identity`.
    """
    if asked == SYSTEM:
        kind = containerservice.ResourceIdentityType.SYSTEM_ASSIGNED
        return ControlPlaneIdentity(containerservice.ManagedClusterIdentityArgs(type=kind), None)
    if asked != USER:
        return ControlPlaneIdentity(_user_assigned(asked), None)
    made = managedidentity.UserAssignedIdentity(
        f"{name}-identity",
        options,
        resource_group_name=place.resource_group_name,
        location=place.location,
        tags=place.tags,
    )
    return ControlPlaneIdentity(_user_assigned(made.id), made.principal_id)


def _user_assigned(identity_id: pulumi.Input[str]) -> containerservice.ManagedClusterIdentityArgs:
    return containerservice.ManagedClusterIdentityArgs(
        type=containerservice.ResourceIdentityType.USER_ASSIGNED,
        user_assigned_identities=[identity_id],
    )
