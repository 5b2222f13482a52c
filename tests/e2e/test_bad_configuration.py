"""A wrong stack file is one clear error that lists every problem, before anything is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.azure import Azure

if TYPE_CHECKING:
    from tests.support.rehearsal import Rehearsal

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("operation", ["preview", "up"])
def test_every_problem_is_listed_at_once(empty: Rehearsal, operation: str) -> None:
    def spoil(config: dict[str, Any]) -> None:
        config["aks-entra:adminGroups"] = []
        config["aks-entra:tenantId"] = "not-a-guid"
        config["aks-entra:locatoin"] = "westeurope"
        config["aks-entra:teams"][0]["namespaces"] = ["Not_A_Namespace"]

    empty.edit_stack("local", spoil)
    refused = empty.run(operation, expect=2)
    said = refused.stdout + refused.stderr
    for part in (
        "adminGroups",
        "tenantId",
        "not-a-guid",
        "locatoin",
        "location",
        "Not_A_Namespace",
    ):
        assert part in said, f"{part} is not in:\n{said}"
    assert "Traceback" not in said
    azure = Azure(empty)
    assert azure.resource_groups() == []
    assert "aks-local-admins" not in {group["displayName"] for group in azure.groups()}


def test_an_unknown_stack_is_named(empty: Rehearsal) -> None:
    refused = empty.run("preview", "-s", "nowhere", expect=2)
    assert "nowhere" in refused.stderr
    assert "local" in refused.stderr


def test_words_that_are_no_command_end_with_usage(empty: Rehearsal) -> None:
    assert "usage:" in empty.run("frobnicate", expect=2).stderr
