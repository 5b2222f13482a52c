"""What a text of the stack file may look like, and what to do about one that does not.

Limits are Azure's and Kubernetes' own
(https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules,
https://kubernetes.io/docs/concepts/overview/working-with-objects/names/, 2026-11).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A kind of text."""

    pattern: str
    """Regular expression that the whole text must match."""
    allowed: str
    """The pattern in words."""
    remedy: str
    """What to do about a text that does not match."""

    def accepts(self, text: str) -> bool:
        """Whether the whole text is of this kind."""
        return re.fullmatch(self.pattern, text) is not None


_GUID = r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_UPN = r"[^@\s]+@[^@\s]+\.[^@\s]+"
_DNS_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"

TENANT_ID = Rule(
    _GUID,
    "a GUID (8-4-4-4-12 hexadecimal digits)",
    "copy it from: az account show --query tenantId",
)
GROUP_ID = Rule(
    _GUID,
    "the object id of a group, a GUID (8-4-4-4-12 hexadecimal digits)",
    "copy it from: az ad group show --group NAME --query id, or give the name as existing: NAME",
)
SERVICE_PRINCIPAL_ID = Rule(
    _GUID,
    "the object id of a service principal, a GUID (8-4-4-4-12 hexadecimal digits)",
    "copy it from: az ad sp show --id APPLICATION_ID --query id",
)
PERSON = Rule(
    f"{_UPN}|{_GUID}",
    "a user principal name (someone@contoso.example) or an object id",
    "copy it from: az ad user list --query '[].userPrincipalName'",
)
GROUP_NAME = Rule(
    r"\S(.{0,254}\S)?",
    "1 to 256 characters without a space at either end",
    "write the display name as Entra ID shows it",
)
RESOURCE_GROUP = Rule(
    r"[\w().-]{0,89}[\w()-]",
    "1 to 90 letters, digits, _ - . ( ), not ending with a dot",
    "choose such a name",
)
CLUSTER = Rule(
    r"[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?",
    "1 to 63 letters, digits, _ and -, with a letter or digit at both ends",
    "choose such a name",
)
NODE_POOL = Rule(
    r"[a-z][a-z0-9]{0,11}",
    "1 to 12 lower-case letters and digits, first a letter",
    "choose such a name",
)
VM_SIZE = Rule(
    r"(Standard|Basic)_[A-Za-z0-9_-]+",
    "the name of a size, such as Standard_D4ds_v5",
    "list the sizes with: az vm list-skus --location LOCATION --output table",
)
LOCATION = Rule(
    r"[a-z][a-z0-9]+",
    "the name of a region in lower-case letters and digits, such as westeurope",
    "list the regions with: az account list-locations --query '[].name'",
)
KUBERNETES_VERSION = Rule(
    r"1\.\d{1,3}(\.\d{1,3})?",
    'MINOR or PATCH version as text, such as "1.36" or "1.36.3"',
    "list the versions with: az aks get-versions --location LOCATION; keep the quotes, for YAML "
    "reads 1.30 as 1.3",
)
NAMESPACE = Rule(
    rf"(?!kube-)(?!(default|gatekeeper-system)$){_DNS_LABEL}",
    "1 to 63 lower-case letters, digits and -, with a letter or digit at both ends (DNS-1123); "
    "not default, gatekeeper-system or kube-...",
    "choose such a name",
)
TEAM = Rule(
    _DNS_LABEL,
    "1 to 63 lower-case letters, digits and -, with a letter or digit at both ends (DNS-1123)",
    "choose such a name",
)
ROLE = TEAM
CLUSTER_ROLE = Rule(
    r"[A-Za-z0-9][A-Za-z0-9:._-]*",
    "the name of a ClusterRole, such as view",
    "list them with: kubectl get clusterroles",
)
QUANTITY = Rule(
    r"\d+(\.\d+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?",
    "a Kubernetes quantity, such as 500m, 2, 512Mi or 64Gi",
    "write such a quantity",
)
ZONE = Rule(r"[123]", '"1", "2" or "3", in quotes', "write such a text")
WORD = Rule(r"\S+", "a text without spaces", "write such a text")
API_GROUP = Rule(
    r"[A-Za-z0-9.*-]*",
    'the name of an API group, such as apps; "" is the core group',
    "list them with: kubectl api-resources",
)
TAG = Rule(r".{0,256}", "at most 256 characters", "write a shorter text")
TAG_NAME = Rule(
    r"[^<>%&\\?/]{1,512}", "1 to 512 characters, none of < > % & \\ ? /", "choose such a name"
)


def network_problem(text: str) -> str:
    """What to do about a text that is not an IPv4 network in CIDR form; empty if it is one."""
    try:
        ipaddress.IPv4Network(text)
    except ValueError:
        pass
    else:
        return "" if "/" in text else f"write {text}/32"
    try:
        return f"write {ipaddress.IPv4Network(text, strict=False)}"
    except ValueError:
        return "write a network such as 203.0.113.0/24, or one address such as 203.0.113.7/32"
