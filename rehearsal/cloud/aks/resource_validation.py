"""What AKS refuses in a managed cluster, given what it has been before.

Bodies come in with canonical member names (`resource_members.canonical`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from rehearsal.cloud.aks.pool_validation import (
    change_not_allowed,
    check_pools,
    invalid_parameter,
    missing_parameter,
)
from rehearsal.cloud.aks.versions import DEFAULT, check_upgrade, full_version, not_supported, number
from rehearsal.cloud.arm.errors import bad_request, provider_error
from rehearsal.cloud.arm.scopes import is_guid

if TYPE_CHECKING:
    from rehearsal.cloud.store import Json

# https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
_NAME = re.compile(r"[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?", re.IGNORECASE)
_DNS_PREFIX = re.compile(r"[a-z0-9]([a-z0-9-]{0,52}[a-z0-9])?", re.IGNORECASE)
LEGACY_APPS = ("clientAppID", "serverAppID")
_LEGACY = (*LEGACY_APPS, "serverAppSecret")
_ISSUER_SINCE = (1, 34)
_FIXED = (
    ("dnsPrefix",),
    ("fqdnSubdomain",),
    ("nodeResourceGroup",),
    ("enableRBAC",),
    ("networkProfile", "networkPlugin"),
    ("networkProfile", "serviceCidr"),
    ("networkProfile", "dnsServiceIP"),
    ("networkProfile", "loadBalancerSku"),
    ("apiServerAccessProfile", "enablePrivateCluster"),
)

_OUTBOUND = "loadBalancer managedNATGateway userAssignedNATGateway userDefinedRouting none block"
# Values as azure-mgmt-containerservice 41.8.0 names them; read without case.
_CHOICES = {
    ("sku", "name"): "Base Automatic",
    ("sku", "tier"): "Free Standard Premium",
    ("identity", "type"): "SystemAssigned UserAssigned None",
    ("properties", "supportPlan"): "KubernetesOfficial AKSLongTermSupport",
    ("properties", "nodeResourceGroupProfile", "restrictionLevel"): "Unrestricted ReadOnly",
    ("properties", "networkProfile", "networkPlugin"): "azure kubenet none",
    ("properties", "networkProfile", "networkPluginMode"): "overlay",
    ("properties", "networkProfile", "networkPolicy"): "none calico azure cilium",
    ("properties", "networkProfile", "networkDataplane"): "azure cilium",
    ("properties", "networkProfile", "outboundType"): _OUTBOUND,
    ("properties", "networkProfile", "loadBalancerSku"): "standard basic",
    ("properties", "autoUpgradeProfile", "upgradeChannel"): "rapid stable patch node-image none",
    (
        "properties",
        "autoUpgradeProfile",
        "nodeOSUpgradeChannel",
    ): "None Unmanaged NodeImage SecurityPatch",
}


def check_name(name: str) -> None:
    """Refuse a name that a cluster cannot have."""
    if _NAME.fullmatch(name) is None:
        raise invalid_parameter(
            "resourceName",
            f"'{name}': 1 to 63 letters, digits, '-' and '_', with a letter or a digit at both"
            " ends, are allowed.",
        )


def check_choices(body: Json) -> None:
    """Refuse a value that is none of those AKS knows, and an identity that is not just one."""
    for path, known in _CHOICES.items():
        value = _at(body, path)
        if value is not None and value.lower() not in known.lower().split():
            problem = f"'{value}' is not one of {', '.join(known.split())}."
            raise invalid_parameter(".".join(path).removeprefix("properties."), problem)
    identity: Json = body.get("identity") or {}
    assigned: Json = identity.get("userAssignedIdentities") or {}
    wanted = 1 if str(identity.get("type")).lower() == "userassigned" else 0
    if len(assigned) != wanted:
        problem = f"type {identity.get('type')} takes {wanted}, not {len(assigned)}."
        raise invalid_parameter("identity.userAssignedIdentities", problem)


def is_legacy(entra: Json) -> bool:
    """Whether an `aadProfile` is the old one, with applications of the customer's own."""
    return bool(entra.get("serverAppID")) and not entra.get("managed")


def has_issuer(version: str) -> bool:
    """Whether AKS turns the OIDC issuer on when nothing is said about it: from 1.34 on.

    See https://learn.microsoft.com/azure/aks/use-oidc-issuer.
    """
    return number(version) >= _ISSUER_SINCE


def check_new(given: Json) -> None:
    """Refuse a body (its `properties` and `identity`) that no new cluster can have."""
    properties: Json = given["properties"]
    if not properties.get("dnsPrefix") and not properties.get("fqdnSubdomain"):
        raise missing_parameter("dnsPrefix")
    if not properties.get("agentPoolProfiles"):
        raise missing_parameter("agentPoolProfiles")
    identity: Json = given.get("identity") or {}
    service_principal: Json = properties.get("servicePrincipalProfile") or {}
    if identity.get("type", "None") == "None" and not service_principal.get("clientId"):
        raise missing_parameter("servicePrincipalProfile")
    check_properties(properties)


