"""The program: settings in, components, exports out. All that differs between stacks is values."""

from __future__ import annotations

from dataclasses import asdict

import pulumi

import settings
from components.access import ClusterAccess
from components.admin_group import EntraGroupArgs
from components.cluster import EntraCluster, EntraClusterArgs
from components.cluster_roles import warn_of_unknown
from components.deployer import warn_of_break_glass, who_deploys
from components.entra_groups import entra_groups
from components.existing_cluster import refuse_unfit_cluster
from components.kubeconfig import LOGINS
from components.pools import NodePoolArgs
from components.principals import access_row, refuse_twins, service_principal, user
from components.roles import BUILT_IN, RoleRule
from components.team import TeamAccess, TeamRoleArgs

stack = settings.load(BUILT_IN, LOGINS)
name = pulumi.get_project()

# What can be refused is refused before anything is made: who deploys, and what has to be there.
deployer = who_deploys(stack.login, stack.tenant_id)
refuse_unfit_cluster(
    stack.resource_group_name,
    stack.cluster.cluster_name,
    [NodePoolArgs(**asdict(pool)) for pool in stack.cluster.node_pools],
)
principals = {key: user(key) for key in stack.users}
principals |= {key: service_principal(key) for key in stack.service_principals}
refuse_twins(principals.values())
groups = entra_groups(
    [
        EntraGroupArgs(**asdict(group), deployer_object_id=deployer.object_id)
        for group in stack.groups
    ],
    stack.admin_groups,
    deployer.object_id,
    emergency=stack.break_glass is not None,
)
principals |= {key: group.principal for key, group in groups.items()}
admins = [groups[key] for key in stack.admin_groups]

cluster = EntraCluster(
    name,
    EntraClusterArgs(
        **asdict(stack.cluster),
        resource_group_name=stack.resource_group_name,
        location=stack.location,
        tags=stack.tags,
        tenant_id=deployer.tenant_id,
        admin_group_object_ids=[group.object_id for group in admins],
    ),
    pulumi.ResourceOptions(protect=stack.protect),
)
access = ClusterAccess(
    name,
    {
        "cluster_id": cluster.cluster_id,
        "subscription_id": deployer.subscription_id,
        "authorization": stack.cluster.authorization,
        "login": stack.login,
        "principals": list(principals.values()),
        "grants": [
            {"principal": principals[grant.principal], "cluster_role": grant.role}
            for grant in stack.cluster_grants
        ],
    },
)
grants = [*stack.cluster_grants, *(grant for team in stack.teams for grant in team.grants)]
warn_of_unknown(grant.role for grant in grants if grant.is_cluster_role)
custom = {role: [RoleRule(**asdict(rule)) for rule in rules] for role, rules in stack.roles.items()}
roles = [TeamRoleArgs(name=role, rules=rules) for role, rules in (BUILT_IN | custom).items()]
teams = [
    TeamAccess(
        team.name,
        {
            "cluster_id": cluster.cluster_id,
            "subscription_id": deployer.subscription_id,
            "authorization": stack.cluster.authorization,
            "namespaces": team.namespaces,
            "roles": roles,
            "grants": [
                {
                    "principal": principals[grant.principal],
                    "role": grant.role,
                    "is_cluster_role": grant.is_cluster_role,
                }
                for grant in team.grants
            ],
            "quota": team.quota,
            "limits": team.limits,
            "isolated": team.isolated,
        },
        pulumi.ResourceOptions(providers=[access.provider]),
    )
    for team in stack.teams
]

for output, value in {
    "resourceGroupName": stack.resource_group_name,
    "clusterName": stack.cluster.cluster_name,
    "clusterId": cluster.cluster_id,
    "tenantId": deployer.tenant_id,
    "adminGroupObjectIds": [group.object_id for group in admins],
    "apiServer": access.api_server,
    "kubeconfig": access.kubeconfig,
    "access": [
        *[access_row(principals[key], "cluster", "admin") for key in stack.admin_groups],
        *access.access,
        *[row for team in teams for row in team.access],
    ],
    "getCredentials": "az aks get-credentials "
    f"--resource-group {stack.resource_group_name} --name {stack.cluster.cluster_name}",
}.items():
    pulumi.export(output, value)
if stack.break_glass:
    until = stack.break_glass.until.isoformat()
    warn_of_break_glass(stack.break_glass.reason, until)
    pulumi.export("breakGlass", {"reason": stack.break_glass.reason, "until": until})
