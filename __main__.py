"""The program: settings in, components, exports out. All that differs between stacks is values."""

from __future__ import annotations

from dataclasses import asdict

import pulumi
import pulumi_azuread as azuread

import settings
from components.access import ClusterAccess
from components.admin_group import EntraGroup, EntraGroupArgs, guard_against_lock_out
from components.cluster import EntraCluster, EntraClusterArgs
from components.kubeconfig import LOGINS
from components.naming import slug
from components.principals import access_row, present, service_principal, user
from components.roles import BUILT_IN, RoleRule
from components.team import TeamAccess

stack = settings.load(BUILT_IN, LOGINS)
name = pulumi.get_project()
deployer = azuread.get_client_config()
deployer_object_id = present(deployer.object_id, "the deployer")

# What has to be there already is looked up before anything is made.
principals = {key: user(key) for key in stack.users}
principals |= {key: service_principal(key) for key in stack.service_principals}
groups = {
    group.key: EntraGroup(
        slug(group.key),
        EntraGroupArgs(
            display_name=group.display_name,
            existing=group.existing,
            existing_object_id=group.existing_object_id,
            owners=list(group.owners),
            members=list(group.members),
            deployer_object_id=deployer_object_id,
            deployer_is_member=group.key in stack.admin_groups,
        ),
    )
    for group in stack.groups
}
principals |= {key: group.principal(key) for key, group in groups.items()}
admins = [groups[key] for key in stack.admin_groups]
guard_against_lock_out(admins)

cluster = EntraCluster(
    name,
    EntraClusterArgs(
        **asdict(stack.cluster),
        resource_group_name=stack.resource_group_name,
        location=stack.location,
        tags=stack.tags,
        tenant_id=stack.tenant_id or deployer.tenant_id,
        admin_group_object_ids=[group.object_id for group in admins],
    ),
    pulumi.ResourceOptions(protect=stack.protect),
)
access = ClusterAccess(
    name,
    {
        "cluster_id": cluster.cluster_id,
        "login": stack.login,
        "principals": list(principals.values()),
        "grants": [
            {"principal": principals[grant.principal], "cluster_role": grant.role}
            for grant in stack.cluster_grants
        ],
    },
)
custom = {role: [RoleRule(**asdict(rule)) for rule in rules] for role, rules in stack.roles.items()}
teams = [
    TeamAccess(
        team.name,
        {
            "namespaces": team.namespaces,
            "roles": [
                {"name": role, "rules": rules} for role, rules in (BUILT_IN | custom).items()
            ],
            "grants": [
                {"principal": principals[grant.principal], "role": grant.role}
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

pulumi.export("resourceGroupName", stack.resource_group_name)
pulumi.export("clusterName", stack.cluster.cluster_name)
pulumi.export("clusterId", cluster.cluster_id)
pulumi.export("tenantId", stack.tenant_id or deployer.tenant_id)
pulumi.export("adminGroupObjectIds", [group.object_id for group in admins])
pulumi.export("apiServer", access.api_server)
pulumi.export("kubeconfig", access.kubeconfig)
pulumi.export(
    "access",
    [
        *[access_row(principals[key], "cluster", "admin") for key in stack.admin_groups],
        *access.access,
        *[row for team in teams for row in team.access],
    ],
)
pulumi.export(
    "getCredentials",
    f"az aks get-credentials --resource-group {stack.resource_group_name} "
    f"--name {stack.cluster.cluster_name}",
)
