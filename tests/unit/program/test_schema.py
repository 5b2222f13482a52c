"""The components stay packageable: the SDK's own analyser still reads them."""

from __future__ import annotations

import ast
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pulumi.provider.experimental.analyzer import Analyzer

from components.access import ClusterAccess
from components.admin_group import EntraGroup
from components.cluster import EntraCluster, EntraClusterArgs
from components.diagnostics import DiagnosticsArgs
from components.maintenance import MaintenanceWindowArgs
from components.pools import NodePoolArgs
from components.roles import RoleRule
from components.team import TeamAccess
from settings.access import RuleSettings
from settings.cluster import ClusterSettings, DiagnosticsSettings, MaintenanceWindowSettings
from settings.pools import NodePoolSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi.provider.experimental.analyzer import PropertyDefinition

COMPONENTS = (ClusterAccess, EntraCluster, EntraGroup, TeamAccess)
SOURCES = sorted((Path(__file__).parents[3] / "components").glob("*.py"))


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_component_has_a_schema_with_a_description_of_every_argument(
    component: type[ClusterAccess | EntraCluster | EntraGroup | TeamAccess],
) -> None:
    definition = Analyzer("aks-entra").analyze_component(component)
    assert definition.description
    assert [key for key, each in definition.inputs.items() if not each.description] == []


# Inputs and outputs of the components as other languages see them; `?` marks what may be left out.
INPUTS = {
    "ClusterAccess": "authorization clusterId grants login principals subscriptionId",
    "EntraCluster": (
        "adminGroupObjectIds authorization authorizedIpRanges clusterName diagnostics? identity "
        "kubernetesVersion? localAccounts location maintenanceWindow? networkDataplane networkMode "
        "networkPlugin nodeOsUpgradeChannel nodePools previewFeatures private privateDnsZone "
        "resourceGroupName runCommand subnetId? tags tenantId tier upgradeChannel"
    ),
    "EntraGroup": (
        "deployerIsMember? deployerObjectId displayName? existing? existingObjectId? key members? "
        "owners?"
    ),
    "TeamAccess": (
        "authorization clusterId grants isolated limits? namespaces quota? roles subscriptionId"
    ),
}
OUTPUTS = {
    "ClusterAccess": "apiServer kubeconfig",
    "EntraCluster": "clusterId resourceGroupName",
    "EntraGroup": "displayName objectId",
    "TeamAccess": "",
}
TYPES = {
    "ClusterGrantArgs": "clusterRole principal",
    "DiagnosticsArgs": "categories retentionDays workspaceId?",
    "MaintenanceWindowArgs": "day durationHours startHour",
    "NodePoolArgs": "labels max min mode name taints vmSize zones",
    "PrincipalArgs": "displayName key kind objectId subject",
    "RoleRule": "apiGroups resourceNames? resources verbs",
    "TeamGrantArgs": "isClusterRole? principal role",
    "TeamRoleArgs": "name rules",
}


def named(properties: Mapping[str, PropertyDefinition]) -> str:
    return " ".join(f"{key}{'?' * each.optional}" for key, each in sorted(properties.items()))


def test_a_changed_input_or_output_of_a_component_is_a_changed_schema() -> None:
    definitions = Analyzer("aks-entra").analyze(list(COMPONENTS))["component_definitions"]
    assert {name: named(each.inputs) for name, each in definitions.items()} == INPUTS
    assert {name: " ".join(sorted(each.outputs)) for name, each in definitions.items()} == OUTPUTS


def test_a_changed_type_is_a_changed_schema_and_each_property_has_a_description() -> None:
    types = Analyzer("aks-entra").analyze(list(COMPONENTS))["type_definitions"]
    assert {name: named(each.properties) for name, each in types.items()} == TYPES
    for name, each in types.items():
        assert each.description, name
        assert [key for key, one in each.properties.items() if not one.description] == [], name


@pytest.mark.parametrize(
    ("table", "arguments", "given_by_main"),
    [
        (
            ClusterSettings,
            EntraClusterArgs,
            {"admin_group_object_ids", "location", "resource_group_name", "tags", "tenant_id"},
        ),
        (DiagnosticsSettings, DiagnosticsArgs, set[str]()),
        (MaintenanceWindowSettings, MaintenanceWindowArgs, set[str]()),
        (NodePoolSettings, NodePoolArgs, set[str]()),
        (RuleSettings, RoleRule, set[str]()),
    ],
    ids=lambda each: getattr(each, "__name__", "-"),
)
def test_a_settings_class_has_the_fields_of_the_arguments_that_it_becomes(
    table: type, arguments: type, given_by_main: set[str]
) -> None:
    assert {each.name for each in fields(table)} | given_by_main == set(arguments.__annotations__)


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
