"""What AKS refuses in a managed cluster, given what it has been before.

Bodies come in with canonical member names (`resource_members.canonical`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from rehearsal.cloud.aks.resource_defaults import VERSIONS, full_version
from rehearsal.cloud.arm.errors import CloudError, bad_request, provider_error
from rehearsal.cloud.arm.scopes import is_guid

if TYPE_CHECKING:
    from rehearsal.cloud.store import Json

# https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
_NAME = re.compile(r"[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?", re.IGNORECASE)
_DNS_PREFIX = re.compile(r"[a-z0-9]([a-z0-9-]{0,52}[a-z0-9])?", re.IGNORECASE)
_POOL_NAME = re.compile(r"[a-z][a-z0-9]{0,11}")
_MAX_NODES = 1000
_LEGACY = ("clientAppID", "serverAppID", "serverAppSecret")
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


def invalid_parameter(name: str, problem: str) -> CloudError:
    """400 about one parameter."""
    message = f"The value of parameter {name} is invalid. Error details: {problem}"
    return provider_error(400, "InvalidParameter", message)


def missing_parameter(name: str) -> CloudError:
    """400 for a parameter that is required and absent."""
    return provider_error(400, "InvalidParameter", f"Required parameter {name} is missing (null).")


def change_not_allowed(name: str) -> CloudError:
    """400 for a property that stays what it was; wording seen in Azure/AKS#1519."""
    message = f"Changing property '{name}' is not allowed."
    return provider_error(400, "PropertyChangeNotAllowed", message)


def check_name(name: str) -> None:
    """Refuse a name that a cluster cannot have."""
    if _NAME.fullmatch(name) is None:
        raise invalid_parameter(
            "resourceName",
            f"'{name}': 1 to 63 letters, digits, '-' and '_', with a letter or a digit at both"
            " ends, are allowed.",
        )


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


def check_properties(properties: Json) -> None:
    """Refuse properties that no cluster can have, new or old; defaults may be missing yet."""
    prefix = properties.get("dnsPrefix")
    if prefix is not None and (
        not isinstance(prefix, str) or _DNS_PREFIX.fullmatch(prefix) is None
    ):
        raise invalid_parameter(
            "dnsPrefix",
            f"'{prefix}': 1 to 54 letters, digits and '-', with a letter or a digit at both ends,"
            " are allowed.",
        )
    version = properties.get("kubernetesVersion")
    if version is not None and (not isinstance(version, str) or full_version(version) is None):
        known = ", ".join(VERSIONS)
        message = f"Version {version} is not supported in this region. Supported are {known}."
        raise provider_error(400, "K8sVersionNotSupported", message)
    _check_entra(properties)
    pools: list[Json] = properties.get("agentPoolProfiles") or []
    for pool in pools:
        check_pool(pool)
    names = [pool["name"] for pool in pools]
    if len(set(names)) != len(names):
        raise invalid_parameter("agentPoolProfiles.name", "agent pool names have to differ.")
    if pools and not any(pool.get("mode") == "System" for pool in pools):
        message = "Must define at least one system pool."
        raise provider_error(400, "MustDefineAtLeastOneSystemPool", message)


def _check_entra(properties: Json) -> None:
    profile: Json = properties.get("aadProfile") or {}
    if not profile:
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


def check_pool(pool: Json) -> None:
    """Refuse a node pool that cannot be."""
    name: Any = pool.get("name")
    if not isinstance(name, str) or _POOL_NAME.fullmatch(name) is None:
        raise invalid_parameter(
            "agentPoolProfile.name",
            f"'{name}': 1 to 12 lower-case letters and digits, a letter first, are allowed.",
        )
    mode = pool.get("mode", "User")
    if mode not in {"System", "User", "Gateway"}:
        raise invalid_parameter("agentPoolProfile.mode", f"'{mode}' is not System or User.")
    count: Any = pool.get("count", 1)
    lowest = 1 if mode == "System" else 0
    if not isinstance(count, int) or not lowest <= count <= _MAX_NODES:
        problem = f"'{count}': a {mode} pool has {lowest} to {_MAX_NODES} nodes."
        raise invalid_parameter("agentPoolProfile.count", problem)
    if pool.get("enableAutoScaling"):
        low, high = pool.get("minCount"), pool.get("maxCount")
        if not isinstance(low, int) or not isinstance(high, int) or low > high:
            problem = f"minCount {low} and maxCount {high} have to be numbers in that order."
            raise invalid_parameter("agentPoolProfile.minCount", problem)


def check_change(old: Json, new: Json) -> None:
    """Refuse to turn one cluster's properties into the other's.

    Entra can be added to a cluster, but neither taken away nor made legacy; a version only goes up.
    """
    entra: Json = old.get("aadProfile") or {}
    wanted: Json = new.get("aadProfile") or {}
    if entra.get("managed") and wanted.get("managed") is not True:
        raise change_not_allowed("aadProfile.managed")
    for path in _FIXED:
        before, after = _at(old, path), _at(new, path)
        if before is not None and after is not None and before != after:
            raise change_not_allowed(".".join(path))
    before, after = old["currentKubernetesVersion"], full_version(new["kubernetesVersion"])
    if after is not None and _number(after) < _number(before):
        message = f"Downgrading from version {before} to version {after} is not allowed."
        raise provider_error(400, "OperationNotAllowed", message)


def _at(properties: Json, path: tuple[str, ...]) -> Any:
    value: Any = properties
    for name in path:
        value = cast("Json", value).get(name) if isinstance(value, dict) else None
    return value


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
