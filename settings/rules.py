"""What a text of the stack file may look like, and what to do about one that does not.

Limits are Azure's and Kubernetes' own
(https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules,
https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ and labels/,
https://learn.microsoft.com/azure/aks/use-labels, 2026-11).
"""

from __future__ import annotations

import datetime as dt
import ipaddress

from settings.kinds import Text

_GUID = r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_UPN = r"[^@\s]+@[^@\s]+\.[^@\s]+"
_DNS_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_LABEL_NAME = r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
_LABEL_KEY = (
    r"(?!([a-z0-9.-]*\.)?kubernetes\.io/|kubernetes\.azure\.com/)"
    rf"((?=[^/]{{1,253}}/)[a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?{_LABEL_NAME}"
)
_ARM_GROUP = rf"/subscriptions/{_GUID}/resource[Gg]roups/[\w().-]{{1,90}}/providers"


class NetworkText(Text):
    """An IPv4 network in CIDR form."""

    def matches(self, text: str) -> bool:
        """Whether no bit of the address is set beyond the prefix."""
        try:
            ipaddress.IPv4Network(text)
        except ValueError:
            return False
        return "/" in text

    def advice(self, text: str) -> str:
        """The network that was probably meant."""
        try:
            return f"write {ipaddress.IPv4Network(text, strict=False)}"
        except ValueError:
            return self.remedy


class DateText(Text):
    """A day."""

    def matches(self, text: str) -> bool:
        """Whether the calendar has such a day."""
        try:
            return super().matches(text) and bool(dt.date.fromisoformat(text))
        except ValueError:
            return False


