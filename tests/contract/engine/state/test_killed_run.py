"""A run that is killed: what it leaves behind, and how the next one goes on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.engine import Outcome, Run, run
from tests.support import conform

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SECONDS = 60.0
THING = "conform:index:Thing"
RUNNER = """
import json, os, sys
from pathlib import Path
from rehearsal.engine import PolicyPackRef, Run, run
folder = Path(sys.argv[1])
told = (folder / "told").open("w")
try:
    run(Run(
        operation="up",
        project_dir=folder,
        stack="dev",
        backend=folder,
        passphrase="correct-horse",
        python=Path(sys.executable),
        environment=dict(os.environ),
        providers={},
        policy_packs=(PolicyPackRef(folder / "pack"),),
    ), lambda event: print(event, file=told, flush=True))
except KeyboardInterrupt:
    os._exit(130)
"""
PACK = """
from pulumi_policy import *
PolicyPack("none", [
    ResourceValidationPolicy("none", "Nothing.", lambda args, report: None)
])
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return conform.environment(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: suite\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack/PulumiPolicy.yaml").write_text("runtime: python\nversion: 1.0.0\n")
    (tmp_path / "pack/__main__.py").write_text(PACK)
    write_program(tmp_path, delay=SECONDS)
    return tmp_path


def write_program(folder: Path, delay: float) -> None:
    (folder / "__main__.py").write_text(
        "from conform import Thing\n"
        "first = Thing('first', value=1)\n"
        f"Thing('second', value=first.id, delay={delay})\n"
    )


def do(operation: Any, folder: Path, environment: Mapping[str, str], **options: Any) -> Outcome:
    request = Run(
        operation=operation,
        project_dir=folder,
        stack="dev",
        backend=folder,
        passphrase="correct-horse",
        python=Path(sys.executable),
        environment=environment,
        providers={},
        **options,
    )
    return run(request, lambda _: None)


def latest(folder: Path) -> dict[str, Any]:
    state = folder / ".pulumi" / "stacks" / "suite" / "dev.json"
    if not state.exists():
        return {}
    return json.loads(state.read_text(encoding="utf-8"))["checkpoint"]["latest"]


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.05)


def children(pid: int) -> list[int]:
    """All processes below a process."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *children(int(child))]
    return found


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["urn"].rpartition("::")[2] for row in rows]


def test_a_killed_run_leaves_a_state_that_tells_what_it_was_doing(
    folder: Path, environment: dict[str, str]
) -> None:
    engine = subprocess.Popen([sys.executable, "-c", RUNNER, folder], env=environment)
    try:
        wait_until(
            lambda: "second" in names([one["resource"] for one in pending_of(folder)]),
            "the second create",
        )
        below = children(engine.pid)
        assert len(below) >= 3, "the program, the provider and the policy pack run"
    finally:
        engine.send_signal(signal.SIGKILL)
        engine.wait()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below), "their end")
    assert names(latest(folder)["resources"]) == ["suite-dev", "default", "first"]
    assert [one["type"] for one in pending_of(folder)] == ["creating"]

    write_program(folder, delay=0)
    outcome = do("up", folder, environment)
    assert outcome.result == "succeeded", "the lock of a process that is gone is no obstacle"
    assert outcome.changes == {"create": 1, "same": 2}
    assert any("interrupted while creating" in told.message for told in outcome.diagnostics)
    outcome = do("refresh", folder, environment, clear_pending_creates=True)
    assert outcome.result == "succeeded"
    assert pending_of(folder) == []


def pending_of(folder: Path) -> list[dict[str, Any]]:
    return latest(folder).get("pending_operations", [])


def test_an_interrupted_run_finishes_and_saves_what_is_in_flight(
    folder: Path, environment: dict[str, str]
) -> None:
    write_program(folder, delay=2)
    engine = subprocess.Popen([sys.executable, "-c", RUNNER, folder], env=environment)
    try:
        wait_until(
            lambda: "second" in names([one["resource"] for one in pending_of(folder)]),
            "the second create",
        )
        engine.send_signal(signal.SIGINT)
        engine.wait(SECONDS)
    finally:
        engine.kill()
        engine.wait()
    assert names(latest(folder)["resources"]) == ["suite-dev", "default", "first", "second"]
    assert pending_of(folder) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_twice_ends_at_once_and_tells_what_is_open(
    folder: Path, environment: dict[str, str], number: signal.Signals
) -> None:
    engine = subprocess.Popen([sys.executable, "-c", RUNNER, folder], env=environment)
    try:
        wait_until(
            lambda: "second" in names([one["resource"] for one in pending_of(folder)]),
            "the second create",
        )
        below = children(engine.pid)
        engine.send_signal(number)
        wait_until(lambda: "interrupted" in (folder / "told").read_text(), "the first one")
        engine.send_signal(number)
        assert engine.wait(SECONDS) == 130
    finally:
        engine.kill()
        engine.wait()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below), "their end")
    assert names([one["resource"] for one in pending_of(folder)]) == ["second"]
    assert list(folder.glob(".pulumi/locks/**/*.json")) == [], "the lock is given back"
    write_program(folder, delay=0)
    assert do("up", folder, environment).changes == {"create": 1, "same": 2}


def test_what_a_killed_destroy_was_deleting_is_looked_for_before_an_up(
    folder: Path, environment: dict[str, str]
) -> None:
    write_program(folder, delay=0)
    assert do("up", folder, environment).result == "succeeded"
    state = folder / ".pulumi/stacks/suite/dev.json"
    content = json.loads(state.read_text())
    rows = content["checkpoint"]["latest"]["resources"]
    pending = [{"resource": row, "type": "deleting"} for row in rows if row["type"] == THING]
    content["checkpoint"]["latest"]["pending_operations"] = pending
    state.write_text(json.dumps(content))
    world = folder / "world.json"
    objects = json.loads(world.read_text())
    (gone,) = [key for key, value in objects["objects"].items() if value["name"] == "second"]
    del objects["objects"][gone]
    world.write_text(json.dumps(objects))

    assert do("preview", folder, environment, reads_half_deleted=True).changes == {
        "create": 1,
        "same": 2,
    }
    assert do("up", folder, environment, reads_half_deleted=True).changes == {
        "create": 1,
        "same": 2,
    }
    assert pending_of(folder) == []
    assert do("up", folder, environment, expect_no_changes=True).result == "succeeded"
    there = json.loads(world.read_text())["objects"].values()
    assert sorted(value["name"] for value in there) == ["first", "second"]
