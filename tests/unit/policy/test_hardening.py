"""The checks that ask for one value: what passes, what fails, what waits, and each way around."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.policy_checks import CLUSTER, RBAC, UNKNOWN, secret, verdict
from tests.support.policy_props import (
    ADMIN,
    ADMINS,
    ASSIGNMENT,
    GROUP,
    OTHER,
    POOL,
    RBAC_GROUP,
    SCOPE,
    SETTING,
    at,
    logs,
    role,
    rule,
)

UPGRADE = "autoUpgradeProfile"
API = "apiServerAccessProfile"
NETWORK = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network"
SUBNET = f"{NETWORK}/virtualNetworks/v/subnets/aks"
ZONE = f"{NETWORK}/privateDnsZones/privatelink.westeurope.azmk8s.io"


def of_network(
    scope: str, definition: str = "4d97b98b-1d4f-4787-a291-c67834d212e7", **more: Any
) -> dict[str, Any]:
    """A role on a network, of a program."""
    return role(definition, scope=scope) | {"principalType": "ServicePrincipal"} | more


Props = list[dict[str, Any]]
CASES: list[tuple[str, str, Props, Props, Props]] = [
    (
        "aks-authorization-mode", CLUSTER,
        [{}, at("aadProfile.enableAzureRBAC", value=False), at("aadProfile.enableAzureRBAC", None)],
        [at("aadProfile.enableAzureRBAC", value=True), at("aadProfile.enableAzureRBAC", "false")],
        [at("aadProfile.enableAzureRBAC", UNKNOWN), {"aadProfile": UNKNOWN}],
    ),
    (
        "aks-tenant-pinned", CLUSTER,
        [at("aadProfile.tenantID", GROUP), at("aadProfile.tenantID", GROUP.upper())],
        [{}, at("aadProfile.tenantID", "contoso.example"), at("aadProfile.tenantID", 5.0)],
        [at("aadProfile.tenantID", UNKNOWN)],
    ),
    (
        "aks-admin-groups-bounded", CLUSTER,
        [{}, at(ADMINS, [GROUP, OTHER]), at(ADMINS, [GROUP, UNKNOWN]), at(ADMINS, secret([GROUP]))],
        [
            at(ADMINS, [GROUP, GROUP.upper()]), at(ADMINS, ["sg-x"]),
            at(ADMINS, [GROUP, UNKNOWN, UNKNOWN]),
        ],
        [at(ADMINS, UNKNOWN)],
    ),
    (
        "aks-managed-identity", CLUSTER,
        [
            at("identity.type", "UserAssigned"),
            at("identity.type", "SystemAssigned") | at("servicePrincipalProfile.clientId", "msi"),
        ],
        [
            {}, at("identity.type", "None"),
            at("identity.type", "SystemAssigned") | at("servicePrincipalProfile.clientId", GROUP),
        ],
        [at("identity.type", UNKNOWN)],
    ),
    (
        "aks-api-restricted", CLUSTER,
        [
            at(f"{API}.enablePrivateCluster", value=True),
            at(f"{API}.authorizedIPRanges", ["203.0.113.0/24"]),
            at(f"{API}.authorizedIPRanges", secret(["203.0.113.0/24"])),
        ],
        [
            {}, at(f"{API}.authorizedIPRanges", []), at(API, {"enablePrivateCluster": "true"}),
            at(f"{API}.authorizedIPRanges", ["203.0.113.0/24", "0.0.0.0/0"]),
            at(f"{API}.authorizedIPRanges", [UNKNOWN, "0.0.0.0/0"]),
        ],
        [{API: UNKNOWN}, at(f"{API}.authorizedIPRanges", [UNKNOWN])],
    ),
    (
        "aks-node-ssh-off", CLUSTER,
        [{}, {"agentPoolProfiles": [at("securityProfile.sshAccess", "Disabled")]}],
        [
            {"agentPoolProfiles": [{}]},
            {"agentPoolProfiles": [at("securityProfile.sshAccess", "LocalUser")]},
            {"agentPoolProfiles": [at("securityProfile.sshAccess", "Disabled"), {"name": "b"}]},
        ],
        [{"agentPoolProfiles": UNKNOWN}, {"agentPoolProfiles": [UNKNOWN]}],
    ),
    (
        "aks-node-ssh-off", POOL,
        [at("securityProfile.sshAccess", "Disabled")],
        [{}, at("securityProfile.sshAccess", "LocalUser")],
        [{"securityProfile": UNKNOWN}],
    ),
    (
        "aks-audit-logs", SETTING,
        [
            logs("kube-audit-admin", "guard", "cluster-autoscaler"), logs("kube-audit", "guard"),
            {"logs": [{"categoryGroup": "allLogs", "enabled": True}]},
            logs("kube-audit-admin", "guard", UNKNOWN),
        ],
        [
            {}, logs("guard"), logs("kube-audit-admin"),
            logs("kube-audit-admin", "guard", enabled=False),
            logs("kube-audit-admin", "guard", enabled="true"), {"logs": "all"},
        ],
        [
            {"logs": UNKNOWN}, logs("guard", UNKNOWN),
            logs("kube-audit-admin", "guard", enabled=UNKNOWN),
        ],
    ),
    *(
        (
            check, CLUSTER, [at(path, good)],
            [{}, at(path, bad), at(path, [good])], [at(path, UNKNOWN)],
        )
        for check, path, good, bad in [
            ("aks-network-policy", "networkProfile.networkPolicy", "calico", "none"),
            ("aks-auto-upgrade", "autoUpgradeProfile.upgradeChannel", "patch", "none"),
            ("aks-node-os-upgrade", f"{UPGRADE}.nodeOSUpgradeChannel", "NodeImage", "None"),
            ("aks-paid-tier", "sku.tier", "Premium", "Free"),
        ]
    ),
    *(
        (
            check, f"{RBAC}ClusterRole",
            [{}, rule(["get"], ["configmaps"]), rule([verb], [resource], "other.example")],
            [
                rule([verb], [resource], group), rule(["*"], [resource], group),
                rule([verb], ["*"], group), rule([verb], [resource], "*"),
                rule([verb, UNKNOWN], [resource], group),
            ],
            [
                rule([UNKNOWN], [resource], group), rule([verb], [UNKNOWN], group),
                {"rules": UNKNOWN},
            ],
        )
        for check, verb, resource, group in [
            ("rbac-no-bind", "bind", "clusterroles", RBAC_GROUP),
            ("rbac-no-impersonate", "impersonate", "groups", ""),
            ("rbac-no-rbac-write", "patch", "rolebindings", RBAC_GROUP),
            ("rbac-no-secrets-read", "list", "secrets", ""),
            ("rbac-no-exec", "create", "pods/exec", ""),
            ("rbac-no-exec", "get", "pods/portforward", ""),
            ("rbac-no-token-request", "create", "serviceaccounts/token", ""),
            ("rbac-no-node-proxy", "get", "nodes/proxy", ""),
        ]
    ),
    (
        "azrole-no-cluster-admin", ASSIGNMENT,
        [
            role("7f6c6a51-bcf8-42ba-9220-52d62157d7db"), {},
            role(ADMIN, scope=f"{SCOPE}/namespaces/shop"),
        ],
        [
            role("0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8"),
            role("B1FF04BB-8a4e-4dc4-8eb5-8693973ce19b"),
            role(ADMIN), role(ADMIN, scope="/subscriptions/s"),
            role("b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b", scope=UNKNOWN),
        ],
        [{"roleDefinitionId": UNKNOWN}, role(ADMIN, scope=UNKNOWN)],
    ),
    (
        "azrole-no-owner", ASSIGNMENT,
        [role("7f6c6a51-bcf8-42ba-9220-52d62157d7db")],
        [
            role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635"),
            role("b24988ac-6180-42a0-ab88-20f7382dd24c"),
            role("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", scope=UNKNOWN),
        ],
        [{"roleDefinitionId": UNKNOWN}],
    ),
    (
        "azrole-scope-is-cluster", ASSIGNMENT,
        [
            {"scope": SCOPE}, {"scope": SCOPE.lower()}, {"scope": f"{SCOPE}/namespaces/shop"},
            of_network(SUBNET), of_network(SUBNET.rpartition("/subnets")[0]),
            of_network(ZONE, "b12aa53e-6015-4669-85d0-8515ebb3ae7f"),
        ],
        [
            {}, {"scope": "/subscriptions/s"}, {"scope": f"{SCOPE}/agentPools/x"},
            of_network(ZONE), of_network(f"{SUBNET}/x"), of_network("/subscriptions/s"),
            of_network(SUBNET, principalType="Group"),
            of_network(SUBNET, "b24988ac-6180-42a0-ab88-20f7382dd24c"),
        ],
        [{"scope": UNKNOWN}],
    ),
    (
        "azrole-groups-not-users", ASSIGNMENT,
        [{"principalType": "Group"}, {"principalType": "ServicePrincipal"}],
        [{}, {"principalType": "User"}, {"principalType": "ForeignGroup"}],
        [{"principalType": UNKNOWN}],
    ),
]  # fmt: skip
NAMES = [
    f"{check} of {token.rpartition(':')[2]} {index}"
    for index, (check, token, *_) in enumerate(CASES)
]


@pytest.mark.parametrize(("check", "token", "good", "bad", "unknown"), CASES, ids=NAMES)
def test_good_passes_bad_fails_and_unknown_waits(
    check: str,
    token: str,
    good: Props,
    bad: Props,
    unknown: Props,
) -> None:
    for props in good:
        assert verdict(check, token, props).said == "", props
    for props in bad:
        assert verdict(check, token, props).paths, props
    for props in unknown:
        found = verdict(check, token, props)
        assert (found.messages, bool(found.waits)) == ((), True), props


@pytest.mark.parametrize(("check", "token", "good", "bad", "unknown"), CASES, ids=NAMES)
def test_another_spelling_of_the_type_is_no_way_around(
    check: str, token: str, good: Props, bad: Props, unknown: object
) -> None:
    del good, unknown
    package, module, kind = token.split(":")
    if package == "kubernetes":
        spellings = [
            f"{token}Patch",
            token.replace("ClusterRole", "Role"),
            token.replace("v1:", "v1beta1:"),
        ]
    else:
        spellings = [
            f"{package}:{module}/v20240102preview:{kind}",
            f"{package}_{module}_v20250801:{module}:{kind}",
        ]
    for spelling in spellings:
        assert verdict(check, spelling, bad[-1]).paths, spelling
    assert verdict(check, f"other:{module}:{kind}", bad[-1]).said == ""
