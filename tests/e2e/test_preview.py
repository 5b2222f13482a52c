"""Previews of every environment with the policy pack, and stack files that must not pass."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.azure import Azure
from tests.support.rehearsal import rehearsing
from tests.support.states import SALT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.rehearsal import Rehearsal

pytestmark = pytest.mark.e2e

STACKS = ("local", "dev", "stg", "prd")


def with_policies(stack: str) -> tuple[str, ...]:
    return (
        "-s",
        stack,
        "--policy-pack",
        "policy",
        "--policy-config",
        f"policy/config/{stack}.json",
    )


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """A running local Azure in which nothing was ever made."""
    with rehearsing(tmp_path_factory.mktemp("untouched")) as rehearsal:
        rehearsal.run("cloud", "start")
        yield rehearsal
        azure = Azure(rehearsal)
        assert azure.resource_groups() == [], "a preview or a refused up made something"
        assert azure.clusters() == []


@pytest.mark.parametrize("stack", STACKS)
def test_each_environment_previews_and_passes_its_policies(
    untouched: Rehearsal, stack: str
) -> None:
    summary = untouched.json("preview", *with_policies(stack))
    assert summary["result"] == "succeeded"
    assert summary["changes"]["create"] > 10
    assert [found for found in summary["violations"] if found["level"] == "mandatory"] == []


def test_a_stack_file_with_the_salt_of_the_real_stack_previews(untouched: Rehearsal) -> None:
    file = untouched.project / "stacks/Pulumi.prd.yaml"
    # As `pulumi stack init prd` leaves it, and docs/pipelines.md has it committed.
    file.write_text(f"encryptionsalt: {SALT}\n{file.read_text()}")
    try:
        assert untouched.json("preview", *with_policies("prd"))["result"] == "succeeded"
    finally:
        untouched.restore_stack("prd")


def break_glass(config: dict[str, Any]) -> None:
    """Local accounts on, as the settings allow it; the policies decide where."""
    until = datetime.now(UTC).date() + timedelta(days=1)
    config["aks-entra:breakGlass"] = {
        "enabled": True,
        "reason": "nobody can log in since the outage",
        "until": until.isoformat(),
    }


def any_any(config: dict[str, Any]) -> None:
    everything = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
    config.setdefault("aks-entra:roles", {})["god"] = [everything]
    config["aks-entra:teams"][0]["access"][0]["role"] = "god"


def escalate(config: dict[str, Any]) -> None:
    rule = {
        "apiGroups": ["rbac.authorization.k8s.io"],
        "resources": ["roles"],
        "verbs": ["escalate"],
    }
    config.setdefault("aks-entra:roles", {})["climber"] = [rule]
    config["aks-entra:teams"][0]["access"][0]["role"] = "climber"


def run_command(config: dict[str, Any]) -> None:
    config["aks-entra:cluster"].setdefault("apiServer", {})["runCommand"] = True


@pytest.mark.parametrize("operation", ["preview", "up"])
@pytest.mark.parametrize(
    ("weaken", "check"),
    [
        (break_glass, "aks-local-accounts-disabled"),
        (any_any, "rbac-no-any-any"),
        (escalate, "rbac-no-escalate"),
        (run_command, "aks-run-command-off"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_weakened_production_is_stopped_by_name_before_anything_is_made(
    untouched: Rehearsal, weaken: Callable[[dict[str, Any]], None], check: str, operation: str
) -> None:
    untouched.edit_stack("prd", weaken)
    try:
        stopped = untouched.run(operation, *with_policies("prd"), "--json", expect=1)
    finally:
        untouched.restore_stack("prd")
    assert check in stopped.stderr, "a person does not see the check's name"
    found = json.loads(stopped.stdout)["violations"]
    assert check in {entry["policy"] for entry in found if entry["level"] == "mandatory"}


def test_local_accounts_without_an_emergency_are_a_mistake_in_the_file(
    untouched: Rehearsal,
) -> None:
    def allow(config: dict[str, Any]) -> None:
        config["aks-entra:cluster"]["localAccounts"] = True

    untouched.edit_stack("prd", allow)
    try:
        refused = untouched.run("preview", *with_policies("prd"), expect=2)
    finally:
        untouched.restore_stack("prd")
    assert "breakGlass" in refused.stdout