def check_properties(properties: Json, old_entra: Json | None = None) -> None:
    """Refuse properties that no cluster can have; defaults may be missing yet.

    Args:
        properties: All that the cluster is to have.
        old_entra: The `aadProfile` it has; with a legacy one it may stay as it is.
    """
    prefix = properties.get("dnsPrefix")
    if prefix is not None and (
        not isinstance(prefix, str) or _DNS_PREFIX.fullmatch(prefix) is None
    ):
        raise invalid_parameter(
            "dnsPrefix",
            f"'{prefix}': 1 to 54 letters, digits and '-', with a letter or a digit at both ends,"
            " are allowed.",
        )
    version = properties.get("kubernetesVersion", DEFAULT)
    full = full_version(version) if isinstance(version, str) else None
    if full is None:
        raise not_supported(version)
    _check_entra(properties, old_entra or {})
    _check_workload_identity(properties, full)
    check_pools(properties, full)


def _check_workload_identity(properties: Json, version: str) -> None:
    security: Json = properties.get("securityProfile") or {}
    wanted: Json = security.get("workloadIdentity") or {}
    issuer: Json = properties.get("oidcIssuerProfile") or {}
    if wanted.get("enabled") and not issuer.get("enabled", has_issuer(version)):
        raise bad_request(
            "securityProfile.workloadIdentity needs the OIDC issuer: set oidcIssuerProfile.enabled"
            " to true."
        )


def _check_entra(properties: Json, old: Json) -> None:
    profile: Json = properties.get("aadProfile") or {}
    if not profile or (is_legacy(old) and all(profile.get(k) == old.get(k) for k in LEGACY_APPS)):
        return
    if properties.get("enableRBAC") is False:
        raise bad_request("AAD integration needs Kubernetes RBAC: enableRBAC must not be false.")
    legacy = [name for name in _LEGACY if profile.get(name)]
    managed = profile.get("managed") is True
    if not managed and profile.get("enableAzureRBAC"):
        raise bad_request("Azure RBAC for Kubernetes authorization needs aadProfile.managed: true.")
    if legacy or not managed:
        what = ", ".join(f"aadProfile.{name}" for name in legacy) or "aadProfile.managed: false"
        raise bad_request(
            f"AAD legacy ({what}) is no longer supported for new clusters. Use AKS-managed AAD"
            " (aadProfile.managed: true). See https://aka.ms/aks/aad-legacy for details."
        )
    groups: Any = profile.get("adminGroupObjectIDs")
    if groups is not None and not isinstance(groups, list):
        raise invalid_parameter("aadProfile.adminGroupObjectIDs", "it has to be a list.")
    for group in cast("list[Any]", groups or []):
        if not isinstance(group, str) or not is_guid(group):
            problem = f"'{group}' is not a valid UUID."
            raise invalid_parameter("aadProfile.adminGroupObjectIDs", problem)
    tenant: Any = profile.get("tenantID")
    if tenant is not None and (not isinstance(tenant, str) or not is_guid(tenant)):
        raise invalid_parameter("aadProfile.tenantID", f"'{tenant}' is not a valid UUID.")


def check_change(old: Json, new: Json) -> None:
    """Refuse to turn one cluster's properties into the other's.

    Entra can be added to a cluster, but neither taken away nor made legacy; so can the OIDC
    issuer; a version only goes up.
    """
    entra: Json = old.get("aadProfile") or {}
    wanted: Json = new.get("aadProfile") or {}
    if entra.get("managed") and wanted.get("managed") is not True:
        raise change_not_allowed("aadProfile.managed")
    for path in _FIXED:
        before, after = _at(old, path), _at(new, path)
        if before is not None and after is not None and before != after:
            raise change_not_allowed(".".join(path))
    enabled = ("oidcIssuerProfile", "enabled")
    if _at(old, enabled) and not _at(new, enabled):
        # Code and words as several public troubleshooting notes quote them.
        code, message = (
            "OIDCIssuerFeatureCannotBeDisabled",
            "OIDC issuer feature cannot be disabled.",
        )
        raise provider_error(400, code, message)
    after = full_version(new["kubernetesVersion"])
    if after is not None:
        check_upgrade(old["currentKubernetesVersion"], after)


def _at(properties: Json, path: tuple[str, ...]) -> Any:
    value: Any = properties
    for name in path:
        value = cast("Json", value).get(name) if isinstance(value, dict) else None
    return value
