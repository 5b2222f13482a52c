from __future__ import annotations

import pytest

from rehearsal.cloud.arm.authorization import Grant, decide
from rehearsal.cloud.arm.roles import built_in_roles, find_role, role_named
from rehearsal.cloud.arm.scopes import Scope, covers

SUBSCRIPTION = "/subscriptions/s"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
CLUSTER = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/aks"
NAMESPACE = f"{CLUSTER}/namespaces/payments"
AKS = "Microsoft.ContainerService/managedClusters"
ASSIGN = "Microsoft.Authorization/roleAssignments/write"
USER = f"{AKS}/listClusterUserCredential/action"
ADMIN = f"{AKS}/listClusterAdminCredential/action"


@pytest.mark.parametrize(
    ("role", "at", "action", "where", "allowed"),
    [
        ("Owner", SUBSCRIPTION, ASSIGN, CLUSTER, True),
        ("Contributor", SUBSCRIPTION, f"{AKS}/write", CLUSTER, True),
        ("Contributor", SUBSCRIPTION, ADMIN, CLUSTER, True),
        ("Contributor", SUBSCRIPTION, ASSIGN, CLUSTER, False),
        ("Contributor", SUBSCRIPTION, ASSIGN.lower(), CLUSTER, False),
        ("Contributor", SUBSCRIPTION, "Microsoft.Authorization/roleAssignments/read", GROUP, True),
        ("Contributor", GROUP, f"{AKS}/write", SUBSCRIPTION, False),
        ("Contributor", GROUP, f"{AKS}/write", f"{GROUP}2", False),
        ("Reader", SUBSCRIPTION, f"{AKS}/read", CLUSTER, True),
        ("Reader", SUBSCRIPTION, f"{AKS}/write", CLUSTER, False),
        ("Reader", SUBSCRIPTION, USER, CLUSTER, False),
        ("Role Based Access Control Administrator", SUBSCRIPTION, ASSIGN, CLUSTER, True),
        ("Role Based Access Control Administrator", SUBSCRIPTION, f"{AKS}/write", CLUSTER, False),
        ("Azure Kubernetes Service Cluster User Role", CLUSTER, USER, CLUSTER.upper(), True),
        ("Azure Kubernetes Service Cluster User Role", CLUSTER, ADMIN, CLUSTER, False),
        ("Azure Kubernetes Service Cluster Admin Role", CLUSTER, ADMIN, CLUSTER, True),
        ("Azure Kubernetes Service Cluster Admin Role", CLUSTER, USER, CLUSTER, False),
        ("Azure Kubernetes Service RBAC Admin", CLUSTER, USER, CLUSTER, True),
        ("Azure Kubernetes Service RBAC Reader", CLUSTER, USER, CLUSTER, False),
        ("Azure Kubernetes Service Contributor Role", CLUSTER, f"{AKS}/delete", CLUSTER, True),
        ("Azure Kubernetes Service Contributor Role", GROUP, f"{AKS}/write", SUBSCRIPTION, False),
    ],
)
def test_a_role_allows_what_microsoft_says_at_its_scope_and_below(
    role: str, at: str, action: str, where: str, *, allowed: bool
) -> None:
    grant = Grant("user", at, role_named(role))

    assert (decide([grant], {"user"}, action, where) is grant) is allowed


@pytest.mark.parametrize(
    ("role", "at", "action", "where", "allowed"),
    [
        ("Azure Kubernetes Service RBAC Reader", NAMESPACE, "pods/read", NAMESPACE, True),
        ("Azure Kubernetes Service RBAC Reader", NAMESPACE, "pods/read", CLUSTER, False),
        ("Azure Kubernetes Service RBAC Reader", CLUSTER, "secrets/read", NAMESPACE, False),
        ("Azure Kubernetes Service RBAC Writer", CLUSTER, "secrets/read", NAMESPACE, True),
        ("Azure Kubernetes Service RBAC Admin", CLUSTER, "namespaces/delete", NAMESPACE, False),
        (
            "Azure Kubernetes Service RBAC Cluster Admin",
            CLUSTER,
            "namespaces/delete",
            CLUSTER,
            True,
        ),
        ("Owner", SUBSCRIPTION, "pods/read", CLUSTER, False),
    ],
)
def test_data_actions_are_a_matter_of_their_own(
    role: str, at: str, action: str, where: str, *, allowed: bool
) -> None:
    grant = Grant("user", at, role_named(role))

    assert (decide([grant], {"user"}, f"{AKS}/{action}", where, data=True) is grant) is allowed


def test_a_grant_counts_for_the_groups_of_the_caller_and_for_nobody_else() -> None:
    grant = Grant("GROUP", CLUSTER, role_named("Reader"))

    assert decide([grant], {"user", "group"}, f"{AKS}/read", CLUSTER) is grant
    assert decide([grant], {"user"}, f"{AKS}/read", CLUSTER) is None


def test_what_one_role_takes_away_another_may_give() -> None:
    grants = [
        Grant("user", SUBSCRIPTION, role_named("Contributor")),
        Grant("user", GROUP, role_named("Role Based Access Control Administrator")),
    ]

    assert decide(grants, {"user"}, ASSIGN, CLUSTER) is grants[1]
    assert decide(grants, {"user"}, ASSIGN, SUBSCRIPTION) is None


def test_every_built_in_role_has_a_name_and_an_id_of_its_own() -> None:
    roles = built_in_roles()

    assert len({role.id for role in roles}) == len({role.name for role in roles}) == len(roles)
    assert all(role.actions or role.data_actions for role in roles)


def test_a_role_is_found_by_any_form_of_its_id() -> None:
    role = role_named("reader")

    assert find_role(role.id.upper()) is role
    assert find_role(f"/subscriptions/s/providers/x/roleDefinitions/{role.id}") is role
    assert find_role("11111111-1111-4111-8111-111111111111") is None
    with pytest.raises(KeyError):
        role_named("Raeder")


def test_the_root_covers_everything_and_a_name_is_no_prefix() -> None:
    assert covers("/", CLUSTER)
    assert not covers(GROUP, f"{GROUP}-2")


def test_a_scope_falls_into_its_parts() -> None:
    parts = Scope.parse(NAMESPACE)

    assert parts == Scope("s", "rg", CLUSTER)
    assert Scope.parse("") == Scope()
    assert Scope.parse(SUBSCRIPTION) == Scope("s")
    assert Scope.parse("/somewhere/else") is None
