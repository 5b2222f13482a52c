"""A wrong stack file is one clear error that lists every problem, before anything is made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.support.azure import Azure
from tests.support.corpus import cases

if TYPE_CHECKING:
    from tests.support.corpus import Case
    from tests.support.rehearsal import Rehearsal

pytestmark = pytest.mark.e2e

TRAPS = """\
config:
  aks-entra:adminGroups: [{displayName: made-by-mistake}]
  aks-entra:cluster:
    kubernetesVersion: 1.30
    apiServer: {private: yes}
    nodePools: [{name: system, mode: System, vmSize: Standard_D4ds_v5, zones: [1]}]
  aks-entra:breakGlass: {enabled: true, reason: nobody can log in, until: 2020-01-01}
"""


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


def one_of_each_key() -> list[Case]:
    """The first case of the corpus at each key of the root, but for keys that are misspelt.

    And but for `protect`, whose type the engine judges in its own words.
    """
    found: dict[str, Case] = {}
    for case in cases():
        if not case.full and not case.secret and not case.name.startswith("near_misses"):
            found.setdefault(re.split(r"[.\[]", case.key)[0], case)
    del found["protect"]
    return list(found.values())


def test_cases_of_the_corpus_end_the_run_with_status_2_and_azure_is_not_asked(
    empty: Rehearsal,
) -> None:
    empty.run("preview")
    azure = Azure(empty)
    before = azure.asked()
    chosen = one_of_each_key()
    assert len(chosen) > 15
    for case in chosen:
        config = {"adminGroups": [{"existing": "sg-platform-admins"}], **case.config}
        named = {f"aks-entra:{name}": value for name, value in config.items()}
        _write_stack(empty, yaml.safe_dump({"config": named}))
        said = _refused(empty, "up")
        assert f"stacks/Pulumi.local.yaml: aks-entra:{case.key} " in said, said
        assert case.message in said
        assert "HUSH" not in said
    assert before != [], "a preview asks"
    assert azure.asked() == before


def test_what_yaml_reads_otherwise_than_a_person_is_explained(empty: Rehearsal) -> None:
    _write_stack(empty, TRAPS)
    said = _refused(empty, "preview")
    for part in (
        "kubernetesVersion is 1.3; allowed: MINOR or PATCH version as text",
        'private is "yes"; allowed: true, false',
        "zones[0] is 1; allowed: ",
        'until is "2020-01-01"; allowed: a day from',
    ):
        assert part in said, f"{part} is not in:\n{said}"


def _write_stack(rehearsal: Rehearsal, text: str) -> None:
    file = rehearsal.project / "stacks" / "Pulumi.local.yaml"
    file.write_text(text, encoding="utf-8")


def _refused(rehearsal: Rehearsal, operation: str) -> str:
    """What is said about a configuration that is refused."""
    refused = rehearsal.run(operation, expect=2)
    said = refused.stdout + refused.stderr
    assert "Traceback" not in said
    return " ".join(said.split())


def test_an_unknown_stack_is_named(empty: Rehearsal) -> None:
    refused = empty.run("preview", "-s", "nowhere", expect=2)
    assert "nowhere" in refused.stderr
    assert "local" in refused.stderr


def test_words_that_are_no_command_end_with_usage(empty: Rehearsal) -> None:
    assert "usage:" in empty.run("frobnicate", expect=2).stderr
