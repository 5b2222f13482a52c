"""Who reaches what: the role assignments that count somewhere, and what lets somebody in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rehearsal.cloud.aks.resource_document import ACTION
from rehearsal.cloud.aks.resource_document import TYPE as CLUSTER
from rehearsal.cloud.arm.resources import RESOURCES
from rehearsal.cloud.arm.role_lag import ASSIGNMENTS, counting
from rehearsal.cloud.arm.roles import role_of
from rehearsal.cloud.arm.scopes import covers
from rehearsal.cloud.entra import conditional_access
from rehearsal.cloud.graph.first_party import AKS_CLIENT, AKS_SERVER
from rehearsal.cloud.portal import role_bindings
from rehearsal.cloud.portal.membership import Membership, memberships

if TYPE_CHECKING:
    from rehearsal.cloud.arm.roles import Role
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.graph.directory import Principal
    from rehearsal.cloud.portal.role_bindings import Binding
    from rehearsal.cloud.store import Json

_FETCH = f"{ACTION}/listClusterUserCredential/action"


@dataclass(frozen=True)
class Assignment:
    """A role assignment, with the names of what it is about."""

    scope: str
    role_name: str
    role: Role | None
    principal_id: str
    principal: Principal | None
    """None: deleted since."""
    remark: str
    """What is special about it; empty for most."""
    counts: bool
    """False: made so little ago that Azure does not know yet (the fault `lag`)."""


@dataclass(frozen=True)
class Held:
    """An assignment that somebody has, and the group it was given to if it was a group."""

    assignment: Assignment
    membership: Membership | None


@dataclass(frozen=True)
class ClusterAccess:
    """What lets somebody into a cluster, and what does not."""

    cluster: Json
    fetch: Held | None
    """What allows to fetch the kubeconfig; None: nothing does."""
    admin: Membership | None
    """The admin group of the cluster that they are in."""
    data: tuple[Held, ...]
    """Azure roles that count inside the cluster, in it or in one of its namespaces."""
    subject: str
    """Their name in role bindings of the cluster."""
    bindings: tuple[Binding, ...] | None
    """Role bindings inside that name them or their groups; None: the cluster does not answer."""
    obstacles: tuple[str, ...]
    """What keeps them out whatever roles they have."""
    second_factor: bool
    """Whether a policy wants more of them than a password."""

    @property
    def verdict(self) -> str:
        """The answer in a few words."""
        if self.obstacles:
            return "no"
        if self.admin or self.data or self.bindings:
            inside = "yes, as cluster-admin" if self.admin else "yes"
            return inside if self.fetch else f"{inside}, with a kubeconfig from elsewhere"
        return "no rights inside" if self.bindings is not None else "not known"


def clusters(cloud: Cloud) -> list[Json]:
    """All managed clusters, ordered by id."""
    return [row for _, row in cloud.store.all(RESOURCES) if row["type"] == CLUSTER]


def assignments(cloud: Cloud) -> list[Assignment]:
    """All role assignments, the widest scopes first."""
    made = {document["id"].lower(): document for _, document in cloud.store.all(ASSIGNMENTS)}
    decisive = {document["id"].lower(): document for document in counting(cloud)}
    found = [
        _assignment(cloud, document, is_made=key in made, counts=key in decisive)
        for key, document in {**decisive, **made}.items()
    ]
    return sorted(found, key=lambda row: (row.scope.lower(), row.role_name))


def _assignment(cloud: Cloud, document: Json, *, is_made: bool, counts: bool) -> Assignment:
    given = document["properties"]
    role = role_of(cloud, given["roleDefinitionId"])
    remark = "with a condition, which is not applied" if given.get("condition") else ""
    if not is_made:
        remark = "deleted, still in effect"
    elif not counts:
        remark = "not yet in effect"
    return Assignment(
        scope=given["scope"],
        role_name=role.name if role else given["roleDefinitionId"],
        role=role,
        principal_id=given["principalId"],
        principal=cloud.directory.principal(given["principalId"]),
        remark=remark,
        counts=counts,
    )


def reaching(cloud: Cloud, scope: str) -> list[Assignment]:
    """The assignments that count at a scope, inherited ones and those further in included."""
    return [
        row for row in assignments(cloud) if covers(row.scope, scope) or covers(scope, row.scope)
    ]


def held(cloud: Cloud, object_id: str) -> list[Held]:
    """The assignments of a principal, its own and those of its groups."""
    groups = {found.group["id"].lower(): found for found in memberships(cloud.directory, object_id)}
    own = object_id.lower()
    return [
        Held(row, groups.get(row.principal_id.lower()))
        for row in assignments(cloud)
        if row.principal_id.lower() in {own, *groups}
    ]


def cluster_access(cloud: Cloud, principal: Principal) -> list[ClusterAccess]:
    """What lets a user or service principal into each cluster."""
    roles = held(cloud, principal.object_id)
    groups = memberships(cloud.directory, principal.object_id)
    return [_access(cloud, principal, cluster, roles, groups) for cluster in clusters(cloud)]


def _access(
    cloud: Cloud, principal: Principal, cluster: Json, roles: list[Held], groups: list[Membership]
) -> ClusterAccess:
    entra: Json = cluster["properties"].get("aadProfile") or {}
    admins = {group_id.lower() for group_id in entra.get("adminGroupObjectIDs") or ()}
    # As the authenticator names them: a guest's token has no upn.
    subject = principal.object_id if principal.guest or not principal.upn else principal.upn
    rows = role_bindings.listed(cloud.runtime, cluster["id"].lower())
    names = {row.group["id"] for row in groups}
    bindings = None if rows is None else tuple(role_bindings.bound_to(rows, subject, names))
    return ClusterAccess(
        cluster=cluster,
        fetch=next((row for row in roles if _may_fetch(row.assignment, cluster["id"])), None),
        admin=next((found for found in groups if found.group["id"].lower() in admins), None),
        data=tuple(row for row in roles if _is_data_role(row.assignment, cluster)),
        subject=subject,
        bindings=bindings,
        obstacles=(*_login_obstacles(cloud, principal), *_cluster_obstacles(cloud, cluster)),
        second_factor=_demand(cloud, principal) == "mfa",
    )


def _may_fetch(row: Assignment, cluster_id: str) -> bool:
    allowed = row.counts and row.role is not None and row.role.allows(_FETCH)
    return allowed and covers(row.scope, cluster_id)


def _is_data_role(row: Assignment, cluster: Json) -> bool:
    entra: Json = cluster["properties"].get("aadProfile") or {}
    has_rights = row.counts and row.role is not None and row.role.data_actions
    if not entra.get("enableAzureRBAC") or not has_rights:
        return False
    return covers(row.scope, cluster["id"]) or covers(cluster["id"], row.scope)


def _demand(cloud: Cloud, principal: Principal) -> str:
    """What the policies ask of a person who logs in with kubelogin: nothing, mfa, or block."""
    if principal.kind != "User":
        return "nothing"
    return conditional_access.demanded(cloud, principal, AKS_CLIENT, f"{AKS_SERVER}/.default")


def _login_obstacles(cloud: Cloud, principal: Principal) -> list[str]:
    found: list[str] = []
    demand = _demand(cloud, principal)
    if not principal.enabled:
        found.append("The account is disabled: Entra does not log it in.")
    if demand == "block":
        found.append("A conditional access policy gives them no token for clusters (AADSTS53003).")
    if demand == "mfa" and not conditional_access.has_second_factor(cloud, principal):
        found.append("A policy wants a second factor and they have none registered (AADSTS50079).")
    return found


def _cluster_obstacles(cloud: Cloud, cluster: Json) -> list[str]:
    properties: Json = cluster["properties"]
    entra: Json | None = properties.get("aadProfile")
    found: list[str] = []
    if entra is None:
        found.append("The cluster does not use Entra: only its own certificates get in.")
    elif entra.get("tenantID", "").lower() != cloud.directory.tenant().id.lower():
        found.append(f"The cluster takes tokens of another tenant, {entra.get('tenantID')}.")
    if properties.get("powerState", {}).get("code") != "Running":
        found.append("The cluster is stopped.")
    if properties["provisioningState"] in {"Creating", "Deleting", "Failed"}:
        found.append(f"The cluster's provisioning state is {properties['provisioningState']}.")
    return found
