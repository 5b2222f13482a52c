"""The entrance: provider, role assignments and cluster-wide bindings."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components.access import ClusterAccess, ClusterAccessArgs
from components.principals import DirectoryError
from tests.support.directory_double import SUBSCRIPTION, World
from tests.support.principals import CLUSTER_ID, principal
from tests.support.program import Run, run


def entered(world: World | None = None, **keys: Any) -> Run:
    def body() -> None:
        args: dict[str, Any] = {
            "cluster_id": CLUSTER_ID,
            "subscription_id": SUBSCRIPTION,
            "authorization": "kubernetes",
            "login": "spn",
            "principals": [principal("devs"), principal("ann@contoso.example", "User")],
            "grants": [{"principal": principal("devs"), "cluster_role": "view"}],
            **keys,
        }
        pulumi.export("access", ClusterAccess("main", ClusterAccessArgs(**args)).access)

    return run(body, world=world)


def test_azure_is_asked_for_the_user_kubeconfig_in_its_exec_form() -> None:
    asked = entered().called("listManagedClusterUserCredentials")
    assert asked == [{"format": "exec", "resourceGroupName": "rg", "resourceName": "aks"}]


def test_each_principal_gets_cluster_user_on_the_cluster_with_its_type() -> None:
    assigned = {each.name: each.inputs for each in entered().of("RoleAssignment")}
    devs = assigned["main.login.devs"]
    assert devs["scope"] == CLUSTER_ID
    assert devs["principalId"] == "id-of-devs"
    assert devs["roleDefinitionId"] == (
        f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/"
        "4abbcc35-e782-43d8-92c5-2d3f1bd2253f"
    )
    assert sorted(each["principalType"] for each in assigned.values()) == ["Group", "User"]


def test_assignments_have_the_same_names_on_every_run() -> None:
    first, second = (
        {each.name: each.inputs["roleAssignmentName"] for each in entered().of("RoleAssignment")}
        for _ in range(2)
    )
    assert first == second
    assert len(set(first.values())) == len(first)


def test_a_cluster_wide_grant_binds_the_group_by_object_id() -> None:
    binding = entered().one("ClusterRoleBinding").inputs
    assert binding["roleRef"]["name"] == "view"
    assert binding["roleRef"]["kind"] == "ClusterRole"
    assert binding["subjects"] == [
        {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "id-of-devs"}
    ]


def test_a_refused_kubeconfig_names_the_cluster_the_role_and_azures_own_words() -> None:
    world = World(credentials_refused='Status=403 Code="AuthorizationFailed"')
    with pytest.raises(pulumi.RunError) as refusal:
        entered(world)
    said = str(refusal.value)
    for part in ('"aks"', "Azure Kubernetes Service Cluster User Role", CLUSTER_ID, "Status=403"):
        assert part in said


def test_two_names_of_one_principal_are_refused_before_anything_is_made() -> None:
    twins = [principal("devs"), {**principal("devs"), "key": "developers"}]
    with pytest.raises(DirectoryError, match='"devs" and "developers" are the same Group'):
        entered(principals=twins)


def test_an_unknown_login_is_refused() -> None:
    with pytest.raises(pulumi.InputPropertyError):
        entered(login="password")


def test_a_cluster_that_serves_a_key_is_refused_without_showing_it() -> None:
    world = World(kubeconfig_user={"client-certificate-data": "PRIVATE"})
    with pytest.raises(pulumi.RunError, match="--enable-aad") as refusal:
        entered(world)
    assert "PRIVATE" not in str(refusal.value)
