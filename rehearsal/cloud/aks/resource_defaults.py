"""What AKS fills in when a managed cluster is read back.

Values that Azure draws at random are made from the cluster's id here, so they are the same on
every machine and after every restart.
"""

from __future__ import annotations

import hashlib
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from rehearsal.cloud.aks.pool_validation import said
from rehearsal.cloud.aks.resource_validation import LEGACY_APPS, has_issuer, is_legacy
from rehearsal.cloud.aks.versions import DEFAULT, full_version
from rehearsal.cloud.arm.identities import TYPE as IDENTITY
from rehearsal.cloud.arm.identities import made_up_ids

if TYPE_CHECKING:
    from rehearsal.cloud.store import Json

# Azure chooses by what the subscription may use; az no longer names a size of its own.
_DEFAULT_SIZE = "Standard_D4ds_v5"
_UNREADABLE = (("windowsProfile", "adminPassword"), ("servicePrincipalProfile", "secret"))


def filled_in(resource_id: str, location: str, given: Json, tenant_id: str) -> Json:
    """The properties with everything that AKS adds.

    Args:
        resource_id: The cluster's id, with its name and group in the case they were made with.
        location: The cluster's region.
        given: Properties that were checked.
        tenant_id: The subscription's tenant.
    """
    properties = deepcopy(given)
    for profile, secret in _UNREADABLE:
        if isinstance(properties.get(profile), dict):
            properties[profile].pop(secret, None)
    name, group = resource_id.split("/")[8], resource_id.split("/")[4]
    prefix = properties.get("dnsPrefix") or properties.get("fqdnSubdomain")
    host = f"{prefix}-{_digest(resource_id, 8)}".lower()
    domain = f"hcp.{location}.azmk8s.io"
    version = properties["kubernetesVersion"] = properties.get("kubernetesVersion") or DEFAULT
    full = full_version(version) or version
    properties["currentKubernetesVersion"] = full
    issuer: Json = properties.get("oidcIssuerProfile") or {}
    properties["oidcIssuerProfile"] = {"enabled": issuer.get("enabled", has_issuer(full))}
    defaults: Json = {
        "nodeResourceGroup": f"MC_{group}_{name}_{location}"[:80],
        "enableRBAC": True,
        "supportPlan": "KubernetesOfficial",
        "disableLocalAccounts": False,
        "maxAgentPools": 100,
        "powerState": {"code": "Running"},
        "fqdn": f"{host}.{domain}",
        "azurePortalFQDN": f"{host}.portal.{domain}",
        "resourceUID": _digest(f"uid {resource_id}", 24),
        "servicePrincipalProfile": {"clientId": "msi"},
        "securityProfile": {},
        "storageProfile": {
            "diskCSIDriver": {"enabled": True},
            "fileCSIDriver": {"enabled": True},
            "snapshotController": {"enabled": True},
        },
        "autoUpgradeProfile": {"nodeOSUpgradeChannel": "NodeImage"},
    }
    for key, value in defaults.items():
        if properties.get(key) is None:
            properties[key] = value
    properties["networkProfile"] = _network(properties.get("networkProfile") or {})
    properties["identityProfile"] = _kubelet(resource_id, properties["nodeResourceGroup"])
    properties["agentPoolProfiles"] = [
        filled_in_pool(pool, properties) for pool in properties["agentPoolProfiles"]
    ]
    if properties.get("aadProfile"):
        properties["aadProfile"] = _entra(properties["aadProfile"], tenant_id)
    return {key: value for key, value in properties.items() if value is not None}


