"""The part of the settings that says who may do what: roles, teams, grants."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from settings import rules
from settings.keys import Table, key
from settings.kinds import Choice, Each
from settings.principals import PRINCIPAL, PrincipalEntry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settings.place import Place
    from settings.principals import Principals

_UNITS = {"": 1, "m": Decimal("0.001"), "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12} | {
    f"{prefix}i": 1024 ** (power + 1) for power, prefix in enumerate("KMGT")
}


_VERBS = (
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "use",
    "bind",
    "escalate",
    "impersonate",
    "approve",
    "sign",
    "*",
)
"""https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb
and rbac/; certificate-signing-requests/ for the last two, 2026-11."""


@dataclass(frozen=True)
class RuleSettings:
    """One rule of a custom role; fields as `components.roles.RoleRule`."""

    api_groups: list[str] = key(
        "apiGroups", Each(rules.API_GROUP, least=1), 'API groups; "" is the core group.'
    )
    resources: list[str] = key(
        "resources", Each(rules.RESOURCE, least=1), "Resources and subresources."
    )
    verbs: list[str] = key("verbs", Each(Choice(_VERBS), least=1), "What may be done with them.")
    resource_names: list[str] = key(
        "resourceNames",
        Each(rules.RESOURCE_NAME),
        "Names of the only objects meant; none for all.",
        default=[],
    )


@dataclass(frozen=True)
class GrantEntry(PrincipalEntry):
    """A role in the namespaces of a team."""

    role: str | None = key(
        "role",
        Choice(known="roles"),
        "A built-in role (viewer, developer, operator) or one below `roles`.",
        default=None,
    )
    cluster_role: str | None = key(
        "clusterRole",
        rules.CLUSTER_ROLE,
        "A ClusterRole that is there, bound in the team's namespaces only: view, or edit and "
        "admin, which read Secrets.",
        default=None,
    )


ROLE = ("role", "clusterRole")


@dataclass(frozen=True)
class ClusterGrantEntry(PrincipalEntry):
    """A role in the whole cluster."""

    cluster_role: str = key(
        "clusterRole", rules.CLUSTER_ROLE, "A ClusterRole that is there, such as view."
    )


@dataclass(frozen=True)
class QuotaSettings:
    """The most that a namespace may have; empty texts for no bound."""

    cpu: str = key("cpu", rules.CPU, "Cores that pods request, in all.", default="")
    memory: str = key("memory", rules.MEMORY, "Memory that pods request, in all.", default="")
    pods: str = key("pods", rules.COUNT, "Number of pods.", default="")


@dataclass(frozen=True)
class LimitsSettings:
    """What a container has that does not say it; empty texts for nothing."""

    cpu: str = key("cpu", rules.CPU, "Its request and its limit of cores.", default="")
    memory: str = key("memory", rules.MEMORY, "Its request and its limit.", default="")


@dataclass(frozen=True)
class TeamEntry:
    """A team as the stack file describes it."""

    name: str = key(
        "name",
        rules.TEAM,
        "Name of the team.",
        change="deletes its namespaces with all that is in them, and makes them anew",
    )
    namespaces: list[str] = key(
        "namespaces",
        Each(rules.NAMESPACE, least=1),
        "Its namespaces; they are made.",
        change="in place; one that is left out is deleted with all that is in it",
    )
    access: list[GrantEntry] = key(
        "access",
        Each(Table(GrantEntry, (PRINCIPAL, ROLE))),
        "Who has which role in all of its namespaces.",
        default=[],
    )
    quota: QuotaSettings = key(
        "quota", Table(QuotaSettings), "The most that each of its namespaces may have.", default={}
    )
    limits: LimitsSettings = key(
        "limits", Table(LimitsSettings), "What a container has that does not say it.", default={}
    )
    network: str = key(
        "network",
        Choice(("isolated", "open")),
        "isolated: pods reach, and are reached by, only pods of the same namespace, and find DNS; "
        "more needs NetworkPolicies of your own. open: no policy.",
        default="isolated",
    )


@dataclass(frozen=True)
class GrantSettings:
    """Who has which role."""

    principal: str
    """Key of a group, person or service principal."""
    role: str
    is_cluster_role: bool = False
    """Whether it is a ClusterRole that is there, and none of the program's roles."""


