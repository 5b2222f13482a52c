"""The whole program, run as the engine runs it, on every stack file."""

from __future__ import annotations

import functools
import json
import re

import pulumi
import pytest
import yaml
from pulumi_azure_native import resources

from tests.support.directory_double import COMPONENTS, DEPLOYER, SERVER, TENANT, object_id
from tests.support.program import (
    PROJECT,
    ROOT,
    SECRET,
    UNKNOWN,
    Run,
    run,
    run_program,
    stack_config,
)

CLUSTER = f"{PROJECT}:index:EntraCluster"
GROUP = "azure-native:resources:ResourceGroup"
STACK = "pulumi:pulumi:Stack$"
STACKS = ("local", "dev", "stg", "prd")
PROVIDERS = ("azure-native", "azuread")
OUTPUTS = {
    "resourceGroupName",
    "clusterName",
    "clusterId",
    "tenantId",
    "adminGroupObjectIds",
    "apiServer",
    "kubeconfig",
    "access",
    "getCredentials",
}


@functools.cache
def ran(stack: str, *, preview: bool = False) -> Run:
    return run_program(stack_config(stack), stack=stack, preview=preview)


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_the_resources_of_a_stack_keep_their_names_and_parents(
    stack: str, *, preview: bool
) -> None:
    found = ran(stack, preview=preview)
    assert lost(stack, found) == [], "a changed URN needs an alias"
    assert [each for each in found.graph() if each not in golden(stack)] == [], "add it to golden"


def golden(stack: str) -> list[str]:
    """The places that the resources of the stack have had since it was first deployed."""
    return (ROOT / "tests/unit/program/golden" / f"{stack}.txt").read_text().splitlines()


def lost(stack: str, found: Run) -> list[str]:
    """Resources that an `up` would delete, for the program knows them by no name any more."""
    # Real URNs leave the Stack's type out, as aliases do; the double's have it.
    known = {each.removeprefix(STACK) for each in found.known_as()}
    return [each for each in golden(stack) if each.removeprefix(STACK) not in known]


@pytest.mark.parametrize("is_aliased", [True, False])
def test_a_renamed_component_keeps_its_resources_by_an_alias_only(*, is_aliased: bool) -> None:
    class Renamed(pulumi.ComponentResource):
        def __init__(self, name: str, alias: str) -> None:
            aliases = [pulumi.Alias(name=alias)] if is_aliased else []
            super().__init__(CLUSTER, name, None, pulumi.ResourceOptions(aliases=aliases))
            group = resources.ResourceGroupArgs(resource_group_name="rg", location="westeurope")
            options = pulumi.ResourceOptions(parent=self)
            resources.ResourceGroup(f"{name}-rg", group, options)

    def renamed() -> None:
        Renamed("renamed", PROJECT)

    gone = set(lost("prd", run(renamed)))
    kept = {f"{STACK}{CLUSTER}::{PROJECT}", f"{CLUSTER}${GROUP}::{PROJECT}-rg"}
    assert kept <= set(golden("prd"))
    assert kept & gone == (set() if is_aliased else kept)


@pytest.mark.parametrize("stack", STACKS)
def test_every_resource_is_below_a_component_of_the_project(stack: str) -> None:
    for resource in ran(stack).resources:
        if resource.type not in COMPONENTS:
            assert resource.parent_types[-1] in COMPONENTS, resource.urn


@pytest.mark.parametrize("stack", STACKS)
def test_every_kubernetes_object_uses_the_providers_of_the_cluster(stack: str) -> None:
    provider = ran(stack).one("pulumi:providers:kubernetes")
    objects = [each for each in ran(stack).resources if each.type.startswith("kubernetes:")]
    assert objects
    assert {each.provider for each in objects} == {f"{provider.urn}::k8s"}


@pytest.mark.parametrize("stack", STACKS)
def test_the_kubeconfig_is_secret_and_the_cluster_is_named_by_its_id(stack: str) -> None:
    provider = ran(stack).one("pulumi:providers:kubernetes")
    assert provider.secret_inputs == {"kubeconfig"}
    assert provider.inputs["clusterIdentifier"] == ran(stack).outputs["clusterId"]


@pytest.mark.parametrize("stack", STACKS)
def test_the_stack_exports_what_the_readme_says(stack: str) -> None:
    outputs = ran(stack).outputs
    assert set(outputs) == OUTPUTS
    assert outputs["kubeconfig"] == SECRET
    assert outputs["apiServer"] == SERVER
    assert outputs["tenantId"] == TENANT
    group, cluster = outputs["resourceGroupName"], outputs["clusterName"]
    assert outputs["getCredentials"] == (
        f"az aks get-credentials --resource-group {group} --name {cluster}"
    )


