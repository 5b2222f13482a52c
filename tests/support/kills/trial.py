"""One run that is killed at a random moment, and the run after it."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tests.support.conform import ROOT
from tests.support.kills import canonical
from tests.support.kills.engine import environment, run_here
from tests.support.kills.program import choose, write_project
from tests.support.kills.strike import Clock, Phase, Strike, Victim

if TYPE_CHECKING:
    from rehearsal.engine import Outcome
    from tests.support.kills.program import Generation

Base = Literal["nothing", "first", "second"]

CLOCKS: tuple[Clock, ...] = ("calls", "writes", "seconds")
PHASES: dict[Clock, tuple[Phase, ...]] = {
    "calls": ("before", "after"),
    "writes": ("before", "within", "after"),
    "seconds": ("before",),
}
SECONDS = 20.0


@dataclass(frozen=True)
class Scenario:
    """An operation on a stack, what is run after its end by force, and what has to come of it."""

    start: Base
    generation: Generation
    operation: str
    then: str
    end: Base
    options: dict[str, bool] = field(default_factory=dict[str, bool])
    victims: tuple[Victim, ...] = ("engine", "program", "provider")
    drift: bool = False
    """Somebody changes one object and deletes another one before."""


@dataclass(frozen=True)
class Report:
    """How a run ended: its exit status, what it wrote, and how much it did by each clock."""

    status: int
    stdout: str
    stderr: str
    done: dict[Clock, float]


class Stacks:
    """A folder with a stack of each generation, and one with none, to begin with copies of."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lengths: dict[str, dict[Clock, float]] = {}
        nothing = self.base("nothing")
        nothing.mkdir()
        write_project(nothing)
        self._deploy("nothing", "first")
        self._deploy("first", "second")

    def _deploy(self, start: Base, generation: Generation) -> None:
        folder = self.copy(start, generation)
        choose(folder, generation)
        assert run_here(folder, "up").result == "succeeded"
        outcome = run_here(folder, "up", expect_no_changes=True)
        assert outcome.result == "succeeded", "nothing is left to do"

    def base(self, name: Base) -> Path:
        """The folder of a base."""
        return self._root / name

    def copy(self, start: Base, name: str) -> Path:
        """A new folder that begins as a base."""
        return shutil.copytree(self.base(start), self._root / name)

    def begin(self, scenario: Scenario, name: str) -> Path:
        """A new folder in which the scenario's operation can be run."""
        folder = self.copy(scenario.start, name)
        choose(folder, scenario.generation)
        if scenario.drift:
            _drift(folder)
        return folder

    def length(self, scenario: Scenario) -> dict[Clock, float]:
        """How much the scenario's operation does by each clock when nobody is killed."""
        name = f"whole-{scenario.start}-{scenario.operation}"
        if name not in self._lengths:
            folder = self.begin(scenario, name)
            never = Strike(str(folder), "engine", "seconds", SECONDS, "before", 0)
            report = run_apart(folder, scenario.operation, never)
            assert report.status == 0, report
            self._lengths[name] = report.done
        return self._lengths[name]

    def strike(self, scenario: Scenario, folder: Path, seed: int) -> Strike:
        """The strike of a seed, at any moment of the scenario's operation."""
        chance = random.Random(seed)
        clock = chance.choice(CLOCKS)
        moment = chance.random() * self.length(scenario)[clock]
        return Strike(
            folder=str(folder),
            victim=scenario.victims[seed % len(scenario.victims)],
            clock=clock,
            moment=moment if clock == "seconds" else int(moment) + 1,
            phase=chance.choice(PHASES[clock]),
            seed=seed,
        )


def _drift(folder: Path) -> None:
    path = folder / "world.json"
    world = json.loads(path.read_text())
    world["objects"]["thing-same-1"]["inputs"]["value"] = "drifted"
    del world["objects"]["thing-blue-quota-1"]
    path.write_text(json.dumps(world))


def run_apart(folder: Path, operation: str, strike: Strike) -> Report:
    """Run an operation in a process of its own, which the strike may hit, to its end."""
    engine = subprocess.Popen(
        [sys.executable, "-m", "tests.support.kills.engine", folder, operation],
        cwd=ROOT,
        env=environment(folder) | strike.as_variable(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        stdout, stderr = engine.communicate(timeout=SECONDS)
    finally:
        engine.kill()
        engine.wait()
    seconds = json.loads(stdout)["seconds"] if stdout else 0.0
    done: dict[Clock, float] = {
        "calls": _size(folder / "calls"),
        "writes": _size(folder / "writes"),
        "seconds": seconds,
    }
    return Report(engine.returncode, stdout, stderr, done)


def was_struck(folder: Path) -> bool:
    """Whether the run came to the moment of its strike, and the victim was there."""
    return (folder / "struck").exists()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def survivors(folder: Path) -> list[str]:
    """The processes that still work in the folder after a moment in which they could end."""
    deadline = time.monotonic() + SECONDS
    mark = f"CONFORM_WORLD={folder}/".encode()
    while found := [path for path in Path("/proc").glob("[0-9]*/environ") if _has(path, mark)]:
        if time.monotonic() > deadline:
            return [(path.parent / "cmdline").read_text() for path in found]
        time.sleep(0.02)
    return []


def _has(path: Path, mark: bytes) -> bool:
    try:
        return mark in path.read_bytes()
    except OSError:
        return False


def go_on(scenario: Scenario, folder: Path) -> Outcome:
    """The one run that has to be enough."""
    return run_here(folder, scenario.then, **scenario.options)


def differences(stacks: Stacks, scenario: Scenario, folder: Path) -> list[str]:
    """What differs from a stack whose runs were not disturbed, in the world and in the state."""
    found: list[str] = []
    expected = stacks.base(scenario.end)
    looks: tuple[tuple[str, Any], ...] = (
        ("world", canonical.stable_world),
        ("state", canonical.stable_state),
    )
    for what, look in looks:
        wanted, there = look(expected), look(folder)
        found += [f"{what}: - {text}" for text in wanted if text not in there]
        found += [f"{what}: + {text}" for text in there if there.count(text) > wanted.count(text)]
    return found