@dataclass(frozen=True)
class TeamSettings:
    """One team; fields as `components.team.TeamAccessArgs`."""

    name: str
    namespaces: list[str]
    grants: tuple[GrantSettings, ...]
    quota: dict[str, str]
    limits: dict[str, str]
    isolated: bool


def teams(
    place: Place, entries: list[TeamEntry], principals: Principals
) -> tuple[TeamSettings, ...]:
    """The teams, of which no two share a name or a namespace."""
    found: list[TeamSettings] = []
    owner: dict[str, str] = {}
    for at, entry in zip(place.elements(), entries, strict=False):
        if entry.name and entry.name in [other.name for other in found]:
            at.child("name").refuse("each team once", "choose another name")
        for namespace in filter(None, entry.namespaces):
            if owner.setdefault(namespace, entry.name) != entry.name:
                at.child("namespaces").refuse(
                    "each namespace in one team",
                    "delete it from one of them",
                    f"has {at.shown(namespace)}, which team {at.shown(owner[namespace])} has "
                    "already",
                )
        found.append(_team(at, entry, principals))
    return tuple(found)


def cluster_grants(
    place: Place, entries: Sequence[ClusterGrantEntry], principals: Principals
) -> tuple[GrantSettings, ...]:
    """Who has which ClusterRole, each grant once."""
    roles = [(entry.cluster_role, True) for entry in entries]
    return _grants(place, entries, roles, principals)


def _team(at: Place, entry: TeamEntry, principals: Principals) -> TeamSettings:
    roles = [(each.role or each.cluster_role or "", each.role is None) for each in entry.access]
    quota = {"cpu": entry.quota.cpu, "memory": entry.quota.memory, "pods": entry.quota.pods}
    limits = {"cpu": entry.limits.cpu, "memory": entry.limits.memory}
    for what, limit in limits.items():
        if limit and quota[what] and _amount(limit) > _amount(quota[what]):
            at.below(f"limits.{what}").refuse(
                f"at most the quota, which is {at.shown(quota[what])}: no pod would start",
                "lower it or raise the quota",
            )
        if quota[what] and at.below(f"limits.{what}").value is None:
            at.below(f"limits.{what}").refuse(
                f"an amount, with quota.{what}: Kubernetes refuses each pod that requests none",
                f"write limits.{what}, which a container has that does not say it",
            )
    return TeamSettings(
        name=entry.name,
        namespaces=entry.namespaces,
        grants=_grants(at.child("access"), entry.access, roles, principals),
        quota={what: amount for what, amount in quota.items() if amount},
        limits={what: amount for what, amount in limits.items() if amount},
        isolated=entry.network == "isolated",
    )


def _grants(
    place: Place,
    entries: Sequence[PrincipalEntry],
    roles: list[tuple[str, bool]],
    principals: Principals,
) -> tuple[GrantSettings, ...]:
    found: list[GrantSettings] = []
    for at, entry, role in zip(place.elements(), entries, roles, strict=False):
        grant = GrantSettings(principals.one_of(at, entry), *role)
        if grant in found and grant.principal:
            given = f"gives {at.shown(grant.principal)} the role {at.shown(grant.role)} again"
            at.refuse("each grant once", "delete it", given)
        found.append(grant)
    return tuple(found)


def _amount(quantity: str) -> Decimal:
    """What a Kubernetes quantity is worth."""
    number = quantity.rstrip("".join(_UNITS))
    return Decimal(number) * _UNITS[quantity.removeprefix(number)]