def filled_in_pool(given: Json, properties: Json) -> Json:
    """A node pool with everything that AKS adds, for a cluster with those properties."""
    version = given.get("orchestratorVersion") or properties["kubernetesVersion"]
    pool: Json = {
        "name": given["name"],
        "count": given.get("minCount") if given.get("enableAutoScaling") else 1,
        "vmSize": _DEFAULT_SIZE,
        "osDiskSizeGB": 128,
        "osDiskType": "Managed",
        "kubeletDiskType": "OS",
        "maxPods": _max_pods(properties["networkProfile"]),
        "type": "VirtualMachineScaleSets",
        "mode": "User",
        "enableAutoScaling": False,
        "scaleDownMode": "Delete",
        "powerState": {"code": "Running"},
        "orchestratorVersion": version,
        "enableNodePublicIP": False,
        "osType": "Linux",
        "osSKU": "Ubuntu",
        "nodeImageVersion": "AKSUbuntu-2404gen2containerd-202510.19.1",
        "enableFIPS": False,
        "upgradeSettings": {"maxSurge": "10%"},
    }
    pool.update(said(given))
    pool["currentOrchestratorVersion"] = full_version(version)
    return pool


def with_identity(resource_id: str, given: Json | None, tenant_id: str) -> Json | None:
    """The `identity` as it is read back: with the ids of the service principals behind it."""
    if given is None or (given.get("type") or "None") == "None":
        return None
    identity = deepcopy(given)
    if identity["type"].lower() == "systemassigned":
        identity.update(principalId=made_up_ids(resource_id)[0], tenantId=tenant_id)
    assigned: dict[str, Json] = identity.get("userAssignedIdentities") or {}
    for identity_id in assigned:
        object_id, app_id = made_up_ids(identity_id)
        found = {"principalId": object_id, "clientId": app_id}
        assigned[identity_id] = found
    return identity


def _entra(given: Json, tenant_id: str) -> Json:
    """As seen: `{managed: true}` reads back with null groups, no Azure RBAC, and the tenant."""
    tenant = {"tenantID": given.get("tenantID") or tenant_id}
    if is_legacy(given):
        return {**{key: given.get(key) for key in LEGACY_APPS}, **tenant}
    return {
        "managed": True,
        "adminGroupObjectIDs": given.get("adminGroupObjectIDs"),
        "enableAzureRBAC": bool(given.get("enableAzureRBAC")),
        **tenant,
    }


def _network(given: Json) -> Json:
    network: Json = {
        "networkPlugin": "azure",
        "networkPolicy": "none",
        "networkDataplane": "azure",
        "loadBalancerSku": "standard",
        "serviceCidr": "10.0.0.0/16",
        "dnsServiceIP": "10.0.0.10",
        "outboundType": "loadBalancer",
        "ipFamilies": ["IPv4"],
    }
    network.update({key: value for key, value in given.items() if value is not None})
    if network["networkPlugin"] == "azure" and "networkPluginMode" not in network and not given:
        network["networkPluginMode"] = "overlay"
    if network["networkPlugin"] == "kubenet" or network.get("networkPluginMode") == "overlay":
        network.setdefault("podCidr", "10.244.0.0/16")
    if "podCidr" in network:
        network.setdefault("podCidrs", [network["podCidr"]])
    network.setdefault("serviceCidrs", [network["serviceCidr"]])
    return network


def _max_pods(network: Json) -> int:
    """Pods for each node (https://learn.microsoft.com/azure/aks/quotas-skus-regions, 2026-11)."""
    if network["networkPlugin"] != "azure":
        return 110
    return 250 if network.get("networkPluginMode") == "overlay" else 30


def _kubelet(resource_id: str, node_group: str) -> dict[str, Any]:
    subscription, name = resource_id.split("/")[2], resource_id.split("/")[8]
    identity_id = (
        f"/subscriptions/{subscription}/resourcegroups/{node_group}/providers/{IDENTITY}"
        f"/{name}-agentpool"
    )
    object_id, app_id = made_up_ids(identity_id)
    found = {"resourceId": identity_id, "clientId": app_id, "objectId": object_id}
    return {"kubeletidentity": found}


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.lower().encode()).hexdigest()[:length]
