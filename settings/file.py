"""The keys of a stack file, from the root on; docs/configuration.md is made from `StackFile`."""

from __future__ import annotations

from dataclasses import dataclass

from settings import rules
from settings.access import ClusterGrantEntry, RuleSettings, TeamEntry
from settings.cluster import ClusterSettings
from settings.keys import Table, key
from settings.kinds import Choice, Each, Flag, Named
from settings.principals import GROUP, PRINCIPAL, GroupEntry

_EVERYTHING = "replaces everything"
_TAGS = 40
"""Ten less than Azure's limit of 50 for a resource, for the nodes bear tags of AKS's own too
(https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources)."""


@dataclass(frozen=True)
class ResourceGroupEntry:
    """The resource group."""

    name: str = key(
        "name",
        rules.RESOURCE_GROUP,
        "Its name.",
        default="rg-{project}-{stack}",
        change=_EVERYTHING,
    )


@dataclass(frozen=True)
class BreakGlassEntry:
    """Emergency access."""

    enabled: bool = key(
        "enabled",
        Flag(),
        "Turns local accounts on. Each preview and each up warns while it is on.",
        default=False,
    )
    reason: str = key(
        "reason",
        rules.REASON,
        "Why, and for whom; needed while it is on, and shown to everybody.",
        default="",
    )
    until: str = key(
        "until",
        rules.DAY,
        "The last day, in UTC: today or one of the 7 next; needed while it is on. From the day "
        "after, the configuration is refused until it is off.",
        default="",
    )


@dataclass(frozen=True)
class StackFile:
    """What stands below `config` in a stack file, each key after `aks-entra:`."""

    resource_group: ResourceGroupEntry = key(
        "resourceGroup", Table(ResourceGroupEntry), "The resource group to create.", default={}
    )
    location: str = key(
        "location",
        rules.LOCATION,
        "Azure region of the resource group and the cluster.",
        default="westeurope",
        change=_EVERYTHING,
    )
    tags: dict[str, str] = key(
        "tags",
        Named(rules.TAG_NAME, rules.TAG, most=_TAGS),
        "Tags of what is made in Azure, name to text.",
        default={},
    )
    tenant_id: str = key(
        "tenantId",
        rules.TENANT_ID,
        "Tenant whose people enter the cluster; empty for the deployer's, where groups and people "
        "are looked up.",
        default="",
    )
    admin_groups: list[GroupEntry] = key(
        "adminGroups",
        Each(
            GROUP,
            least=1,
            remedy="add one, for nobody else can enter the cluster: adminGroups: "
            "[{existing: GROUP_NAME}]",
        ),
        "Groups whose members administer the cluster; the deployer must be in one.",
    )
    cluster: ClusterSettings = key(
        "cluster", Table(ClusterSettings), "What the cluster is made of.", default={}
    )
    login: str = key(
        "login",
        Choice(known="logins"),
        "How the deployer enters the cluster, in kubelogin's words; devicecode waits for a person.",
        default="azurecli",
    )
    roles: dict[str, list[RuleSettings]] = key(
        "roles",
        Named(rules.ROLE, Each(Table(RuleSettings), least=1)),
        "Custom roles, name to a list of Kubernetes PolicyRules. viewer, developer and operator "
        "are built in.",
        default={},
    )
    teams: list[TeamEntry] = key(
        "teams", Each(Table(TeamEntry)), "Teams, their namespaces and their people.", default=[]
    )
    cluster_access: list[ClusterGrantEntry] = key(
        "clusterAccess",
        Each(Table(ClusterGrantEntry, (PRINCIPAL,))),
        "Who has which role in the whole cluster.",
        default=[],
    )
    break_glass: BreakGlassEntry = key(
        "breakGlass",
        Table(BreakGlassEntry),
        "Emergency access with local accounts, for when nobody can enter by the groups any more.",
        default={},
    )
    protect: bool = key(
        "protect",
        Flag(),
        "Whether the cluster, its resource group and the workspace of its logs are protected "
        "against deletion.",
        default=False,
    )
