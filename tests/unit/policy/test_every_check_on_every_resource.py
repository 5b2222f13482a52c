"""A fixture of resources, each judged by all checks: exactly the named ones fail or wait."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.policy_checks import CHECKS, CLUSTER, PROVIDER, RBAC, UNKNOWN, secret, verdict

GROUP = "0b7c1d2e-1111-4222-8333-44445555aaaa"
TENANT = "7a5e2c4f-1111-4222-8333-44445555bbbb"
SSH_OFF = {"securityProfile": {"sshAccess": "Disabled"}}
HARDENED: dict[str, Any] = {
    "aadProfile": {
        "managed": True,
        "adminGroupObjectIDs": [GROUP],
        "enableAzureRBAC": False,
        "tenantID": TENANT,
    },
    "agentPoolProfiles": [{"name": "system"} | SSH_OFF],
    "apiServerAccessProfile": {"disableRunCommand": True, "authorizedIPRanges": ["203.0.113.0/24"]},
    "autoUpgradeProfile": {"upgradeChannel": "patch", "nodeOSUpgradeChannel": "NodeImage"},
    "disableLocalAccounts": True,
    "enableRBAC": True,
    "identity": {"type": "SystemAssigned"},
    "networkProfile": {"networkPolicy": "cilium"},
    "oidcIssuerProfile": {"enabled": True},
    "securityProfile": {"workloadIdentity": {"enabled": True}},
    "sku": {"name": "Base", "tier": "Standard"},
}
ALL_OF_CLUSTER = frozenset(name for name in CHECKS if name.startswith("aks-"))
NOT_OF_CLUSTER = frozenset({"aks-audit-logs", "aks-protected"})
"""Of its logs' setting, and of an option: no property of a cluster decides these."""
ALL_OF_ROLES = frozenset(name for name in CHECKS if name.startswith("rbac-"))
CORE_GROUP = ALL_OF_ROLES - {"rbac-no-escalate", "rbac-no-bind", "rbac-no-rbac-write"}
CLUSTER_ID = (
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-aks/providers/"
    "Microsoft.ContainerService/managedClusters/aks"
)
ASSIGNMENT = "azure-native:authorization:RoleAssignment"
SETTING = "azure-native:monitor:DiagnosticSetting"
ENTRA_GROUP = "azuread:index/group:Group"


@dataclass(frozen=True)
class Fixture:
    """A resource, and the checks that it violates and that wait for it."""

    name: str
    token: str
    props: dict[str, Any]
    fails: frozenset[str] = field(default_factory=frozenset[str])
    waits: frozenset[str] = field(default_factory=frozenset[str])
    protect: bool = True


def aad(**changed: Any) -> dict[str, Any]:
    """A cluster whose Entra profile differs in some fields."""
    return HARDENED | {"aadProfile": HARDENED["aadProfile"] | changed}


def assigned(role: Any, **more: Any) -> dict[str, Any]:
    definition = f"{CLUSTER_ID[:51]}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    props = {"roleDefinitionId": definition, "principalId": GROUP, "principalType": "Group"}
    return props | {"scope": CLUSTER_ID} | more


def names(*given: str) -> frozenset[str]:
    return frozenset(given)


def bound(role: str, *subjects: dict[str, Any]) -> dict[str, Any]:
    return {"roleRef": {"kind": "ClusterRole", "name": role}, "subjects": list(subjects)}


def to_group(name: Any) -> dict[str, Any]:
    return {"kind": "Group", "name": name}


def rules(verb: Any, resource: Any, group: str = "") -> dict[str, Any]:
    return {"rules": [{"verbs": [verb], "resources": [resource], "apiGroups": [group]}]}


def kubeconfig(**user: Any) -> str:
    return json.dumps({"users": [{"user": user}]})