@pytest.mark.parametrize("stack", STACKS)
def test_a_first_preview_asks_no_cluster_and_knows_who_gets_what(stack: str) -> None:
    preview = ran(stack, preview=True)
    assert not preview.called("listManagedClusterUserCredentials")
    assert preview.outputs["kubeconfig"] == SECRET
    assert preview.outputs["apiServer"] == UNKNOWN
    assert all(row["who"] != UNKNOWN for row in preview.outputs["access"])


@pytest.mark.parametrize("stack", STACKS)
def test_the_admin_kubeconfig_is_never_fetched(stack: str) -> None:
    assert not [token for token, _ in ran(stack).calls if "Admin" in token]


@pytest.mark.parametrize("stack", STACKS)
def test_everybody_with_access_may_fetch_a_kubeconfig_exactly_once(stack: str) -> None:
    assigned = [each.inputs["principalId"] for each in ran(stack).of("RoleAssignment")]
    bound = {row["id"] for row in ran(stack).outputs["access"]}
    assert len(assigned) == len(set(assigned))
    assert set(assigned) == bound


def test_the_matrix_says_who_may_do_what_where() -> None:
    rows = {
        (row["who"], row["kind"], row["id"], row["where"], row["role"])
        for row in ran("local").outputs["access"]
    }
    admins, payments = object_id("aks-local-admins"), object_id("sg-payments")
    assert ("aks-local-admins", "Group", admins, "cluster", "admin") in rows
    assert ("sg-payments", "Group", payments, "namespace/payments", "developer") in rows
    assert ("sg-payments", "Group", payments, "namespace/shop", "developer") not in rows


def test_the_created_admin_group_has_the_deployer_as_owner_and_member() -> None:
    group = ran("local").one("azuread:index/group:Group").inputs
    people = [DEPLOYER, object_id("platform-admin@contoso.example")]
    assert group["owners"] == people
    assert group["members"] == people


def test_production_is_protected_and_the_others_are_not() -> None:
    protected = {stack: ran(stack).one("index:EntraCluster").protect for stack in STACKS}
    assert protected == {"local": False, "dev": False, "stg": False, "prd": True}


@pytest.mark.parametrize("stack", STACKS)
def test_every_cluster_is_entered_with_entra_only(stack: str) -> None:
    cluster = ran(stack).one("ManagedCluster").inputs
    assert cluster["aadProfile"]["managed"] is True
    assert cluster["aadProfile"]["enableAzureRBAC"] is False
    assert cluster["aadProfile"]["tenantID"] == TENANT
    assert cluster["disableLocalAccounts"] is True
    assert cluster["enableRBAC"] is True
    assert cluster["apiServerAccessProfile"]["disableRunCommand"] is True


def test_dev_stg_and_prd_set_the_same_keys() -> None:
    dev, stg, prd = (
        {key for key in stack_config(stack) if key.startswith(PROJECT)} for stack in STACKS[1:]
    )
    assert dev == stg == prd


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_file_holds_values_of_this_project_and_of_its_providers_only(stack: str) -> None:
    file = yaml.safe_load((ROOT / "stacks" / f"Pulumi.{stack}.yaml").read_text())
    # `pulumi stack init` writes the others, and docs/pipelines.md has them committed.
    assert set(file) - {"encryptionsalt", "secretsprovider"} == {"config"}
    assert {key.partition(":")[0] for key in file["config"]} <= {PROJECT, *PROVIDERS}


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_file_holds_nothing_that_looks_like_a_secret(stack: str) -> None:
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", json.dumps(stack_config(stack)))
    assert not re.search(r"eyJ[\w-]{10,}|-----BEGIN|[\w~.-]{34,}", text)


def test_the_project_declares_every_key_with_type_and_description() -> None:
    declared = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    assert declared.pop("pulumi:disable-default-providers") == {"value": ["kubernetes"]}
    assert [key for key, each in declared.items() if not {"type", "description"} <= set(each)] == []
    assert [key for key, each in declared.items() if "default" not in each] == ["adminGroups"], (
        "who administers the cluster is nobody's guess"
    )


def test_no_program_text_knows_a_stack_by_name() -> None:
    sources = [ROOT / "__main__.py", *ROOT.glob("settings/*.py"), *ROOT.glob("components/*.py")]
    for source in sources:
        assert not re.search(r'"(local|dev|stg|prd)"', source.read_text()), source.name


def test_only_the_settings_read_the_configuration() -> None:
    for source in (ROOT / "__main__.py", *ROOT.glob("components/*.py")):
        assert "Config(" not in source.read_text(), source.name
