"""Azure knows everything that the program sends: each input against Microsoft's own models."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.support.all_keys import all_keys, given_keys
from tests.support.arm_operations import call_problems, problems
from tests.support.program import UNKNOWN, Registered
from tests.support.recorded_runs import RUNS, WHOLE, run_of
from tests.support.sdk_schema import problems as sdk_problems

CLUSTER = "azure-native:containerservice:ManagedCluster"
ABSENT = "<absent>"


def azure_resources(name: str) -> list[Registered]:
    return [each for each in run_of(name).resources if each.type.startswith("azure-native:")]


@pytest.mark.parametrize("name", RUNS)
def test_every_input_is_one_that_azure_knows_and_takes(name: str) -> None:
    found = {
        f"{each.name}: {problem}"
        for each in azure_resources(name)
        for problem in problems(each.type, each.inputs)
    }
    assert not found


@pytest.mark.parametrize("name", RUNS)
def test_every_input_is_one_of_the_api_version_that_the_sdk_speaks(name: str) -> None:
    found = {
        f"{each.name}: {problem}"
        for each in azure_resources(name)
        for problem in sdk_problems(each.type, each.inputs)
    }
    assert not found


@pytest.mark.parametrize("name", RUNS)
def test_every_function_is_called_as_azure_takes_it(name: str) -> None:
    calls = [call for call in run_of(name).calls if call[0].startswith("azure-native:")]
    assert calls
    for token, arguments in calls:
        assert call_problems(token, arguments) == []


def test_the_runs_together_make_every_kind_of_resource() -> None:
    kinds = {each.type.removeprefix("azure-native:") for n in RUNS for each in azure_resources(n)}
    assert kinds >= {
        "authorization:RoleAssignment",
        "containerservice:AgentPool",
        "containerservice:MaintenanceConfiguration",
        "containerservice:ManagedCluster",
        "managedidentity:UserAssignedIdentity",
        "monitor:DiagnosticSetting",
        "operationalinsights:Workspace",
        "resources:DeploymentAtSubscriptionScope",
        "resources:ResourceGroup",
    }


def test_the_runs_together_use_every_key_of_a_stack_file() -> None:
    given = set[str]().union(*(given_keys(keys) for keys in WHOLE.values()))
    assert set(all_keys()) - given == set()


def test_no_input_of_an_up_is_unknown() -> None:
    for name in RUNS:
        for resource in azure_resources(name):
            assert UNKNOWN not in str(resource.inputs), resource.name


def changed(inputs: dict[str, Any], path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """The inputs with another value at a path, or without it if it is `ABSENT`."""
    whole = copy.deepcopy(inputs)
    place: Any = whole
    for step in path[:-1]:
        place = place[step]
    if value is ABSENT:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return whole


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("enableRbac",), True),
        (("sku", "teir"), "Free"),
        (("sku", "tier"), "Cheap"),
        (("sku", "tier"), 1),
        (("tags", "owner"), 7),
        (("location",), ABSENT),
        (("identity", "type"), "system"),
        (("aadProfile", "adminGroupObjectIds"), []),
        (("aadProfile", "adminGroupObjectIDs"), "a text"),
        (("aadProfile", "managed"), "true"),
        (("aadProfile",), None),
        (("agentPoolProfiles", 0, "vmsize"), "Standard_D4ds_v5"),
        (("agentPoolProfiles", 0, "mode"), "system"),
        (("agentPoolProfiles", 0, "minCount"), 1.5),
        (("agentPoolProfiles", 0, "name"), ABSENT),
        (("networkProfile", "networkPluginMode"), "Overlay"),
        (("networkProfile", "network_plugin"), "azure"),
        (("securityProfile", "workloadIdentity", "on"), True),
        (("autoUpgradeProfile", "nodeOSUpgradeChannel"), "nodeimage"),
        (("fqdn",), "only Azure says it"),
        (("properties",), {"enableRBAC": True, "nested": {}}),
    ],
    ids=str,
)
def test_an_input_that_azure_does_not_know_or_take_is_found(
    path: tuple[str | int, ...], value: Any
) -> None:
    cluster = run_of("local").one(CLUSTER)
    assert problems(CLUSTER, cluster.inputs) == []
    assert problems(CLUSTER, changed(cluster.inputs, path, value)), path


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("principalType",), "group"),
        (("principalId",), ABSENT),
        (("principalName",), "somebody"),
        (("scope",), ABSENT),
        (("roleDefinitionId",), 4),
    ],
    ids=str,
)
def test_a_role_assignment_that_azure_would_refuse_is_found(
    path: tuple[str | int, ...], value: Any
) -> None:
    assignment = run_of("local").of("authorization:RoleAssignment")[0]
    assert problems(assignment.type, assignment.inputs) == []
    assert problems(assignment.type, changed(assignment.inputs, path, value)), path


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("properties", "mode"), "incremental"),
        (("properties", "template", "resources", 0, "name"), "AAD-V2"),
        (("properties", "template", "resources", 0, "apiVersion"), ABSENT),
        (("properties", "template", "resources", 0, "properties", "status"), "Registered"),
    ],
    ids=str,
)
def test_what_a_template_says_wrongly_is_found(path: tuple[str | int, ...], value: Any) -> None:
    deployment = run_of("created").one("resources:DeploymentAtSubscriptionScope")
    assert problems(deployment.type, deployment.inputs) == []
    assert problems(deployment.type, changed(deployment.inputs, path, value)), path


def test_a_type_without_a_model_is_told_and_not_passed_over() -> None:
    with pytest.raises(AssertionError, match="compute:Disk: add its row"):
        problems("azure-native:compute:Disk", {})


def test_a_misspelt_argument_of_a_function_is_found() -> None:
    token = "azure-native:containerservice:listManagedClusterUserCredentials"
    names = {"resourceGroupName": "rg", "resourceName": "aks"}
    assert call_problems(token, {**names, "format": "exec"}) == []
    assert call_problems(token, {**names, "format": "Exec"})
    assert call_problems(token, {**names, "fromat": "exec"})
    assert call_problems(token, {"resourceName": "aks"})
