"""What replaces a resource when it changes, by the vendors' own rules; none of ours.

A provider replaces a resource when a part of its path changes, or one of the properties here; any
other change is an update in place.

- azure-native 3.29.0: `forceNewMap` of `provider/pkg/gen/replacement.go`
  (https://github.com/pulumi/pulumi-azure-native; `networkProfile` by its parts since pull request
  4771 of 2026-07-16), and what `x-ms-mutability` of Azure's service descriptions says is set at
  creation only, which is `location` of the types here.
- azuread 6.11.1: the properties whose documentation says "forces a new resource".
- kubernetes 4.34.2: `metadata.name` and `metadata.namespace` of every kind, and what
  `provider/pkg/provider/diff.go` of pulumi-kubernetes names besides; of the provider itself
  `clusterIdentifier`, which, while it stays, keeps the kubeconfig from replacing anything
  (https://github.com/pulumi/pulumi-kubernetes/issues/4019).
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from tests.support.arm_operations import put
from tests.support.directory_double import PROJECT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.program import Registered, Run

Path: TypeAlias = tuple[str, ...]
"""Names of properties from the outside in; `[]` for an element of a list."""

FORCE_NEW: dict[str, tuple[str, ...]] = {
    "azure-native:authorization:RoleAssignment": ("principalId", "scope"),
    "azure-native:containerservice:AgentPool": (
        "gpuInstanceProfile",
        "networkProfile.nodePublicIPTags",
        "vmSize",
    ),
    "azure-native:containerservice:MaintenanceConfiguration": (),
    "azure-native:containerservice:ManagedCluster": (
        "agentPoolProfiles.[].networkProfile.nodePublicIPTags",
        "diskEncryptionSetID",
        "dnsPrefix",
        "fqdnSubdomain",
        "linuxProfile",
        "location",
        "networkProfile.dnsServiceIP",
        "networkProfile.networkDataplane",
        "networkProfile.networkMode",
        "networkProfile.networkPlugin",
        "networkProfile.networkPluginMode",
        "networkProfile.networkPolicy",
        "networkProfile.outboundType",
        "networkProfile.podCidr",
        "networkProfile.serviceCidr",
        "networkProfile.serviceCidrs",
        "nodeResourceGroup",
        "windowsProfile",
    ),
    "azure-native:managedidentity:UserAssignedIdentity": ("location",),
    "azure-native:monitor:DiagnosticSetting": (),
    "azure-native:operationalinsights:Workspace": ("location",),
    "azure-native:resources:DeploymentAtSubscriptionScope": (),
    "azure-native:resources:ResourceGroup": ("location",),
    "azuread:index/group:Group": (
        "assignableToRole",
        "behaviors",
        "mailNickname",
        "provisioningOptions",
        "types",
    ),
    "kubernetes:core/v1:LimitRange": (),
    "kubernetes:core/v1:Namespace": (),
    "kubernetes:core/v1:ResourceQuota": ("spec.scopes",),
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": (),
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": ("roleRef",),
    "kubernetes:rbac.authorization.k8s.io/v1:Role": (),
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": ("roleRef",),
    "pulumi:providers:kubernetes": ("clusterIdentifier",),
}

REFUSED: dict[str, tuple[str, ...]] = {
    "azure-native:containerservice:AgentPool": ("availabilityZones", "vnetSubnetID"),
    "azure-native:containerservice:ManagedCluster": (
        "agentPoolProfiles.[].availabilityZones",
        "agentPoolProfiles.[].name",
        "agentPoolProfiles.[].vmSize",
        "agentPoolProfiles.[].vnetSubnetID",
        "apiServerAccessProfile.enablePrivateCluster",
        "apiServerAccessProfile.privateDNSZone",
    ),
}
"""What azure-native plans as an update and Azure then refuses.

Names of pools: https://github.com/Azure/AKS/issues/4383; their sizes, in this API version:
https://github.com/Azure/bicep-registry-modules/issues/7130; zones and private clusters (whose DNS
zone may only become none): https://learn.microsoft.com/azure/aks/availability-zones and
private-clusters; subnets: configure-azure-cni, 2026-11.
"""

_NAMES = ("metadata.name", "metadata.namespace")
_ABSENT = object()


def changed_paths(old: Any, new: Any, path: Path = ()) -> list[Path]:
    """Where two trees of values differ, down to what is not a mapping or a list."""
    if isinstance(old, dict) and isinstance(new, dict):
        before, after = cast("dict[str, Any]", old), cast("dict[str, Any]", new)
        keys = sorted({*before, *after})
        rows = [(key, before.get(key, _ABSENT), after.get(key, _ABSENT)) for key in keys]
    elif isinstance(old, list) and isinstance(new, list):
        pairs = zip_longest(cast("list[Any]", old), cast("list[Any]", new), fillvalue=_ABSENT)
        rows = [("[]", *pair) for pair in pairs]
    else:
        return [] if old == new else [path]
    return [
        found for name, *sides in rows for found in changed_paths(sides[0], sides[1], (*path, name))
    ]


def replaced(old: Run, new: Run) -> dict[str, list[str]]:
    """The resources that the new run replaces, and by which inputs; keys are `TYPE NAME`.

    A part that comes or goes as a whole replaces only where it is named as a whole, an element of a
    list never (`provider/pkg/provider/diff.go` of azure-native).
    """
    return {
        name: kept
        for name, (resource, paths) in _changed(old, new).items()
        if (
            kept := [
                ".".join(path)
                for path in paths
                if path[-1] != "[]"
                and any(path[: len(each)] == each for each in _split(_triggers(resource)))
            ]
        )
    }


def refused(old: Run, new: Run) -> dict[str, list[str]]:
    """The updates of the new run that Azure refuses, and for which inputs."""
    gone = replaced(old, new)
    return {
        name: kept
        for name, (resource, paths) in _changed(old, new).items()
        if name not in gone
        and (
            kept := [
                ".".join(path)
                for path in paths
                # A part that comes or goes as a whole takes what is below it along.
                if any(
                    each[: len(path)] == path[: len(each)]
                    for each in _split(REFUSED.get(resource.type, ()))
                )
            ]
        )
    }


def _changed(old: Run, new: Run) -> dict[str, tuple[Registered, list[Path]]]:
    """The resources of both runs, and where their inputs differ but for what they ignore."""
    before = {each.urn: each.inputs for each in old.resources}
    return {
        f"{each.type} {each.name}": (
            each,
            [
                path
                for path in changed_paths(before[each.urn], each.inputs)
                if not any(path[: len(one)] == one for one in _split(each.ignore_changes))
            ],
        )
        for each in new.resources
        if each.urn in before
    }


def _split(patterns: Sequence[str]) -> list[Path]:
    return [tuple(each.split(".")) for each in patterns]


def _triggers(resource: Registered) -> list[str]:
    kind = resource.type
    own = [each.replace("[*]", ".[]") for each in resource.replace_on_changes]
    if kind.startswith(f"{PROJECT}:"):
        return own  # Components have no inputs of their own.
    assert kind in FORCE_NEW, f"no rule is known for {kind}: look it up and add its row"
    path = put(kind).parameters if kind.startswith("azure-native:") else ()
    names = _NAMES if kind.startswith("kubernetes:") else ()
    return [*own, *path, *names, *FORCE_NEW[kind]]
