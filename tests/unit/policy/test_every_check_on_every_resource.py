"""A fixture of resources, each judged by all checks: exactly the named ones fail or wait."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.policy_checks import CHECKS, CLUSTER, PROVIDER, RBAC, UNKNOWN, secret, verdict

GROUP = "0b7c1d2e-1111-4222-8333-44445555aaaa"
HARDENED: dict[str, Any] = {
    "aadProfile": {"managed": True, "adminGroupObjectIDs": [GROUP], "enableAzureRBAC": False},
    "apiServerAccessProfile": {"disableRunCommand": True},
    "disableLocalAccounts": True,
    "enableRBAC": True,
}
ALL_OF_CLUSTER = frozenset(name for name in CHECKS if name.startswith("aks-"))


@dataclass(frozen=True)
class Fixture:
    """A resource, and the checks that it violates and that wait for it."""

    name: str
    token: str
    props: dict[str, Any]
    fails: frozenset[str] = field(default_factory=frozenset[str])
    waits: frozenset[str] = field(default_factory=frozenset[str])


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
        ALL_OF_CLUSTER - {"aks-no-legacy-aad"},
    ),
    Fixture(
        "C with the retired integration",
        CLUSTER,
        HARDENED
        | {"aadProfile": {"clientAppID": "a", "serverAppID": "b", "serverAppSecret": secret("c")}},
        names("aks-entra-managed", "aks-no-legacy-aad", "aks-admin-groups-set"),
    ),
    Fixture(
        "D with managed Entra as a text",
        CLUSTER,
        HARDENED | {"aadProfile": {"managed": "true", "adminGroupObjectIDs": [GROUP]}},
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
        HARDENED | {"aadProfile": {"managed": True, "adminGroupObjectIDs": []}},
        names("aks-admin-groups-set"),
    ),
    Fixture(
        "G with a group made now",
        CLUSTER,
        HARDENED | {"aadProfile": {"managed": True, "adminGroupObjectIDs": [UNKNOWN]}},
    ),
    Fixture(
        "H with an access profile that preview cannot see",
        CLUSTER,
        HARDENED | {"apiServerAccessProfile": UNKNOWN},
        waits=names("aks-run-command-off"),
    ),
    Fixture(
        "I that preview cannot see",
        CLUSTER,
        dict.fromkeys(HARDENED, UNKNOWN),
        waits=ALL_OF_CLUSTER,
    ),
    Fixture("J a node pool", "azure-native:containerservice:AgentPool", {"enableRBAC": False}),
    Fixture("K an older API", "azure-native:containerservice/v20230101:ManagedCluster", HARDENED),
    Fixture("L a viewer", f"{RBAC}Role", rules("get", "pods")),
    Fixture(
        "M a god",
        f"{RBAC}ClusterRole",
        rules("*", "*", "*"),
        names("rbac-no-any-any", "rbac-no-escalate"),
    ),
    Fixture(
        "N all of the core group",
        f"{RBAC}ClusterRole",
        rules("*", "*"),
        names("rbac-no-any-any"),
    ),
    Fixture(
        "O a climber",
        f"{RBAC}Role",
        rules("*", "roles", "rbac.authorization.k8s.io"),
        names("rbac-no-escalate"),
    ),
    Fixture(
        "P of an unknown verb",
        f"{RBAC}Role",
        rules(UNKNOWN, "roles", "rbac.authorization.k8s.io"),
        waits=names("rbac-no-escalate"),
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
        waits=names("bind-no-system-masters", "bind-group-is-entra-object-id"),
    ),
    Fixture(
        "T an administrator",
        f"{RBAC}ClusterRoleBinding",
        bound("cluster-admin", {"kind": "User", "name": "ada@contoso.example"}),
        names("bind-no-cluster-admin"),
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
        names("rbac-no-any-any", "bind-no-cluster-admin"),
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
    Fixture("Y the stack", "pulumi:pulumi:Stack", {}),
    Fixture("Z a namespace", "kubernetes:core/v1:Namespace", {"metadata": {"name": UNKNOWN}}),
]  # fmt: skip


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.name)
def test_exactly_the_named_checks_fail_or_wait(fixture: Fixture) -> None:
    found = {name: verdict(name, fixture.token, fixture.props) for name in CHECKS}
    assert {name for name, one in found.items() if one.messages} == fixture.fails
    assert {name for name, one in found.items() if one.waiting} == fixture.waits


def test_every_check_fails_for_one_fixture_and_passes_another_of_its_type() -> None:
    failing = {name for fixture in FIXTURES for name in fixture.fails}
    assert failing == set(CHECKS)
