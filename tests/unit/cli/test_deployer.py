from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from rehearsal import engine, toolchain_az
from rehearsal.cli import deployer
from rehearsal.cli.deployer import deployer_environment, login_of
from rehearsal.cli.problem import Problem
from rehearsal.cloud.daemon import Endpoint
from rehearsal.cloud.world import World
from rehearsal.engine import Outcome, Run
from rehearsal.engine.backend import Backend
from rehearsal.home import Home

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.engine.events import RunResult

ENDPOINT = Endpoint(pid=1, port=8443, origin="https://localhost:8443")
PROJECT = """\
name: suite
runtime: python
stackConfigDir: stacks
config:
  login: {type: string, default: azurecli}
"""


def running(home: Home) -> Endpoint:
    assert home.is_made()
    return ENDPOINT


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """The home of a local Azure that seems to run, and a project with three stacks."""
    stacks = tmp_path / "stacks"
    stacks.mkdir()
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    for stack, login in (("by-az", "azurecli"), ("by-job", "workloadidentity")):
        (stacks / f"Pulumi.{stack}.yaml").write_text(f"config:\n  suite:login: {login}\n")
    (stacks / "Pulumi.by-default.yaml").write_text("config: {}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(deployer, "ensure_cloud", running)
    made = Home(tmp_path / "home").create()
    made.endpoint.write_text(json.dumps({"pid": 1, "port": 8443, "origin": ENDPOINT.origin}))
    return made


@pytest.fixture
def no_az(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """No az, and a program that fails only at its first provider; the runs of it."""
    return program_that("failed", monkeypatch)


def program_that(result: RunResult, monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    asked: list[Run] = []

    def run(request: Run, _: object) -> Outcome:
        asked.append(request)
        return Outcome(result)

    monkeypatch.setattr(toolchain_az, "find", lambda: None)
    monkeypatch.setattr(engine, "run", run)
    return asked


@pytest.fixture
def az(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An az that writes down how it was called, and into which directory it logs in."""
    program, calls = tmp_path / "bin" / "az", tmp_path / "calls"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$AZURE_CONFIG_DIR $*" >>{calls}\n')
    program.chmod(0o755)
    calls.touch()
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    return calls


def store(home: Home, stack: str) -> None:
    """Leave a state of the stack behind."""
    state = Backend(home.backend).files("suite", stack).state
    state.parent.mkdir(parents=True)
    state.write_text("{}")


def test_the_login_is_the_stack_s_or_the_project_s_default(home: Home) -> None:
    assert home.root.is_dir()
    assert login_of("by-job") == "workloadidentity"
    assert login_of("by-default") == "azurecli"


@pytest.mark.parametrize("broken", ["Pulumi.yaml", "stacks/Pulumi.by-az.yaml"])
def test_a_project_that_cannot_be_read_is_left_for_the_engine_to_refuse(
    home: Home, broken: str
) -> None:
    (home.root.parent / broken).write_text("name: [\n")
    assert login_of("by-az") is None


@pytest.mark.usefixtures("no_az")
@pytest.mark.parametrize("operation", ["up", "refresh", "destroy"])
def test_without_az_a_stack_that_needs_it_is_refused_with_what_to_do(
    home: Home, operation: deployer.Operation
) -> None:
    with pytest.raises(Problem, match=r"login: azurecli.*python -m rehearsal\.toolchain_az") as no:
        deployer_environment(home, "by-az", operation)
    assert no.value.exit_code == 1


@pytest.mark.parametrize("operation", ["up", "preview"])
def test_a_wrong_configuration_is_left_for_the_run_to_tell_before_az(
    home: Home, monkeypatch: pytest.MonkeyPatch, operation: deployer.Operation
) -> None:
    judged = program_that("config-error", monkeypatch)
    store(home, "by-az")
    deployer_environment(home, "by-az", operation)
    [asked] = judged
    assert (asked.operation, asked.stack) == ("preview", "by-az")
    assert not asked.providers
    assert asked.environment["PATH"] == "", "no plugin can be found that would ask a cloud"


def test_a_destroy_runs_no_program_that_could_judge(home: Home, no_az: list[Run]) -> None:
    with pytest.raises(Problem, match="there is no az on PATH"):
        deployer_environment(home, "by-az", "destroy")
    assert no_az == []


@pytest.mark.usefixtures("no_az")
def test_a_preview_asks_for_az_only_if_there_is_a_cluster_to_enter(home: Home) -> None:
    deployer_environment(home, "by-az", "preview")
    store(home, "by-az")
    with pytest.raises(Problem, match="there is no az on PATH"):
        deployer_environment(home, "by-az", "preview")


def test_az_is_logged_in_as_the_deployer_in_the_rehearsal_and_nowhere_else(
    home: Home, az: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_CONFIG_DIR", "/the/persons/own")
    environment = deployer_environment(home, "by-az", "up")
    directory = environment["AZURE_CONFIG_DIR"]
    assert directory.startswith(f"{home.root}/")
    account = World.load().account("deployer")
    assert az.read_text().startswith(f"{directory} login --tenant {account.tenant_id}")
    assert f"--service-principal -u {account.app_id}" in az.read_text()


def test_a_stack_of_another_login_leaves_az_alone(home: Home, az: Path) -> None:
    deployer_environment(home, "by-job", "up")
    assert az.read_text() == ""


@pytest.mark.usefixtures("no_az")
def test_the_job_s_subject_is_the_stack_s_environment(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ACTIONS_ID_TOKEN_REQUEST_URL", "AZURE_FEDERATED_TOKEN_FILE"):
        monkeypatch.setenv(name, "https://of.another.example")
    environment = deployer_environment(home, "by-job", "up")
    address = urlsplit(environment["ACTIONS_ID_TOKEN_REQUEST_URL"])
    assert f"{address.scheme}://{address.netloc}" == ENDPOINT.origin
    assert parse_qs(address.query)["subject"] == ["repo:contoso/aks-entra:environment:by-job"]
    account = World.load().account("deployer")
    assert environment["ARM_CLIENT_ID"] == account.app_id
    assert "AZURE_FEDERATED_TOKEN_FILE" not in environment
    assert account.secret not in environment.values(), "a job has no secret"


def test_the_deployer_may_log_in_from_the_job_of_each_environment() -> None:
    principal = next(
        found for found in World.load().service_principals if found.account.name == "deployer"
    )
    subjects = {each.subject for each in principal.federated_credentials}
    assert subjects >= {
        f"repo:{deployer.REPOSITORY}:environment:{name}" for name in ("dev", "stg", "prd")
    }
