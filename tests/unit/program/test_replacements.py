"""Changing an ordinary setting never replaces the cluster; here is what each setting does replace.

The vendors' rules are in `tests.support.replacements`, the changes in `tests.support.changes`. Each
change runs the whole program twice and compares what it sends. What depends on a replaced cluster
is the engine's to replace.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.providers.arm_types import TYPES
from tests.support.all_keys import all_keys, can_change
from tests.support.arm_operations import created_only, put
from tests.support.changes import CHANGES, Change, before_and_after
from tests.support.replacements import FORCE_NEW, refused, replaced

if TYPE_CHECKING:
    from tests.support.program import Run

CLUSTER = "ManagedCluster"
CRITICAL = {CLUSTER, "ResourceGroup", "kubernetes"}
"""What takes everything with it: the cluster, its resource group, its Kubernetes provider."""


REPLACES_THE_CLUSTER = ("replaces the cluster", "replaces everything")


def shown(run: Run) -> Any:
    """All that a run sends and tells."""
    return {each.urn: (each.inputs, each.protect) for each in run.resources}, run.outputs


def kinds(names: dict[str, list[str]]) -> set[str]:
    """The last part of each type."""
    return {name.split(" ")[0].rpartition(":")[2] for name in names}


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_change_replaces_what_the_list_says_and_nothing_else(change: Change) -> None:
    found = replaced(*before_and_after(change))
    assert kinds(found) == set(change.replaces.split()), found


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_change_is_sent_and_moves_nothing_critical(change: Change) -> None:
    before, after = before_and_after(change)
    assert (shown(before) != shown(after)) is change.shows
    for kind in ("ManagedCluster", "ResourceGroup", "providers:kubernetes"):
        assert before.one(kind).urn == after.one(kind).urn


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_an_update_that_azure_refuses_is_on_the_list(change: Change) -> None:
    assert bool(refused(*before_and_after(change))) is change.azure_refuses


def test_every_setting_that_can_change_is_on_the_list() -> None:
    settings = {path for path, key in all_keys().items() if can_change(key)}
    changed = set[str]().union(*(change.keys for change in CHANGES))
    assert settings - changed == set()


def test_only_names_place_and_network_replace_the_cluster() -> None:
    critical = [change.keys for change in CHANGES if CRITICAL & set(change.replaces.split())]
    assert set[str]().union(*critical) == {
        "resourceGroup.name",
        "location",
        "cluster.name",
        "cluster.network.dataplane",
        "cluster.network.mode",
    }


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_the_documentation_of_a_setting_says_what_its_change_does(change: Change) -> None:
    for key in change.keys & set(all_keys()):
        told = all_keys()[key].change
        assert (CLUSTER in change.replaces) == told.startswith(REPLACES_THE_CLUSTER), key
        assert not change.azure_refuses or "in place" not in told or "Azure refuses" in told, key


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("dnsPrefix", True),
        ("fqdnSubdomain", True),
        ("location", True),
        ("networkProfile.podCidr", True),
        ("networkProfile.loadBalancerSku", False),
        ("resourceName", True),
        ("sku.tier", False),
        ("aadProfile.enableAzureRBAC", False),
        ("disableLocalAccounts", False),
    ],
)
def test_a_changed_input_of_the_cluster_is_judged_by_the_vendors_rules(
    path: str, *, found: bool
) -> None:
    run, _ = before_and_after(CHANGES[0])
    later = copy.deepcopy(run)
    *steps, last = path.split(".")
    place: Any = later.one(CLUSTER).inputs
    for step in steps:
        place = place[step]
    place[last] = "other"
    assert (kinds(replaced(run, later)) == {CLUSTER}) is found


AZURE = [kind.removeprefix("azure-native:") for kind in FORCE_NEW if kind.startswith("azure-")]


@pytest.mark.parametrize("kind", AZURE)
def test_the_rehearsal_replaces_for_the_same_inputs(kind: str) -> None:
    row = TYPES[kind]
    ours = {*row.parameters, *row.replace}
    vendors = {*put(kind).parameters, *FORCE_NEW[f"azure-native:{kind}"]}
    assert ours == {each.replace(".[]", "") for each in vendors}


@pytest.mark.parametrize("kind", AZURE)
def test_what_azure_takes_at_creation_only_replaces(kind: str) -> None:
    assert created_only(kind) <= set(FORCE_NEW[f"azure-native:{kind}"])