FIXTURES = [
    Fixture("A hardened", CLUSTER, HARDENED),
    Fixture(
        "B with nothing",
        CLUSTER,
        {},
        ALL_OF_CLUSTER
        - NOT_OF_CLUSTER
        - {
            "aks-no-legacy-aad",
            "aks-authorization-mode",
            "aks-admin-groups-bounded",
            "aks-node-ssh-off",
        },
    ),
    Fixture(
        "C with the retired integration",
        CLUSTER,
        HARDENED
        | {"aadProfile": {"clientAppID": "a", "serverAppID": "b", "serverAppSecret": secret("c")}},
        names(
            "aks-entra-managed", "aks-no-legacy-aad", "aks-admin-groups-set", "aks-tenant-pinned"
        ),
    ),
    Fixture(
        "D with managed Entra as a text",
        CLUSTER,
        aad(managed="true"),
        names("aks-entra-managed"),
    ),
    Fixture(
        "E with local accounts",
        CLUSTER,
        HARDENED | {"disableLocalAccounts": False},
        names("aks-local-accounts-disabled"),
    ),
    Fixture(
        "F locked out",
        CLUSTER,
        aad(adminGroupObjectIDs=[]),
        names("aks-admin-groups-set"),
    ),
    Fixture(
        "G with a group made now",
        CLUSTER,
        aad(adminGroupObjectIDs=[UNKNOWN]),
    ),
    Fixture(
        "H with an access profile that preview cannot see",
        CLUSTER,
        HARDENED | {"apiServerAccessProfile": UNKNOWN},
        waits=names("aks-run-command-off", "aks-api-restricted"),
    ),
    Fixture(
        "I that preview cannot see",
        CLUSTER,
        dict.fromkeys(HARDENED, UNKNOWN),
        waits=ALL_OF_CLUSTER - NOT_OF_CLUSTER,
    ),
    Fixture(
        "J a node pool",
        "azure-native:containerservice:AgentPool",
        {"enableRBAC": False},
        names("aks-node-ssh-off"),
    ),
    Fixture("K an older API", "azure-native:containerservice/v20230101:ManagedCluster", HARDENED),
    Fixture("L a viewer", f"{RBAC}Role", rules("get", "pods")),
    Fixture(
        "M a god",
        f"{RBAC}ClusterRole",
        rules("*", "*", "*"),
        ALL_OF_ROLES,
    ),
    Fixture(
        "N all of the core group",
        f"{RBAC}ClusterRole",
        rules("*", "*"),
        CORE_GROUP,
    ),
    Fixture(
        "O a climber",
        f"{RBAC}Role",
        rules("*", "roles", "rbac.authorization.k8s.io"),
        ALL_OF_ROLES - CORE_GROUP,
    ),
    Fixture(
        "P of an unknown verb",
        f"{RBAC}Role",
        rules(UNKNOWN, "roles", "rbac.authorization.k8s.io"),
        waits=ALL_OF_ROLES - CORE_GROUP,
    ),
    Fixture("Q a team", f"{RBAC}RoleBinding", bound("edit", to_group(GROUP))),
    Fixture(
        "R a team by its name",
        f"{RBAC}RoleBinding",
        bound("edit", to_group("sg-payments")),
        names("bind-group-is-entra-object-id"),
    ),
    Fixture(
        "S a group made now",
        f"{RBAC}RoleBinding",
        bound("edit", to_group(UNKNOWN)),
        waits=names(
            "bind-no-system-masters", "bind-no-everybody", "bind-group-is-entra-object-id"
        ),
    ),
    Fixture(
        "T an administrator",
        f"{RBAC}ClusterRoleBinding",
        bound("cluster-admin", {"kind": "User", "name": "ada@contoso.example"}),
        names("bind-no-cluster-admin", "bind-no-direct-users"),
    ),
    Fixture(
        "U above RBAC",
        f"{RBAC}ClusterRoleBinding",
        bound("cluster-admin", to_group("system:masters")),
        names("bind-no-cluster-admin", "bind-no-system-masters", "bind-group-is-entra-object-id"),
    ),
    Fixture(
        "V a list of both",
        "kubernetes:core/v1:List",
        {
            "items": [
                {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", **rules("*", "*")},
                {
                    "apiVersion": "rbac.authorization.k8s.io/v1",
                    "kind": "RoleBinding",
                    **bound("cluster-admin", to_group(GROUP)),
                },
            ]
        },
        CORE_GROUP | {"bind-no-cluster-admin"},
    ),
    Fixture(
        "W a login",
        PROVIDER,
        {"kubeconfig": secret(kubeconfig(exec={"command": "kubelogin"}))},
    ),
    Fixture(
        "X a certificate",
        PROVIDER,
        {"kubeconfig": secret(kubeconfig(**{"client-key-data": "x"}))},
        names("stack-no-admin-kubeconfig"),
    ),
    Fixture("AA unprotected", CLUSTER, HARDENED, names("aks-protected"), protect=False),
    Fixture(
        "AB under Azure RBAC",
        CLUSTER,
        aad(enableAzureRBAC=True),
        names("aks-authorization-mode"),
    ),
    Fixture(
        "AC with many administrators",
        CLUSTER,
        aad(adminGroupObjectIDs=[GROUP, TENANT, GROUP.replace("0b", "0c")]),
        names("aks-admin-groups-bounded"),
    ),
    Fixture("AD a good pool", "azure-native:containerservice:AgentPool", SSH_OFF),
    Fixture(
        "AE for everybody",
        f"{RBAC}RoleBinding",
        bound("view", to_group("system:authenticated")),
        names("bind-no-everybody", "bind-group-is-entra-object-id"),
    ),
    Fixture("AF a login in Azure", ASSIGNMENT, assigned("4abbcc35-e782-43d8-92c5-2d3f1bd2253f")),
    Fixture(
        "AG an administrator in Azure",
        ASSIGNMENT,
        assigned("b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"),
        names("azrole-no-cluster-admin"),
    ),
    Fixture(
        "AH an owner of all",
        ASSIGNMENT,
        assigned("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", scope=CLUSTER_ID[:51]),
        names("azrole-no-owner", "azrole-scope-is-cluster"),
    ),
    Fixture(
        "AI a person in Azure",
        ASSIGNMENT,
        assigned("7f6c6a51-bcf8-42ba-9220-52d62157d7db", principalType="User"),
        names("azrole-groups-not-users"),
    ),
    Fixture(
        "AJ an assignment at a cluster that is made now",
        ASSIGNMENT,
        assigned("4abbcc35-e782-43d8-92c5-2d3f1bd2253f", scope=UNKNOWN),
        waits=names("azrole-scope-is-cluster"),
    ),
    Fixture(
        "AK logs",
        SETTING,
        {"logs": [{"category": name, "enabled": True} for name in ("kube-audit-admin", "guard")]},
    ),
    Fixture(
        "AL too few logs",
        SETTING,
        {"logs": [{"category": "guard", "enabled": True}]},
        names("aks-audit-logs"),
    ),
    Fixture("AM a group", ENTRA_GROUP, {"securityEnabled": True, "preventDuplicateNames": True}),
    Fixture(
        "AN a mailing list",
        ENTRA_GROUP,
        {"mailEnabled": True},
        names("entra-group-security-enabled", "entra-group-no-duplicate-names"),
    ),
    Fixture("Y the stack", "pulumi:pulumi:Stack", {}),
    Fixture("Z a namespace", "kubernetes:core/v1:Namespace", {"metadata": {"name": UNKNOWN}}),
]  # fmt: skip


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.name)
def test_exactly_the_named_checks_fail_or_wait(fixture: Fixture) -> None:
    found = {
        name: verdict(name, fixture.token, fixture.props, protect=fixture.protect)
        for name in CHECKS
    }
    assert {name for name, one in found.items() if one.messages} == fixture.fails
    assert {name for name, one in found.items() if one.waiting} == fixture.waits


def test_every_check_fails_for_one_fixture_and_passes_another_of_its_type() -> None:
    failing = {name for fixture in FIXTURES for name in fixture.fails}
    of_stacks = {name for name, check in CHECKS.items() if check.companion is not None}
    assert failing == set(CHECKS) - of_stacks