TENANT_ID = Text(
    _GUID,
    "a GUID (8-4-4-4-12 hexadecimal digits)",
    "copy it from: az account show --query tenantId",
)
GROUP_ID = Text(
    _GUID,
    "the object id of a group, a GUID (8-4-4-4-12 hexadecimal digits)",
    "copy it from: az ad group show --group NAME --query id, or give the name as existing: NAME",
)
SERVICE_PRINCIPAL_ID = Text(
    _GUID,
    "the object id of a service principal, a GUID (8-4-4-4-12 hexadecimal digits)",
    "copy it from: az ad sp show --id APPLICATION_ID --query id",
)
PERSON = Text(
    f"{_UPN}|{_GUID}",
    "a user principal name (someone@contoso.example) or an object id",
    "copy it from: az ad user list --query '[].userPrincipalName'",
)
GROUP_NAME = Text(
    r"\S(.{0,254}\S)?",
    "1 to 256 characters without a space at either end",
    "write the display name as Entra ID shows it",
)
RESOURCE_GROUP = Text(
    r"[\w().-]{0,89}[\w()-]", "1 to 90 letters, digits, _ - . ( ), not ending with a dot"
)
CLUSTER = Text(
    r"[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?",
    "1 to 63 letters, digits, _ and -, with a letter or digit at both ends",
)
NODE_POOL = Text(r"[a-z][a-z0-9]{0,11}", "1 to 12 lower-case letters and digits, first a letter")
VM_SIZE = Text(
    r"(Standard|Basic)_[A-Za-z0-9_-]+",
    "the name of a size, such as Standard_D4ds_v5",
    "list the sizes with: az vm list-skus --location LOCATION --output table",
)
LOCATION = Text(
    r"[a-z][a-z0-9]+",
    "the name of a region in lower-case letters and digits, such as westeurope",
    "list the regions with: az account list-locations --query '[].name'",
)
KUBERNETES_VERSION = Text(
    r"1\.[0-9]{1,3}(\.[0-9]{1,3})?",
    'MINOR or PATCH version as text, such as "1.36" or "1.36.3"',
    "list the versions with: az aks get-versions --location LOCATION; keep the quotes, for YAML "
    "reads 1.30 as 1.3",
)
NAMESPACE = Text(
    rf"(?!kube-)(?!(default|gatekeeper-system)$){_DNS_LABEL}",
    "1 to 63 lower-case letters, digits and -, with a letter or digit at both ends (DNS-1123); "
    "not default, gatekeeper-system or kube-...",
)
TEAM = Text(
    _DNS_LABEL,
    "1 to 63 lower-case letters, digits and -, with a letter or digit at both ends (DNS-1123)",
)
ROLE = TEAM
CLUSTER_ROLE = Text(
    r"[A-Za-z0-9][A-Za-z0-9:._-]*",
    "the name of a ClusterRole, such as view",
    "list them with: kubectl get clusterroles",
)
CPU = Text(r"[0-9]+(\.[0-9]+)?m?", "a number of cores, such as 2 or 500m", numbers=True)
MEMORY = Text(
    r"[0-9]+(\.[0-9]+)?(k|Ki|M|Mi|G|Gi|T|Ti)",
    "an amount with a unit, such as 512Mi or 64Gi",
    "write such a quantity; without a unit, or with m, it would be bytes or less",
)
COUNT = Text(r"[0-9]+", "a whole number, such as 100", numbers=True)
IDENTITY = Text(
    rf"system|user|{_ARM_GROUP}/Microsoft\.ManagedIdentity/userAssignedIdentities/[\w-]{{3,128}}",
    "system, user, or the resource id of a user-assigned identity",
    "list the ids with: az identity list --query '[].id'",
)
WORKSPACE = Text(
    rf"{_ARM_GROUP}/Microsoft\.OperationalInsights/workspaces/[A-Za-z0-9-]{{4,63}}",
    "the resource id of a Log Analytics workspace",
    "list them with: az monitor log-analytics workspace list --query '[].id'",
)
SUBNET = Text(
    rf"{_ARM_GROUP}/Microsoft\.Network/virtualNetworks/[\w.-]{{2,64}}/subnets/[\w.-]{{1,80}}",
    "the resource id of a subnet",
    "list the ids with: az network vnet subnet list --resource-group GROUP --vnet-name NETWORK "
    "--query '[].id'",
)
PRIVATE_DNS_ZONE = Text(
    rf"system|none|{_ARM_GROUP}/Microsoft\.Network/privateDnsZones/"
    r"([a-z0-9-]{1,32}\.)?private(link)?\.[a-z0-9]+\.azmk8s\.io",
    "system, none, or the resource id of a private DNS zone that is called "
    "privatelink.LOCATION.azmk8s.io, or has one label before that",
    "list the ids with: az network private-dns zone list --query '[].id'",
)
FEATURE = Text(
    r"[A-Za-z0-9][A-Za-z0-9_-]*",
    "the name of a feature of Microsoft.ContainerService, such as AAD-V2",
    "list them with: az feature list --namespace Microsoft.ContainerService --query '[].name'; "
    "write what follows the slash",
)
TAINT = Text(
    rf"{_LABEL_KEY}={_LABEL_NAME}:(NoSchedule|PreferNoSchedule|NoExecute)",
    "key=value:EFFECT with the effect NoSchedule, PreferNoSchedule or NoExecute; no key below "
    "kubernetes.io or kubernetes.azure.com",
    "write one such as sku=gpu:NoSchedule",
)
LABEL_NAME = Text(
    _LABEL_KEY,
    "a label's name, such as tier or contoso.example/tier; none below kubernetes.io or "
    "kubernetes.azure.com, which AKS keeps for itself",
)
LABEL_VALUE = Text(
    f"({_LABEL_NAME})?",
    "at most 63 letters, digits, - _ and ., with a letter or digit at both ends",
)
ZONE = Text(r"[123]", '"1", "2" or "3", in quotes')
RESOURCE = Text(
    r"(\*|[a-z0-9][a-z0-9.-]*)(/(\*|[a-z]+))?",
    "the plural name of a resource in lower-case letters, such as pods or pods/log",
    "list them with: kubectl api-resources",
)
RESOURCE_NAME = Text(r"\S+", "a text without spaces")
API_GROUP = Text(
    r"[a-z0-9.*-]*",
    'the name of an API group without its version, such as apps; "" is the core group',
    "list them with: kubectl api-resources",
)
TAG = Text(r".{0,256}", "a text of at most 256 characters")
TAG_NAME = Text(
    r"(?i:(?!microsoft|azure|windows))[^<>%&\\?/]{1,512}",
    r"1 to 512 characters, none of < > % & \ ? /; not beginning with microsoft, azure or windows, "
    "which Azure keeps for itself",
)
REASON = Text(
    r"\s*\S.{8,498}\S\s*", "10 to 500 characters", "say what happened and who needs to enter"
)
DAY = DateText(
    r"[0-9]{4}-[0-9][0-9]-[0-9][0-9]", "a day, YYYY-MM-DD", 'write such a day, such as "2026-11-30"'
)
NETWORK = NetworkText(
    "",
    "an IPv4 network in CIDR form, such as 203.0.113.0/24",
    "write a network such as 203.0.113.0/24, or one address such as 203.0.113.7/32",
)
