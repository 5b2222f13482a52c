"""A team: its namespaces, what its people may do there, and how much room it has."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

from components import naming
from components.access import RBAC_GROUP, subject
from components.azure_roles import FOR_TEAM_ROLES, AzureRoles
from components.isolation import isolate
from components.principals import AccessRow, PrincipalArgs, access_row
from components.roles import RoleRule

TEAM_LABEL = "aks-entra/team"
"""Label of each namespace of a team; only who may change namespaces can change it."""

_POD_SECURITY = {
    "pod-security.kubernetes.io/enforce": "baseline",
    "pod-security.kubernetes.io/warn": "restricted",
    "pod-security.kubernetes.io/audit": "restricted",
}

_QUOTA = {"cpu": "requests.cpu", "memory": "requests.memory", "pods": "pods"}


class TeamRoleArgs(TypedDict):
    """A role of the team, the same in each of its namespaces."""

    name: str
    """Name of the Role."""
    rules: list[RoleRule]
    """What it allows."""


class TeamGrantArgs(TypedDict):
    """A role that somebody has in each namespace of the team."""

    principal: PrincipalArgs
    """Who has it."""
    role: str
    """Name of one of the team's roles, or of a ClusterRole."""
    is_cluster_role: NotRequired[bool]
    """Whether it is a ClusterRole that is there, for the team's namespaces; false if left out."""


class TeamAccessArgs(TypedDict):
    """A team's part of the cluster."""

    cluster_id: pulumi.Input[str]
    """ARM id of the cluster."""
    subscription_id: pulumi.Input[str]
    """Subscription of the cluster, known before the cluster is there."""
    authorization: str
    """`kubernetes`, or `azure`: Azure's roles in the place of bindings where they mean the same."""
    namespaces: list[str]
    """Namespaces to create."""
    roles: list[TeamRoleArgs]
    """The roles that `grants` may name; one that nobody has is not made."""
    grants: list[TeamGrantArgs]
    """Who has which role."""
    quota: NotRequired[dict[str, str]]
    """Greatest total of each namespace: `cpu` and `memory` requested, number of `pods`."""
    limits: NotRequired[dict[str, str]]
    """`cpu` and `memory` of a container that does not say: its request and its limit."""
    isolated: bool
    """Whether its pods reach, and are reached by, only pods of the same namespace, and find DNS."""


