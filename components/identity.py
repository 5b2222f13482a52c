"""The identity by which the cluster's control plane acts in Azure."""

import pulumi
from pulumi_azure_native import containerservice, managedidentity

from components.place import Place

SYSTEM = "system"
"""Azure makes the identity with the cluster, and deletes it with the cluster."""
USER = "user"
"""The program makes it, so that it outlives the cluster's replacement."""


def control_plane_identity(
    name: str, asked: str, place: Place, options: pulumi.ResourceOptions
) -> containerservice.ManagedClusterIdentityArgs:
    """The identity for `asked`: `SYSTEM`, `USER`, or the ARM id of one that is there.

    `USER` makes `NAME-identity`.
    """
    if asked == SYSTEM:
        return containerservice.ManagedClusterIdentityArgs(
            type=containerservice.ResourceIdentityType.SYSTEM_ASSIGNED
        )
    identity_id: pulumi.Input[str] = asked
    if asked == USER:
        identity_id = managedidentity.UserAssignedIdentity(
            f"{name}-identity",
            options,
            resource_group_name=place.resource_group_name,
            location=place.location,
            tags=place.tags,
        ).id
    return containerservice.ManagedClusterIdentityArgs(
        type=containerservice.ResourceIdentityType.USER_ASSIGNED,
        user_assigned_identities=[identity_id],
    )
