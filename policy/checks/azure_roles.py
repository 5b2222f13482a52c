"""Checks of Azure's role assignments: the other way to give rights in a cluster.

Ids: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles (2026-11).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .judges import must_be_one_of
from .matching import ROLE_ASSIGNMENT
from .model import Check
from .reading import UNKNOWN, contains, items, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Finding, Subject

_AZURE = "azure"
_ACCESS = "https://learn.microsoft.com/azure/aks/manage-azure-rbac"
_ROLE = "roleDefinitionId"
_STATIC_ADMIN = (
    "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8"  # Azure Kubernetes Service Cluster Admin Role
)
_CLUSTER_ADMIN = (
    "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"  # Azure Kubernetes Service RBAC Cluster Admin
)
_ADMIN = "3498e952-d568-435e-9b2c-8d77e338d7f7"  # Azure Kubernetes Service RBAC Admin
_BROAD = (
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",  # Owner
    "b24988ac-6180-42a0-ab88-20f7382dd24c",  # Contributor
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",  # User Access Administrator
)
_IN_A_CLUSTER = re.compile(
    r"/subscriptions/[^/]+/resourcegroups/[^/]+/providers/microsoft\.containerservice/"
    r"managedclusters/[^/]+(?P<namespace>/namespaces/[^/]+)?/?",
    re.IGNORECASE,
)


_NETWORK = r"/subscriptions/[^/]+/resourcegroups/[^/]+/providers/microsoft\.network"
_OF_A_NETWORK = {
    "4d97b98b-1d4f-4787-a291-c67834d212e7": re.compile(  # Network Contributor
        rf"{_NETWORK}/virtualnetworks/[^/]+(/subnets/[^/]+)?", re.IGNORECASE
    ),
    "b12aa53e-6015-4669-85d0-8515ebb3ae7f": re.compile(  # Private DNS Zone Contributor
        rf"{_NETWORK}/privatednszones/[^/]+", re.IGNORECASE
    ),
}
"""What the cluster's identity has on the network that it is put in, by role."""


def _role_of(assignment: Subject) -> str | None:
    """The role definition's GUID, in lower case; None while it is not known."""
    given = assignment.read(_ROLE)
    return None if given is UNKNOWN else str(given or "").rpartition("/")[2].lower()


def _no_cluster_admin(assignment: Subject) -> Iterator[Finding]:
    role, scope = _role_of(assignment), assignment.read("scope")
    if role is None:
        yield assignment.not_yet(_ROLE)
    elif role == _STATIC_ADMIN:
        yield assignment.violation(
            _ROLE, "fetches the administrator's certificate, which goes around Entra ID; remove it"
        )
    elif role == _CLUSTER_ADMIN or (role == _ADMIN and scope is not UNKNOWN and _whole(scope)):
        yield from _unless_allowed(assignment)
    elif role == _ADMIN and scope is UNKNOWN:
        yield assignment.not_yet("scope")


def _whole(scope: object) -> bool:
    """Whether a scope is more than one namespace."""
    match = _IN_A_CLUSTER.fullmatch(str(scope or ""))
    return match is None or match["namespace"] is None


def _unless_allowed(assignment: Subject) -> Iterator[Finding]:
    listed = items(plain(assignment.config.get("allowedPrincipals")))
    principal = assignment.read("principalId")
    allowed = contains([principal], frozenset(map(str, listed))) if listed else False
    if allowed is UNKNOWN:
        yield assignment.not_yet("principalId")
    elif not allowed:
        yield assignment.violation(
            _ROLE,
            "may do everything in the cluster; assign a narrower role, use the cluster's admin "
            "group, or list the principal in allowedPrincipals of this check",
        )


def _no_owner(assignment: Subject) -> Iterator[Finding]:
    role = _role_of(assignment)
    if role is None:
        yield assignment.not_yet(_ROLE)
    elif role in _BROAD:
        yield assignment.violation(
            _ROLE,
            "can give itself any right (write access to the cluster in Azure is cluster-admin); "
            "assign a role of AKS",
        )


def _scope_is_cluster(assignment: Subject) -> Iterator[Finding]:
    scope = assignment.read("scope")
    if scope is UNKNOWN:
        yield assignment.not_yet("scope")
    elif not _IN_A_CLUSTER.fullmatch(str(scope or "")) and not _on_its_network(assignment, scope):
        yield assignment.violation(
            "scope", "is more than one cluster; assign the role at the cluster or a namespace of it"
        )


def _on_its_network(assignment: Subject, scope: object) -> bool:
    """Whether it is a role of a program on one network or zone, which is no way into a cluster."""
    of_a_network = _OF_A_NETWORK.get(_role_of(assignment) or "")
    is_program = assignment.read("principalType") == "ServicePrincipal"
    return is_program and of_a_network is not None and bool(of_a_network.fullmatch(str(scope)))


CHECKS: tuple[Check, ...] = (
    Check(
        id="azrole-no-cluster-admin",
        title="Nobody is cluster-admin by a role of Azure.",
        kinds=ROLE_ASSIGNMENT,
        judge=_no_cluster_admin,
        severity="critical",
        fix="Assign a narrower role, or make the people members of the cluster's admin group.",
        url=_ACCESS,
        benchmark="4.1.1",
        anchors=("mcsb:PA-7",),
        subject=_AZURE,
        options={
            "allowedPrincipals": {
                "type": "array",
                "items": {"type": "string"},
                "default": [],
                "description": "Object ids that may administer the whole cluster.",
            }
        },
    ),
    Check(
        id="azrole-no-owner",
        title="Nobody gets a role that can give itself any right.",
        kinds=ROLE_ASSIGNMENT,
        judge=_no_owner,
        severity="high",
        fix="Assign a role of AKS instead of Owner, Contributor or User Access Administrator.",
        url="https://learn.microsoft.com/azure/role-based-access-control/best-practices",
        anchors=("mcsb:PA-7",),
        subject=_AZURE,
    ),
    Check(
        id="azrole-scope-is-cluster",
        title="A role is assigned at one cluster or below it, or lets a program use a network.",
        kinds=ROLE_ASSIGNMENT,
        judge=_scope_is_cluster,
        severity="high",
        fix="Assign the role at the cluster, or at a namespace of it.",
        url="https://learn.microsoft.com/azure/role-based-access-control/scope-overview",
        anchors=("mcsb:PA-7",),
        subject=_AZURE,
    ),
    Check(
        id="azrole-groups-not-users",
        title="Roles go to groups and programs, not to single people.",
        kinds=ROLE_ASSIGNMENT,
        judge=must_be_one_of(
            "principalType",
            ("Group", "ServicePrincipal"),
            "is a single person, or left to Azure to find out",
        ),
        severity="medium",
        fix="Assign the role to a group, and set principalType.",
        url="https://learn.microsoft.com/azure/role-based-access-control/best-practices",
        anchors=("mcsb:PA-7",),
        subject=_AZURE,
    ),
)
