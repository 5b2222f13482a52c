"""Each invariant holds for a whole configuration, and finds what breaks it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import invariants as these
from tests.support.deployed import Deployed
from tests.support.recorded_runs import WHOLE, run_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.program import Registered, Run

BINDING = "/v1:RoleBinding"
ASSIGNMENT = "authorization:RoleAssignment"
CLUSTER = "containerservice:ManagedCluster"


def deployed(name: str) -> Deployed:
    keys: dict[str, Any] = {"teams": [], "clusterAccess": [], **WHOLE[name]}
    return Deployed(keys, copy.deepcopy(run_of(name)))


def first(run: Run, kind: str) -> Registered:
    return run.of(kind)[0]


def put(kind: str, *path: str | int, value: Any) -> Callable[[Run], None]:
    """Give an input of the first resource of a kind another value."""

    def change(run: Run) -> None:
        place: Any = first(run, kind).inputs
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def drop(kind: str) -> Callable[[Run], None]:
    """Leave out the first resource of a kind."""
    return lambda run: run.resources.remove(first(run, kind))


def double(kind: str) -> Callable[[Run], None]:
    """Make the first resource of a kind twice."""
    return lambda run: run.resources.append(copy.deepcopy(first(run, kind)))


def tell(output: str, value: Any) -> Callable[[Run], None]:
    return lambda run: run.outputs.update({output: value})


def without_provider(run: Run) -> None:
    first(run, BINDING).provider = ""


STRANGER = "77777777-7777-7777-7777-777777777777"

BREAKS = (
    (these.entra_id_decides_who_enters, put(CLUSTER, "aadProfile", "managed", value=False)),
    (these.entra_id_decides_who_enters, put(CLUSTER, "aadProfile", "clientAppID", value="x")),
    (these.entra_id_decides_who_enters, put(CLUSTER, "enableRBAC", value=False)),
    (
        these.the_admins_are_the_groups_of_the_configuration,
        put(CLUSTER, "aadProfile", "adminGroupObjectIDs", value=[]),
    ),
    (
        these.the_admins_are_the_groups_of_the_configuration,
        put(CLUSTER, "aadProfile", "adminGroupObjectIDs", 0, value=STRANGER),
    ),
    (
        these.local_accounts_are_for_emergencies_only,
        put(CLUSTER, "disableLocalAccounts", value=False),
    ),
    (these.every_object_is_made_by_the_provider_of_the_cluster, without_provider),
    (
        these.every_object_is_made_by_the_provider_of_the_cluster,
        put("providers:kubernetes", "clusterIdentifier", value="another"),
    ),
    (these.everybody_has_what_was_granted_and_nothing_else, drop(BINDING)),
    (these.everybody_has_what_was_granted_and_nothing_else, double(BINDING)),
    (
        these.everybody_has_what_was_granted_and_nothing_else,
        put(BINDING, "roleRef", "name", value="cluster-admin"),
    ),
    (
        these.every_subject_is_somebody_of_the_configuration,
        put(BINDING, "subjects", 0, "name", value=STRANGER),
    ),
    (
        these.every_subject_is_somebody_of_the_configuration,
        put(BINDING, "subjects", 0, "kind", value="ServiceAccount"),
    ),
    (these.every_role_that_is_bound_is_there, drop("/v1:Role")),
    (these.everybody_may_fetch_the_kubeconfig_once, drop(ASSIGNMENT)),
    (these.everybody_may_fetch_the_kubeconfig_once, double(ASSIGNMENT)),
    (
        these.the_cluster_may_use_the_network_it_is_put_in_and_nothing_else,
        put(ASSIGNMENT, "scope", value="/subscriptions/elsewhere"),
    ),
    (
        these.the_cluster_may_use_the_network_it_is_put_in_and_nothing_else,
        put(CLUSTER, "agentPoolProfiles", 0, "vnetSubnetID", value="another"),
    ),
    (these.nothing_is_there_twice, double(BINDING)),
    (these.nothing_is_there_twice, double(ASSIGNMENT)),
    (
        these.every_name_is_one_that_azure_and_kubernetes_take,
        put(CLUSTER, "dnsPrefix", value="with_underscore"),
    ),
    (
        these.every_name_is_one_that_azure_and_kubernetes_take,
        put(BINDING, "metadata", "name", value="a/b"),
    ),
    (these.azure_knows_every_input, put(CLUSTER, "enableRbac", value=True)),
    (these.no_secret_is_sent_or_shown, tell("kubeconfig", "shown")),
    (these.no_secret_is_sent_or_shown, put(CLUSTER, "aadProfile", "serverAppSecret", value="x")),
    (
        these.no_secret_is_sent_or_shown,
        put(
            "providers:kubernetes",
            "kubeconfig",
            value='{"users": [{"user": {"client-key-data": "x"}}]}',
        ),
    ),
    (these.the_access_matrix_tells_who_may_do_something_where, tell("access", [])),
)


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("check", these.INVARIANTS, ids=lambda check: check.__name__)
def test_an_invariant_holds_for_every_whole_configuration(
    name: str, check: Callable[[Deployed], Iterator[str]]
) -> None:
    assert list(check(deployed(name))) == []


@pytest.mark.parametrize(("check", "spoil"), BREAKS)
def test_an_invariant_finds_what_breaks_it(
    check: Callable[[Deployed], Iterator[str]], spoil: Callable[[Run], None]
) -> None:
    broken = deployed("given")
    spoil(broken.run)
    assert list(check(broken))


def test_every_invariant_has_something_that_breaks_it() -> None:
    assert {check for check, _ in BREAKS} == set(these.INVARIANTS)
