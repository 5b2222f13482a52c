"""The components stay packageable: the SDK's own analyser still reads them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from pulumi.provider.experimental.analyzer import Analyzer

from components.access import ClusterAccess
from components.admin_group import EntraGroup
from components.cluster import EntraCluster
from components.team import TeamAccess

COMPONENTS = (ClusterAccess, EntraCluster, EntraGroup, TeamAccess)
SOURCES = sorted((Path(__file__).parents[3] / "components").glob("*.py"))


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_component_has_a_schema_with_a_description_of_every_argument(
    component: type[ClusterAccess | EntraCluster | EntraGroup | TeamAccess],
) -> None:
    definition = Analyzer("aks-entra").analyze_component(component)
    assert definition.description
    assert [key for key, each in definition.inputs.items() if not each.description] == []


def test_the_schema_names_what_it_must() -> None:
    result = Analyzer("aks-entra").analyze(list(COMPONENTS))
    cluster = result["component_definitions"]["EntraCluster"]
    assert not cluster.inputs["adminGroupObjectIds"].optional
    assert cluster.inputs["kubernetesVersion"].optional
    assert set(cluster.outputs) == {"clusterId", "resourceGroupName"}
    assert set(result["type_definitions"]) == {
        "ClusterGrantArgs",
        "NodePoolArgs",
        "PrincipalArgs",
        "RoleRule",
        "TeamGrantArgs",
        "TeamRoleArgs",
    }


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_component_is_known_by_its_own_name(
    component: type[ClusterAccess | EntraCluster | EntraGroup | TeamAccess],
) -> None:
    assert f"aks-entra:index:{component.__name__}" == component.TYPE


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_component_postpones_its_annotations(source: Path) -> None:
    tree = ast.parse(source.read_text())
    futures = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ]
    assert not futures, "the SDK's analyser cannot read postponed annotations"
