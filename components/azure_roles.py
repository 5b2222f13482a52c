"""Azure's roles on a cluster: which there are, what they stand for here, and how one is assigned.

Ids and permissions: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/containers
(2026-11). They are not bindings by another name: RBAC Admin at a cluster also writes what belongs
to no namespace (nodes, ClusterRoleBindings), and to Azure a subresource counts as its resource (but
for `pods/exec`), so that RBAC Reader also sends GET requests through the proxy of a Pod. RBAC
Writer, which reads and writes Secrets, stands for no role of a team: none of those does.
"""

from dataclasses import dataclass
from typing import NamedTuple

import pulumi
from pulumi_azure_native import authorization

from components import naming
from components.principals import PrincipalArgs


class AzureRole(NamedTuple):
    """A built-in role definition of Azure."""

    name: str
    """Its name, as people and `az role assignment list` know it."""
    definition: str
    """GUID of the role definition, the same in every subscription."""


CLUSTER_USER = AzureRole(
    "Azure Kubernetes Service Cluster User Role", "4abbcc35-e782-43d8-92c5-2d3f1bd2253f"
)
"""May fetch the user kubeconfig and nothing else."""
_READER = AzureRole("Azure Kubernetes Service RBAC Reader", "7f6c6a51-bcf8-42ba-9220-52d62157d7db")
_WRITER = AzureRole("Azure Kubernetes Service RBAC Writer", "a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb")
_ADMIN = AzureRole("Azure Kubernetes Service RBAC Admin", "3498e952-d568-435e-9b2c-8d77e338d7f7")
_CLUSTER_ADMIN = AzureRole(
    "Azure Kubernetes Service RBAC Cluster Admin", "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"
)

FOR_CLUSTER_ROLES = {
    "view": _READER,
    "edit": _WRITER,
    "admin": _ADMIN,
    "cluster-admin": _CLUSTER_ADMIN,
}
"""Assigned at the cluster in the place of a binding of the ClusterRole."""

FOR_TEAM_ROLES = {"viewer": _READER}
"""Assigned at a namespace in the place of a binding of the team's role."""


@dataclass(frozen=True)
class AzureRoles:
    """Assigns Azure's roles on one cluster."""

    cluster_id: pulumi.Input[str]
    """ARM id of the cluster."""
    subscription_id: pulumi.Input[str]
    """Subscription of the cluster, known before the cluster is there."""

    def assign(
        self,
        name: str,
        role: AzureRole,
        principal: PrincipalArgs,
        options: pulumi.ResourceOptions,
        *,
        namespace: str = "",
    ) -> None:
        """Assign `role` to `principal`, in the whole cluster or in one namespace of it."""
        below = f"/namespaces/{namespace}" if namespace else ""
        scope = pulumi.Output.concat(self.cluster_id, below)
        who = (principal["object_id"], principal["kind"])
        assign(name, role, (scope, self.subscription_id), who, options)


def assign(
    name: str,
    role: AzureRole,
    where: tuple[pulumi.Input[str], pulumi.Input[str]],
    who: tuple[pulumi.Input[str], str],
    options: pulumi.ResourceOptions,
) -> authorization.RoleAssignment:
    """Assign a role.

    Args:
        name: The resource's name.
        role: The role.
        where: The scope's ARM id, and its subscription.
        who: Object id and kind of the principal; given the kind, Azure takes a principal that is
            not in all its directories yet.
        options: Options of the resource.
    """
    (scope, subscription_id), (principal_id, kind) = where, who
    return authorization.RoleAssignment(
        name,
        authorization.RoleAssignmentArgs(
            scope=scope,
            role_definition_id=pulumi.Output.format(
                "/subscriptions/{0}/providers/Microsoft.Authorization/roleDefinitions/{1}",
                subscription_id,
                role.definition,
            ),
            role_assignment_name=pulumi.Output.all(scope, role.definition, principal_id).apply(
                lambda ids: naming.role_assignment_name(*ids)
            ),
            principal_id=principal_id,
            principal_type=kind,
        ),
        options,
    )
