"""Checks of the cluster itself: who can authenticate, and through which doors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .judges import must_be_true
from .matching import MANAGED_CLUSTER
from .model import Check
from .reading import UNKNOWN, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Finding, Subject

_ENTRA = "https://learn.microsoft.com/azure/aks/enable-authentication-microsoft-entra-id"
_LOCAL_ACCOUNTS = "https://learn.microsoft.com/azure/aks/manage-local-accounts-managed-azure-ad"
_RUN_COMMAND = "https://learn.microsoft.com/azure/aks/access-private-cluster"
_CLUSTER = "cluster"
_LEGACY_FIELDS = ("clientAppID", "serverAppID", "serverAppSecret")


def _no_legacy_entra(cluster: Subject) -> Iterator[Finding]:
    profile = cluster.read("aadProfile")
    if profile is UNKNOWN:
        yield cluster.not_yet("aadProfile")
        return
    for name in _LEGACY_FIELDS:
        path = f"aadProfile.{name}"
        if cluster.read(path) is not None:
            yield cluster.violation(
                path,
                "belongs to the retired integration with an application of one's own; "
                "remove it, and set aadProfile.managed to true",
            )


def _admin_groups_set(cluster: Subject) -> Iterator[Finding]:
    path = "aadProfile.adminGroupObjectIDs"
    groups = cluster.read(path)
    if groups is UNKNOWN:
        yield cluster.not_yet(path)
        return
    # A member that is not known yet is the id of a group which this update makes: a group it is.
    named = [one for one in items(groups) if one is UNKNOWN or (isinstance(one, str) and one)]
    if not named:
        yield cluster.violation(
            path,
            "names no Entra group, so nobody is administrator once local accounts are off; "
            "list the object id of at least one group",
        )


def _disable_local_accounts(props: Any) -> bool:
    return _set(props, "disableLocalAccounts")


def _disable_run_command(props: Any) -> bool:
    if props.get("apiServerAccessProfile") is None:
        props["apiServerAccessProfile"] = {}
    return _set(props["apiServerAccessProfile"], "disableRunCommand")


def _set(props: Any, key: str) -> bool:
    """Set a boolean to true; False if it was."""
    if props.get(key) is True:
        return False
    props[key] = True
    return True


CHECKS: tuple[Check, ...] = (
    Check(
        id="aks-entra-managed",
        title="The cluster authenticates people with managed Entra ID.",
        kinds=MANAGED_CLUSTER,
        judge=must_be_true("aadProfile.managed", "AKS does not manage the Entra integration"),
        severity="critical",
        fix="Give the cluster an aadProfile with managed: true.",
        url=_ENTRA,
        benchmark="5.5.1",
        anchors=(
            "psrule:AZR-000029",
            "azurepolicy:450d2877-ebea-41e8-b00c-e286317d21bf",
            "mcsb:IM-1",
            "mcsb:IM-2",
        ),
        subject=_CLUSTER,
    ),
    Check(
        id="aks-no-legacy-aad",
        title="The cluster does not use the retired Entra integration with own applications.",
        kinds=MANAGED_CLUSTER,
        judge=_no_legacy_entra,
        severity="high",
        fix="Remove clientAppID, serverAppID and serverAppSecret, and set aadProfile.managed.",
        url=_ENTRA,
        subject=_CLUSTER,
    ),
    Check(
        id="aks-local-accounts-disabled",
        title="The cluster has no local accounts beside Entra ID.",
        kinds=MANAGED_CLUSTER,
        judge=must_be_true(
            "disableLocalAccounts", "a certificate of a local administrator opens the cluster"
        ),
        severity="high",
        fix="Set disableLocalAccounts to true, after an administrator group is set.",
        url=_LOCAL_ACCOUNTS,
        anchors=(
            "psrule:AZR-000031",
            "checkov:CKV_AZURE_141",
            "azurepolicy:993c2fcd-2b29-49d2-9eb0-df2c3a730c32",
            "mcsb:IM-1",
            "mcsb:PA-7",
        ),
        subject=_CLUSTER,
        mend=_disable_local_accounts,
    ),
    Check(
        id="aks-admin-groups-set",
        title="At least one Entra group administers the cluster.",
        kinds=MANAGED_CLUSTER,
        judge=_admin_groups_set,
        severity="high",
        fix="List the object id of an Entra group in aadProfile.adminGroupObjectIDs.",
        url=_ENTRA,
        anchors=("azurepolicy:AKS_AAD_AdminGroup_DINE",),
        subject=_CLUSTER,
    ),
    Check(
        id="aks-rbac-enabled",
        title="The cluster authorises with Kubernetes RBAC.",
        kinds=MANAGED_CLUSTER,
        judge=must_be_true("enableRBAC", "everyone who enters may do everything"),
        severity="critical",
        fix="Set enableRBAC to true; on an existing cluster it cannot be changed.",
        url="https://learn.microsoft.com/azure/aks/concepts-identity",
        benchmark="5.5.1",
        anchors=(
            "psrule:AZR-000038",
            "checkov:CKV_AZURE_5",
            "trivy:AZU-0042",
            "azurepolicy:ASC_EnableRBAC_KubernetesService_Audit",
            "kubescape:C-0088",
            "mcsb:IM-1",
            "mcsb:PA-7",
        ),
        subject=_CLUSTER,
    ),
    Check(
        id="aks-run-command-off",
        title="Nobody runs commands in the cluster around Entra ID.",
        kinds=MANAGED_CLUSTER,
        judge=must_be_true(
            "apiServerAccessProfile.disableRunCommand",
            "'az aks command invoke' acts as cluster-admin for whoever may call it in Azure",
        ),
        severity="high",
        fix="Set apiServerAccessProfile.disableRunCommand to true.",
        url=_RUN_COMMAND,
        anchors=("azurepolicy:AKS_DisableRunCommand_Audit",),
        subject=_CLUSTER,
        mend=_disable_run_command,
    ),
)
