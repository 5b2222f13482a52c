"""A cluster where Azure's role assignments decide: deployed by the program, entered by people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.cloud.aks.authorizer import DENIED
from rehearsal.cloud.world import World
from tests.support.rehearsal import rehearsing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.rehearsal import Rehearsal

pytestmark = pytest.mark.e2e

READER = "Azure Kubernetes Service RBAC Reader"
OUR_ROLES = {"developer", "viewer", "view"}
PODS = ("get", "pods", "-n")
DEPLOYMENT = ("create", "deployment", "web", "--image=registry.example/web:1", "-n")


def by_azure(config: dict[str, Any]) -> None:
    """payments-dev views payments, shop-dev develops in shop, ci views everything."""
    config["aks-entra:cluster"]["authorization"] = "azure"
    config["aks-entra:clusterAccess"] = [
        {"servicePrincipal": World.load().account("ci").object_id, "clusterRole": "view"}
    ]
    config["aks-entra:teams"] = [
        {
            "name": "payments",
            "namespaces": ["payments"],
            "access": [{"group": {"existing": "sg-payments"}, "role": "viewer"}],
        },
        {
            "name": "shop",
            "namespaces": ["shop"],
            "access": [{"group": {"existing": "sg-shop"}, "role": "developer"}],
        },
    ]


@pytest.fixture(scope="module")
def azure_decides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """The stack `local` with `authorization: azure`, up."""
    with rehearsing(tmp_path_factory.mktemp("azure-rbac")) as rehearsal:
        rehearsal.edit_stack("local", by_azure)
        rehearsal.run("up")
        yield rehearsal


def test_a_second_up_changes_nothing(azure_decides: Rehearsal) -> None:
    azure_decides.run("up", "--expect-no-changes")


def test_a_reader_of_a_namespace_lists_there_and_nowhere_else_in_azures_words(
    azure_decides: Rehearsal,
) -> None:
    azure_decides.kubectl("payments-dev", *PODS, "payments")
    for words in (
        (*PODS, "shop"),
        ("get", "pods", "-A"),
        ("get", "secrets", "-n", "payments"),
        (*DEPLOYMENT, "payments"),
    ):
        refused = azure_decides.kubectl("payments-dev", *words, expect=1)
        assert "forbidden" in refused.stderr.lower(), words
        assert DENIED in refused.stderr, words


def test_a_role_that_azure_has_not_is_a_binding_and_works_beside_it(
    azure_decides: Rehearsal,
) -> None:
    azure_decides.kubectl("shop-dev", *DEPLOYMENT, "shop")
    azure_decides.kubectl("shop-dev", "delete", "deployment", "web", "-n", "shop")
    for words in (("get", "secrets", "-n", "shop"), (*PODS, "payments")):
        assert DENIED in azure_decides.kubectl("shop-dev", *words, expect=1).stderr


def test_a_member_of_the_admin_group_administers_without_any_role(
    azure_decides: Rehearsal,
) -> None:
    azure_decides.kubectl("platform-admin", "get", "secrets", "-A")
    can = azure_decides.kubectl("platform-admin", "auth", "can-i", "*", "*", "-A")
    assert can.stdout.strip() == "yes"


def test_a_service_principal_with_a_role_at_the_cluster_reads_everywhere_and_writes_nowhere(
    azure_decides: Rehearsal,
) -> None:
    azure_decides.kubectl("ci", "get", "pods", "-A")
    assert DENIED in azure_decides.kubectl("ci", *DEPLOYMENT, "shop", expect=1).stderr


def test_the_cluster_holds_only_the_bindings_that_azure_has_no_role_for(
    azure_decides: Rehearsal,
) -> None:
    bindings = azure_decides.objects("rolebindings,clusterrolebindings")
    ours = {name for name, each in bindings.items() if each["roleRef"]["name"] in OUR_ROLES}
    assert len(ours) == 1
    assert ours.pop().startswith("RoleBinding shop/developer:")


def test_the_matrix_says_who_has_which_role_of_which_kind(azure_decides: Rehearsal) -> None:
    rows = json.loads(azure_decides.run("stack", "output", "access").stdout)
    placed = {(row["who"], row["where"], row["role"]) for row in rows}
    assert placed == {
        ("aks-local-admins", "cluster", "admin"),
        ("ci", "cluster", READER),
        ("sg-payments", "namespace/payments", READER),
        ("sg-shop", "namespace/shop", "developer"),
    }
