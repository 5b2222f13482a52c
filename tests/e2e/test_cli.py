"""The command line as a person uses and misuses it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.azure import Azure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.rehearsal import Rehearsal

pytestmark = pytest.mark.e2e


def wait_until(is_so: Callable[[], object]) -> None:
    """Wait for what a started command does."""
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to it"
        time.sleep(0.02)


def test_ctrl_c_saves_what_is_there_and_the_next_up_finishes(empty: Rehearsal) -> None:
    process = empty.start("up")
    # A line a couple of seconds into the cluster's creation, which goes on without us.
    wait_until(lambda: "ManagedCluster aks-entra-cluster  creating" in empty.said.read_text())
    os.kill(process.pid, signal.SIGINT)
    status = process.wait(timeout=60)
    said = empty.said.read_text()
    assert status == 1, said
    assert "the run was interrupted" in said
    assert "Traceback" not in said
    assert "Task was destroyed" not in said
    empty.run("up")
    empty.run("up", "--expect-no-changes")
    assert len(Azure(empty).clusters()) == 1


def test_the_second_of_two_runs_names_the_first(deployed: Rehearsal) -> None:
    first = deployed.start("up")
    locks = deployed.home / "backend/.pulumi/locks/organization/aks-entra/local"
    wait_until(lambda: list(locks.glob("*.json")))
    refused = deployed.run("up", expect=1)
    assert first.wait(timeout=60) == 0, deployed.said.read_text()
    assert f"pid {first.pid}" in refused.stdout
    assert "wait for the other run to end" in refused.stdout


def test_deleted_by_hand_found_by_refresh_made_by_up(deployed: Rehearsal) -> None:
    before = set(deployed.objects("rolebindings"))
    deployed.kubectl("platform-admin", "-n", "shop", "delete", "rolebinding", "--all")
    assert deployed.json("refresh")["changes"]["delete"] == 1
    assert deployed.json("up")["changes"]["create"] == 1
    assert set(deployed.objects("rolebindings")) == before


def test_an_exported_state_comes_back(deployed: Rehearsal, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text(deployed.run("stack", "export").stdout)
    refused = deployed.run("stack", "import", "-s", "dev", str(file), expect=1)
    assert "is of the stack 'aks-entra/local', not of 'aks-entra/dev'" in refused.stderr
    assert deployed.run("stack", "ls").stdout.split() == ["organization/aks-entra/local"]
    deployed.run("stack", "import", str(file))
    deployed.run("up", "--expect-no-changes")


def test_damaged_states_are_left_as_they_are(deployed: Rehearsal) -> None:
    state = deployed.home / "backend/.pulumi/stacks/aks-entra/local.json"
    whole = state.read_text(encoding="utf-8")
    try:
        for damaged in (whole[: len(whole) // 2], "{}", "[]", "", whole.replace('"magic":"', "&")):
            state.write_text(damaged, encoding="utf-8")
            for words in (("up",), ("stack", "output"), ("destroy",)):
                refused = deployed.run(*words, expect=1)
                said = refused.stdout + refused.stderr
                assert str(state) in said
                assert "Traceback" not in said
            assert state.read_text(encoding="utf-8") == damaged
    finally:
        state.write_text(whole, encoding="utf-8")
    deployed.run("up", "--expect-no-changes")


def test_the_environment_for_other_tools_is_complete(deployed: Rehearsal) -> None:
    azure = json.loads(deployed.run("cloud", "env", "--json").stdout)
    script = f"{deployed.run('engine', 'env').stdout}\nenv -0; command -v kubelogin >&2"
    shell = subprocess.run(
        ["/bin/sh", "-ec", script], capture_output=True, text=True, check=True, env={"PATH": "/bin"}
    )
    variables = dict(line.split("=", 1) for line in shell.stdout.split("\0") if line)
    assert azure.items() <= variables.items()
    assert variables["PULUMI_BACKEND_URL"] == f"file://{deployed.home}/backend"
    assert "kubelogin" in shell.stderr


def test_no_secret_lies_in_state_or_logs(deployed: Rehearsal) -> None:
    azure = json.loads(deployed.run("cloud", "env", "--json").stdout)
    words = [azure["ARM_CLIENT_SECRET"].encode(), b"-Passw0rd", b"PRIVATE KEY", b"eyJhbGciOi"]
    for folder in ("backend", "logs", "kubeconfigs"):
        for file in (deployed.home / folder).rglob("*"):
            # kubelogin's own token cache, in a directory that only its owner enters.
            if file.is_file() and not any(part.startswith("tokens-") for part in file.parts):
                content = file.read_bytes()
                assert [word for word in words if word in content] == [], file


def test_somebody_s_directory_is_no_home(empty: Rehearsal) -> None:
    empty.home.mkdir()
    (empty.home / "thesis.txt").touch()
    for words in (("up",), ("cloud", "start"), ("cloud", "reset"), ("down",)):
        assert "REHEARSAL_HOME" in empty.run(*words, expect=2).stderr
    assert [path.name for path in empty.home.iterdir()] == ["thesis.txt"]
    shutil.rmtree(empty.home)
