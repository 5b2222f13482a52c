"""Checks of the identities around the cluster: its tenant, its administrators, its own identity."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .judges import all_of, must_be_one_of, must_be_true
from .matching import ENTRA_GROUP, MANAGED_CLUSTER
from .model import Check
from .reading import UNKNOWN, items, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Finding, Subject

_CLUSTER = "cluster"
_ENTRA = "https://learn.microsoft.com/azure/aks/enable-authentication-microsoft-entra-id"
_AZURE_RBAC = "https://learn.microsoft.com/azure/aks/manage-azure-rbac"
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOST_ADMIN_GROUPS = 2
_MODES = {"kubernetes": False, "azure": True}


def _authorization_mode(cluster: Subject) -> Iterator[Finding]:
    path = "aadProfile.enableAzureRBAC"
    expected = plain(cluster.config.get("expected")) or "kubernetes"
    given = cluster.read(path, default=False)
    if given is UNKNOWN:
        yield cluster.not_yet(path)
    elif given is not _MODES.get(str(expected)):
        yield cluster.violation(
            path,
            "is not the authorization that this environment expects; change the stack's "
            "cluster.authorization, or the option expected of this check",
        )


def _tenant_pinned(cluster: Subject) -> Iterator[Finding]:
    path = "aadProfile.tenantID"
    given, wanted = cluster.read(path), plain(cluster.config.get("tenant")) or ""
    if given is UNKNOWN:
        yield cluster.not_yet(path)
    elif not isinstance(given, str) or not _GUID.fullmatch(given):
        yield cluster.violation(path, "names no tenant by its id, so Azure chooses it; set it")
    elif wanted and given.lower() != str(wanted).lower():
        yield cluster.violation(
            path, "is not the tenant that the option tenant of this check names"
        )


def _admin_groups_bounded(cluster: Subject) -> Iterator[Finding]:
    path = "aadProfile.adminGroupObjectIDs"
    groups = cluster.read(path)
    if groups is UNKNOWN:
        yield cluster.not_yet(path)
        return
    most = plain(cluster.config.get("maximum")) or _MOST_ADMIN_GROUPS
    if len(items(groups)) > most:
        yield cluster.violation(path, f"names more than {int(most)} groups; each may do everything")
    seen: set[str] = set()
    for index, group in enumerate(items(groups)):
        if group is UNKNOWN:
            continue  # The id of a group that this update makes.
        if not isinstance(group, str) or not _GUID.fullmatch(group):
            yield cluster.violation(f"{path}[{index}]", "is no object id; write the group's")
        elif group.lower() in seen:
            yield cluster.violation(f"{path}[{index}]", "is there twice; leave one out")
        else:
            seen.add(group.lower())


def _no_service_principal(cluster: Subject) -> Iterator[Finding]:
    path = "servicePrincipalProfile"
    profile = cluster.read(path)
    if profile is None:
        return
    client = cluster.read(f"{path}.clientId")
    if client is UNKNOWN:
        yield cluster.not_yet(f"{path}.clientId")
    elif client != "msi":
        yield cluster.violation(path, "is an application with a secret; remove it, set identity")


CHECKS: tuple[Check, ...] = (
    Check(
        id="aks-authorization-mode",
        title="The cluster authorises as its environment expects.",
        kinds=MANAGED_CLUSTER,
        judge=_authorization_mode,
        severity="high",
        fix="Set cluster.authorization to what the environment expects.",
        url=_AZURE_RBAC,
        anchors=("psrule:AZR-000032", "kubescape:C-0241"),
        subject=_CLUSTER,
        options={
            "expected": {
                "type": "string",
                "enum": ["kubernetes", "azure"],
                "default": "kubernetes",
                "description": "Whether Kubernetes RBAC alone decides, or Azure RBAC too.",
            }
        },
    ),
    Check(
        id="aks-tenant-pinned",
        title="The cluster names the tenant whose people enter it.",
        kinds=MANAGED_CLUSTER,
        judge=_tenant_pinned,
        severity="medium",
        fix="Set aadProfile.tenantID.",
        url=_ENTRA,
        anchors=("mcsb:IM-1",),
        subject=_CLUSTER,
        options={
            "tenant": {
                "type": "string",
                "default": "",
                "description": "The only tenant allowed; empty for any.",
            }
        },
    ),
    Check(
        id="aks-admin-groups-bounded",
        title="Few groups administer the cluster, each named once by its object id.",
        kinds=MANAGED_CLUSTER,
        judge=_admin_groups_bounded,
        severity="high",
        fix="Keep the groups that need it, by object id.",
        url=_ENTRA,
        benchmark="4.1.1",
        anchors=("kubescape:C-0185", "mcsb:PA-1"),
        subject=_CLUSTER,
        options={
            "maximum": {
                "type": "integer",
                "minimum": 1,
                "default": _MOST_ADMIN_GROUPS,
                "description": "The greatest number of groups.",
            }
        },
    ),
    Check(
        id="aks-managed-identity",
        title="The cluster has a managed identity and no secret of its own.",
        kinds=MANAGED_CLUSTER,
        judge=all_of(
            must_be_one_of(
                "identity.type",
                ("SystemAssigned", "UserAssigned"),
                "is no managed identity, so the cluster needs a secret",
            ),
            _no_service_principal,
        ),
        severity="high",
        fix="Set identity, and remove servicePrincipalProfile.",
        url="https://learn.microsoft.com/azure/aks/use-managed-identity",
        anchors=("psrule:AZR-000025", "azurepolicy:AKS_MSI_Audit", "mcsb:IM-1", "mcsb:IM-2"),
        subject=_CLUSTER,
    ),
    Check(
        id="aks-workload-identity",
        title="Pods can sign in to Azure without a secret.",
        kinds=MANAGED_CLUSTER,
        judge=all_of(
            must_be_true("oidcIssuerProfile.enabled", "nobody can trust the cluster's tokens"),
            must_be_true(
                "securityProfile.workloadIdentity.enabled", "pods need secrets to use Azure"
            ),
        ),
        severity="medium",
        fix="Set oidcIssuerProfile.enabled and securityProfile.workloadIdentity.enabled to true.",
        url="https://learn.microsoft.com/azure/aks/workload-identity-overview",
        benchmark="5.2.1",
        anchors=("azurepolicy:AKS_WorkloadIdentity_Audit", "kubescape:C-0239"),
        subject=_CLUSTER,
    ),
    Check(
        id="entra-group-security-enabled",
        title="A group that is made can be given rights.",
        kinds=ENTRA_GROUP,
        judge=must_be_true("securityEnabled", "tokens do not carry the group"),
        severity="medium",
        fix="Set securityEnabled to true.",
        url="https://learn.microsoft.com/entra/fundamentals/concept-learn-about-groups",
        subject="entra",
    ),
    Check(
        id="entra-group-no-duplicate-names",
        title="A group that is made has a name of its own.",
        kinds=ENTRA_GROUP,
        judge=must_be_true("preventDuplicateNames", "another group may have its name already"),
        severity="low",
        fix="Set preventDuplicateNames to true.",
        url="https://learn.microsoft.com/entra/fundamentals/how-to-manage-groups",
        subject="entra",
    ),
)
