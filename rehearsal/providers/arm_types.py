"""The ARM types that the azure-native provider knows; a further one is a further row.

API versions are those of the SDK pulumi-azure-native 3.29.0. Replace triggers are the vendor's
(`provider/pkg/gen/replacement.go`, `forceNewMap`) and, for `location`, the `x-ms-mutability` of the
service descriptions; the parts of a path always replace. `aadProfile` and `disableLocalAccounts`
are on neither list: they change in place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

_GROUP: Final = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
_CLUSTER: Final = _GROUP + "/providers/Microsoft.ContainerService/managedClusters/{resourceName}"
_WHOLE_PATH: Final = frozenset({"scope", "resourceUri"})

NESTED_READ_ONLY: Final = frozenset(
    {"currentOrchestratorVersion", "eTag", "nodeImageVersion", "principalId", "provisioningState"}
)
"""Names of the service's own at any depth; a change of them is no drift of what was asked for."""


@dataclass(frozen=True)
class ArmType:
    """One resource type.

    `top` are the inputs at the top of the body; the others go under `properties`, and come from
    there (`flat`). `read_only` are outputs that are never inputs; `computed` are the dotted paths
    of outputs inside inputs, unknown in a preview. `autoname` is what fills the last part of the
    path if the program does not.
    """

    token: str
    path: str
    api_version: str
    top: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    read_only: tuple[str, ...] = ()
    computed: tuple[str, ...] = ()
    autoname: Literal["random", "uuid"] = "random"
    flat: bool = True

    @property
    def parameters(self) -> tuple[str, ...]:
        """The inputs that make the path, in its order."""
        found: list[str] = re.findall(r"{(\w+)}", self.path)
        return tuple(name for name in found if name != "subscriptionId")

    def id_pattern(self) -> re.Pattern[str]:
        """What an id of this type looks like, its parameters as groups."""
        parts = re.split(r"/{(\w+)}", self.path)
        text = "".join(
            re.escape(part)
            if index % 2 == 0
            else f"(?P<{part}>/.+)"
            if part in _WHOLE_PATH
            else f"/(?P<{part}>[^/]+)"
            for index, part in enumerate(parts)
        )
        return re.compile(text, re.IGNORECASE)


_TYPES: Final = (
    ArmType(
        "resources:ResourceGroup",
        _GROUP,
        "2024-03-01",
        top=("location", "managedBy", "tags"),
        replace=("location",),
        required=("location",),
        read_only=("properties",),
        flat=False,
    ),
    ArmType(
        "containerservice:ManagedCluster",
        _CLUSTER,
        "2025-09-01",
        top=("extendedLocation", "identity", "kind", "location", "sku", "tags"),
        replace=(
            "agentPoolProfiles.networkProfile.nodePublicIPTags",
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
        required=("location", "resourceGroupName"),
        read_only=(
            "azurePortalFQDN",
            "currentKubernetesVersion",
            "eTag",
            "fqdn",
            "maxAgentPools",
            "powerState",
            "privateFQDN",
            "provisioningState",
            "resourceUID",
            "status",
            "systemData",
        ),
        computed=(
            "identity.principalId",
            "identity.tenantId",
            "oidcIssuerProfile.issuerURL",
        ),
    ),
    ArmType(
        "containerservice:AgentPool",
        _CLUSTER + "/agentPools/{agentPoolName}",
        "2025-09-01",
        replace=("gpuInstanceProfile", "networkProfile.nodePublicIPTags", "vmSize"),
        required=("resourceGroupName", "resourceName"),
        read_only=(
            "currentOrchestratorVersion",
            "eTag",
            "nodeImageVersion",
            "provisioningState",
            "status",
        ),
    ),
    ArmType(
        "containerservice:MaintenanceConfiguration",
        _CLUSTER + "/maintenanceConfigurations/{configName}",
        "2025-09-01",
        required=("resourceGroupName", "resourceName"),
        read_only=("systemData",),
    ),
    ArmType(
        "authorization:RoleAssignment",
        "/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
        "2022-04-01",
        replace=("principalId",),
        required=("principalId", "roleDefinitionId", "scope"),
        read_only=("createdBy", "createdOn", "systemData", "updatedBy", "updatedOn"),
        autoname="uuid",
    ),
    ArmType(
        "managedidentity:UserAssignedIdentity",
        _GROUP + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}",
        "2023-01-31",
        top=("location", "tags"),
        replace=("location",),
        required=("location", "resourceGroupName"),
        read_only=("clientId", "principalId", "systemData", "tenantId"),
    ),
    ArmType(
        "operationalinsights:Workspace",
        _GROUP + "/providers/Microsoft.OperationalInsights/workspaces/{workspaceName}",
        "2023-09-01",
        top=("etag", "identity", "location", "tags"),
        replace=("location",),
        required=("location", "resourceGroupName"),
        read_only=(
            "createdDate",
            "customerId",
            "etag",
            "modifiedDate",
            "privateLinkScopedResources",
            "provisioningState",
            "systemData",
        ),
    ),
    ArmType(
        "monitor:DiagnosticSetting",
        "/{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
        "2021-05-01-preview",
        required=("resourceUri",),
        read_only=("systemData",),
    ),
    ArmType(
        "features:SubscriptionFeatureRegistration",
        "/subscriptions/{subscriptionId}/providers/Microsoft.Features/featureProviders"
        "/{providerNamespace}/subscriptionFeatureRegistrations/{featureName}",
        "2021-07-01",
        required=("providerNamespace",),
        flat=False,
    ),
    ArmType(
        "resources:DeploymentAtSubscriptionScope",
        "/subscriptions/{subscriptionId}/providers/Microsoft.Resources/deployments"
        "/{deploymentName}",
        "2024-03-01",
        top=("location", "tags"),
        required=("properties",),
        flat=False,
    ),
)

TYPES: Final = {kind.token: kind for kind in _TYPES}
"""The rows by token, without the package's name."""

GETTERS: Final = {
    f"{module}:get{name}": kind
    for module, name, kind in ((*kind.token.split(":"), kind) for kind in _TYPES)
}
"""Functions that read one object of a type, such as `containerservice:getManagedCluster`."""

ACTIONS: Final = {
    "containerservice:listManagedClusterUserCredentials": "listClusterUserCredential",
    "containerservice:listManagedClusterAdminCredentials": "listClusterAdminCredential",
}
"""Functions that call an action of a cluster, and its name in ARM."""