class TeamAccess(pulumi.ComponentResource):
    """What one team has in the cluster.

    Type `aks-entra:index:TeamAccess`; give it the cluster's provider by `opts.providers`. Children,
    in each namespace: `NAME.NS` (Namespace with Pod Security labels; ResourceQuota, LimitRange and
    NetworkPolicy where asked for), `NAME.NS.ROLE` (Role), `NAME.NS.ROLE.WHO` (RoleBinding, or
    RoleAssignment where Azure decides), `NAME.NS.clusterrole:ROLE.WHO` (RoleBinding).
    """

    TYPE = "aks-entra:index:TeamAccess"

    def __init__(
        self, name: str, args: TeamAccessArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        # Inputs stay out of the component's state, so that one changed child is one changed row.
        super().__init__(self.TYPE, name, None, opts)
        by_azure = FOR_TEAM_ROLES if args["authorization"] == "azure" else {}
        own = {grant["role"] for grant in args["grants"] if not grant.get("is_cluster_role")}
        bound = own - by_azure.keys()
        azure = AzureRoles(args["cluster_id"], args["subscription_id"])
        self.access: list[AccessRow] = []
        """Lines of the access matrix: who may do what in the team's namespaces."""
        for namespace in args["namespaces"]:
            created = kubernetes.core.v1.Namespace(
                naming.child(name, namespace),
                kubernetes.core.v1.NamespaceInitArgs(
                    metadata=kubernetes.meta.v1.ObjectMetaArgs(
                        name=namespace, labels={TEAM_LABEL: name, **_POD_SECURITY}
                    )
                ),
                pulumi.ResourceOptions(parent=self),
            )
            # Its name is known before it is there; what lies in it must wait until it is, and so
            # does an assignment, though Azure would take one on a namespace that is not there.
            inside = pulumi.ResourceOptions(parent=self, depends_on=[created])
            _limit(name, namespace, args, inside)
            if args["isolated"]:
                isolate(naming.child(name, namespace), _metadata(name, namespace), inside)
            for role in args["roles"]:
                if role["name"] in bound:
                    _role(name, namespace, role, inside)
            for grant in args["grants"]:
                principal, role_name = grant["principal"], _shown(grant)
                child = naming.child(name, namespace, role_name, naming.slug(principal["key"]))
                azure_role = by_azure.get(role_name)
                if azure_role:
                    azure.assign(child, azure_role, principal, inside, namespace=namespace)
                else:
                    _bind(child, namespace, grant, inside)
                held = azure_role.name if azure_role else role_name
                self.access.append(access_row(principal, f"namespace/{namespace}", held))
        self.register_outputs({})


def _limit(name: str, namespace: str, args: TeamAccessArgs, inside: pulumi.ResourceOptions) -> None:
    quota, limits = args.get("quota"), args.get("limits")
    if quota:
        kubernetes.core.v1.ResourceQuota(
            naming.child(name, namespace),
            kubernetes.core.v1.ResourceQuotaInitArgs(
                metadata=_metadata(name, namespace),
                spec=kubernetes.core.v1.ResourceQuotaSpecArgs(
                    hard={_QUOTA[key]: amount for key, amount in quota.items()}
                ),
            ),
            inside,
        )
    if limits:
        each = kubernetes.core.v1.LimitRangeItemArgs(
            type="Container", default=limits, default_request=limits
        )
        kubernetes.core.v1.LimitRange(
            naming.child(name, namespace),
            kubernetes.core.v1.LimitRangeInitArgs(
                metadata=_metadata(name, namespace),
                spec=kubernetes.core.v1.LimitRangeSpecArgs(limits=[each]),
            ),
            inside,
        )


def _role(name: str, namespace: str, role: TeamRoleArgs, inside: pulumi.ResourceOptions) -> None:
    rules = [
        kubernetes.rbac.v1.PolicyRuleArgs(
            api_groups=rule["api_groups"],
            resources=rule["resources"],
            verbs=rule["verbs"],
            resource_names=rule.get("resource_names") or None,
        )
        for rule in role["rules"]
    ]
    kubernetes.rbac.v1.Role(
        naming.child(name, namespace, role["name"]),
        kubernetes.rbac.v1.RoleInitArgs(metadata=_metadata(role["name"], namespace), rules=rules),
        inside,
    )


def _shown(grant: TeamGrantArgs) -> str:
    """The role, told apart from one of the team's that may have the same name."""
    return f"clusterrole:{grant['role']}" if grant.get("is_cluster_role") else grant["role"]


def _bind(child: str, namespace: str, grant: TeamGrantArgs, inside: pulumi.ResourceOptions) -> None:
    kind = "ClusterRole" if grant.get("is_cluster_role") else "Role"
    kubernetes.rbac.v1.RoleBinding(
        child,
        kubernetes.rbac.v1.RoleBindingInitArgs(
            metadata=_metadata(
                f"{_shown(grant)}:{naming.slug(grant['principal']['key'])}", namespace
            ),
            role_ref=kubernetes.rbac.v1.RoleRefArgs(
                api_group=RBAC_GROUP, kind=kind, name=grant["role"]
            ),
            subjects=[subject(grant["principal"])],
        ),
        inside,
    )


def _metadata(name: str, namespace: str) -> kubernetes.meta.v1.ObjectMetaArgs:
    return kubernetes.meta.v1.ObjectMetaArgs(name=name, namespace=namespace)
