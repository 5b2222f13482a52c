"""Checks of the ways into the cluster beside its identities, and of what keeps it mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .judges import must_be_one_of, one_of
from .matching import DIAGNOSTIC_SETTING, MANAGED_CLUSTER, NODE_POOLS
from .model import Check
from .reading import UNKNOWN, has_unknown, items, known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Finding, Subject

_CLUSTER = "cluster"
_EVERYWHERE = ("0.0.0.0/0", "::/0")
_AUDITED = ("kube-audit-admin", "guard")
_SSH = "securityProfile.sshAccess"


def _api_restricted(cluster: Subject) -> Iterator[Finding]:
    private = cluster.read("apiServerAccessProfile.enablePrivateCluster")
    ranges = cluster.read("apiServerAccessProfile.authorizedIPRanges")
    path = "apiServerAccessProfile"
    if private is True:
        return
    if any(one in _EVERYWHERE for one in items(ranges)):
        yield cluster.violation(
            f"{path}.authorizedIPRanges", "has every address in it; name the networks that need it"
        )
    elif private is UNKNOWN or has_unknown(ranges):
        yield cluster.not_yet(path)
    elif not items(ranges):
        yield cluster.violation(
            path, "lets every address in; set authorizedIPRanges or enablePrivateCluster"
        )


def _node_ssh_off(subject: Subject) -> Iterator[Finding]:
    why = "lets people onto the nodes by SSH, around Entra ID"
    if subject.kind == "AgentPool":
        yield from one_of(subject, _SSH, ("Disabled",), why)
        return
    pools = subject.read("agentPoolProfiles")
    if pools is UNKNOWN:
        yield subject.not_yet("agentPoolProfiles")
    for index, pool in enumerate(items(pools)):
        path = f"agentPoolProfiles[{index}]"
        access = UNKNOWN if pool is UNKNOWN else known({"pool": pool}, f"pool.{_SSH}")
        if access is UNKNOWN:
            yield subject.not_yet(path)
        elif access != "Disabled":
            yield subject.violation(f"{path}.{_SSH}", f"{why}; set it to Disabled")


def _audit_logs(setting: Subject) -> Iterator[Finding]:
    logs = setting.read("logs")
    kept = {
        known({"log": log}, f"log.{name}")
        for log in items(logs)
        for name in ("category", "categoryGroup")
        if known({"log": log}, "log.enabled") is True
    }
    if kept & {"audit", "allLogs"}:
        return
    missing = [category for category in _AUDITED if category not in kept]
    if "kube-audit-admin" in missing and "kube-audit" in kept:
        missing.remove("kube-audit-admin")
    if missing and has_unknown(logs):
        yield setting.not_yet("logs")
    elif missing:
        yield setting.violation(
            "logs", f"does not keep {' and '.join(missing)}, so nobody can tell who did what"
        )


def _protected(cluster: Subject) -> Iterator[Finding]:
    if not cluster.protected:
        yield cluster.violation(
            "protect", "is not set, so one command deletes the cluster; set protect in the stack"
        )


CHECKS: tuple[Check, ...] = (
    Check(
        id="aks-api-restricted",
        title="Only known networks reach the API server.",
        kinds=MANAGED_CLUSTER,
        judge=_api_restricted,
        severity="high",
        fix="Set cluster.apiServer.authorizedIpRanges, or private.",
        url="https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges",
        benchmark="5.4.1",
        anchors=(
            "psrule:AZR-000030",
            "checkov:CKV_AZURE_6",
            "checkov:CKV_AZURE_115",
            "trivy:AZU-0041",
            "azurepolicy:AKS_PrivateCluster_Deny",
            "kubescape:C-0247",
            "mcsb:NS-1",
        ),
        subject=_CLUSTER,
    ),
    Check(
        id="aks-node-ssh-off",
        title="Nobody enters a node by SSH.",
        kinds=NODE_POOLS,
        judge=_node_ssh_off,
        severity="medium",
        fix="Set securityProfile.sshAccess of each pool to Disabled.",
        url="https://learn.microsoft.com/azure/aks/manage-ssh-node-access",
        anchors=("azurepolicy:AKS_DisableSSH_Audit",),
        subject=_CLUSTER,
    ),
    Check(
        id="aks-network-policy",
        title="The cluster enforces network policies.",
        kinds=MANAGED_CLUSTER,
        judge=must_be_one_of(
            "networkProfile.networkPolicy",
            ("cilium", "azure", "calico"),
            "enforces nothing, so an isolated team is not isolated",
        ),
        severity="medium",
        fix="Set networkProfile.networkPolicy.",
        url="https://learn.microsoft.com/azure/aks/use-network-policies",
        benchmark="5.4.4",
        anchors=("psrule:AZR-000027", "checkov:CKV_AZURE_7", "trivy:AZU-0043", "kubescape:C-0240"),
        subject=_CLUSTER,
    ),
    Check(
        id="aks-audit-logs",
        title="Changes and sign-ins are logged.",
        kinds=DIAGNOSTIC_SETTING,
        judge=_audit_logs,
        severity="high",
        fix="Keep kube-audit-admin and guard in cluster.diagnostics.categories.",
        url="https://learn.microsoft.com/azure/aks/monitor-aks-reference",
        benchmark="2.1.1",
        anchors=("azurepolicy:AuditDiagnosticLog_Audit", "kubescape:C-0254"),
        subject=_CLUSTER,
    ),
    Check(
        id="stack-audit-logs",
        title="A cluster's logs are kept somewhere.",
        kinds=MANAGED_CLUSTER,
        companion=DIAGNOSTIC_SETTING,
        severity="high",
        fix="Set cluster.diagnostics.",
        url="https://learn.microsoft.com/azure/aks/monitor-aks-reference",
        benchmark="2.1.1",
        anchors=("azurepolicy:AuditDiagnosticLog_Audit", "kubescape:C-0254"),
        subject=_CLUSTER,
    ),
    Check(
        id="aks-auto-upgrade",
        title="The cluster gets its patches by itself.",
        kinds=MANAGED_CLUSTER,
        judge=must_be_one_of(
            "autoUpgradeProfile.upgradeChannel",
            ("patch", "stable", "rapid", "node-image"),
            "upgrades nothing by itself",
        ),
        severity="medium",
        fix="Set cluster.upgrade.channel.",
        url="https://learn.microsoft.com/azure/aks/auto-upgrade-cluster",
        anchors=("psrule:AZR-000036", "checkov:CKV_AZURE_171", "mcsb:PV-7"),
        subject=_CLUSTER,
    ),
    Check(
        id="aks-node-os-upgrade",
        title="The nodes get their security patches by themselves.",
        kinds=MANAGED_CLUSTER,
        judge=must_be_one_of(
            "autoUpgradeProfile.nodeOSUpgradeChannel",
            ("NodeImage", "SecurityPatch"),
            "leaves the nodes' system as it was made",
        ),
        severity="medium",
        fix="Set cluster.upgrade.nodeOs.",
        url="https://learn.microsoft.com/azure/aks/auto-upgrade-node-os-image",
        anchors=("azurepolicy:AKS_Autoupgrade_NodeOS_Audit",),
        subject=_CLUSTER,
    ),
    Check(
        id="aks-paid-tier",
        title="The API server has a service level.",
        kinds=MANAGED_CLUSTER,
        judge=must_be_one_of("sku.tier", ("Standard", "Premium"), "has no service level"),
        severity="medium",
        fix="Set cluster.tier.",
        url="https://learn.microsoft.com/azure/aks/free-standard-pricing-tiers",
        anchors=("checkov:CKV_AZURE_170",),
        subject=_CLUSTER,
    ),
    Check(
        id="aks-protected",
        title="The cluster cannot be deleted by one command.",
        kinds=MANAGED_CLUSTER,
        judge=_protected,
        severity="high",
        fix="Set protect in the stack's file.",
        url="https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources",
        subject=_CLUSTER,
    ),
)
