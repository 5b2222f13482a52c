"""Azure's roles in the place of bindings: where they mean the same, and never beside them."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components.access import ClusterAccess, ClusterAccessArgs
from components.azure_roles import FOR_CLUSTER_ROLES, FOR_TEAM_ROLES
from components.roles import BUILT_IN
from components.team import TeamAccess, TeamAccessArgs
from rehearsal.cloud.arm.roles import built_in_roles
from tests.support.directory_double import SUBSCRIPTION
from tests.support.principals import CLUSTER_ID, principal
from tests.support.program import Registered, Run, run

PREFIX = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/"
DEVS, ROBOT = principal("devs"), principal("robot", "ServicePrincipal")


def granted(cluster_role: str, *team_roles: str, authorization: str = "azure") -> Run:
    """A run that gives somebody a ClusterRole, and some roles of a team of two namespaces."""
    where: dict[str, Any] = {
        "cluster_id": CLUSTER_ID,
        "subscription_id": SUBSCRIPTION,
        "authorization": authorization,
    }

    def body() -> None:
        entrance: dict[str, Any] = {
            **where,
            "login": "spn",
            "principals": [],
            "grants": [{"principal": DEVS, "cluster_role": cluster_role}],
        }
        access = ClusterAccess("main", ClusterAccessArgs(**entrance))
        payments: dict[str, Any] = {
            **where,
            "namespaces": ["pay", "jobs"],
            "roles": [{"name": name, "rules": rules} for name, rules in BUILT_IN.items()],
            "grants": [{"principal": ROBOT, "role": role} for role in team_roles],
            "isolated": False,
        }
        options = pulumi.ResourceOptions(providers=[access.provider])
        team = TeamAccess("payments", TeamAccessArgs(**payments), options)
        pulumi.export("access", [*access.access, *team.access])

    return run(body)


def assigned(made: Run) -> dict[str, Registered]:
    return {each.name: each for each in made.of("RoleAssignment")}


@pytest.mark.parametrize(
    ("cluster_role", "guid"),
    [
        ("view", "7f6c6a51-bcf8-42ba-9220-52d62157d7db"),
        ("edit", "a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb"),
        ("admin", "3498e952-d568-435e-9b2c-8d77e338d7f7"),
        ("cluster-admin", "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"),
    ],
)
def test_a_cluster_role_that_azure_has_is_assigned_at_the_cluster(
    cluster_role: str, guid: str
) -> None:
    made = granted(cluster_role)
    inputs = assigned(made)[f"main.{cluster_role}.devs"].inputs
    assert inputs["scope"] == CLUSTER_ID
    assert inputs["roleDefinitionId"] == PREFIX + guid
    assert inputs["principalId"] == "id-of-devs"
    assert inputs["principalType"] == "Group"
    assert not made.of("ClusterRoleBinding")


def test_a_viewer_reads_the_namespace_by_azures_role_and_has_no_binding() -> None:
    made = granted("view", "viewer")
    roles = assigned(made)
    for namespace in ("pay", "jobs"):
        role = roles[f"payments.{namespace}.viewer.robot"]
        assert role.inputs["scope"] == f"{CLUSTER_ID}/namespaces/{namespace}"
        assert role.inputs["roleDefinitionId"].endswith("7f6c6a51-bcf8-42ba-9220-52d62157d7db")
        assert role.inputs["principalType"] == "ServicePrincipal"
    assert not [*made.of(":Role"), *made.of(":RoleBinding")]


def test_an_assignment_waits_for_its_namespace() -> None:
    made = granted("view", "viewer")
    namespaces = {each.inputs["metadata"]["name"]: each.urn for each in made.of(":Namespace")}
    for namespace, urn in namespaces.items():
        assert urn in assigned(made)[f"payments.{namespace}.viewer.robot"].dependencies


def test_roles_that_azure_has_not_stay_bindings() -> None:
    made = granted("some-operator", "developer", "operator")
    assert made.one("ClusterRoleBinding").inputs["roleRef"]["name"] == "some-operator"
    assert {each.inputs["roleRef"]["name"] for each in made.of(":RoleBinding")} == {
        "developer",
        "operator",
    }
    assert not assigned(made)


def test_where_kubernetes_decides_azure_is_given_no_role() -> None:
    made = granted("view", "viewer", authorization="kubernetes")
    assert not assigned(made)
    assert len(made.of(":RoleBinding")) == len(made.of(":Role")) == 2
    assert made.one("ClusterRoleBinding")


def test_every_assignment_has_a_name_of_its_own_the_same_on_every_run() -> None:
    first, second = (
        {name: each.inputs["roleAssignmentName"] for name, each in assigned(made).items()}
        for made in (granted("view", "viewer"), granted("view", "viewer"))
    )
    assert first == second
    assert len(set(first.values())) == len(first) == 3


def test_the_matrix_names_the_role_that_decides() -> None:
    rows = {
        (row["who"], row["where"], row["role"])
        for row in granted("view", "viewer", "developer").outputs["access"]
    }
    reader = "Azure Kubernetes Service RBAC Reader"
    assert rows == {
        ("devs", "cluster", reader),
        *(("robot", f"namespace/{name}", reader) for name in ("pay", "jobs")),
        *(("robot", f"namespace/{name}", "developer") for name in ("pay", "jobs")),
    }


def test_the_names_and_ids_are_those_of_azures_own_table() -> None:
    known = {role.name: role.id for role in built_in_roles()}
    for role in {*FOR_CLUSTER_ROLES.values(), *FOR_TEAM_ROLES.values()}:
        assert known[role.name] == role.definition


@pytest.mark.parametrize("team_role", FOR_TEAM_ROLES)
def test_no_role_that_stands_for_a_teams_reaches_secrets_or_writes(team_role: str) -> None:
    role = FOR_TEAM_ROLES[team_role]
    found = next(each for each in built_in_roles() if each.name == role.name)
    assert not [action for action in found.data_actions if "/secrets/" in action or "*" in action]
    assert {action.rpartition("/")[2] for action in found.data_actions} == {"read"}
