"""A stack of the recorded provider `conform`, run step by step, and what each run did."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.engine import Outcome, PolicyPackRef, Run, run
from rehearsal.engine.stored import StoredStack
from tests.support.conform import environment
from tests.support.states import PASSPHRASE, SALT

_HEAD = """
import conform, pulumi
from conform import Exclusive, Fragile, Partial, Picky, Replacer, Secretive, Thing, Vague
from pulumi import Alias, ComponentResource, ResourceOptions as Options, export

class Team(ComponentResource):
    def __init__(self, name, opts=None, **inputs):
        super().__init__("suite:index:Team", name, inputs, opts)
"""
_CALLS = {"Create", "Update", "Delete", "Read"}


@dataclass(frozen=True)
class Seen:
    """What a run did."""

    outcome: Outcome
    steps: list[str]
    """`OP NAME` of each step but the same ones, `OP NAME failed` where it failed, sorted."""
    calls: list[str]
    """`METHOD NAME` of each call that changes or reads something, in their order."""
    arguments: list[dict[str, Any]]
    """The calls' arguments."""
    rows: dict[str, dict[str, Any]]
    """The rows of the state afterwards, by name; of a replaced one the last."""

    @property
    def errors(self) -> list[str]:
        """The errors that were told."""
        return [told.message for told in self.outcome.diagnostics if told.severity == "error"]


class Suite:
    """A project in a folder, with a provider whose world starts empty."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "Pulumi.yaml").write_text("name: suite\nruntime: python\n")
        (folder / "Pulumi.dev.yaml").write_text(f"encryptionsalt: {SALT}\nconfig: {{}}\n")
        self._log = folder / "calls.jsonl"
        self._world = folder / "world.json"
        self._write({"counters": {}, "objects": {}, "faults": {}})

    def put(self, identifier: str, kind: str, **inputs: Any) -> None:
        """Make an object that no program made."""
        name = identifier.split("-")[1]
        world = self.world()
        world["objects"][identifier] = {
            "type": kind,
            "name": name,
            "region": "default",
            "revision": 1,
            "inputs": inputs,
        }
        self._write(world)

    def remove(self, *identifiers: str) -> None:
        """Delete objects behind the engine's back."""
        world = self.world()
        for identifier in identifiers:
            del world["objects"][identifier]
        self._write(world)

    def fault(self, call: str, message: str = "") -> None:
        """Let a call (`create:NAME`) fail with a message, or work again without one."""
        world = self.world()
        world["faults"] = {call: message} if message else {}
        self._write(world)

    def policy_pack(self, *policies: str) -> PolicyPackRef:
        """A pack of these policies, each an expression."""
        folder = self._folder / "pack"
        folder.mkdir(exist_ok=True)
        (folder / "PulumiPolicy.yaml").write_text("runtime: python\nversion: 1.0.0\n")
        listed = ", ".join(policies)
        text = f"from pulumi_policy import *\nPolicyPack('pack', [{listed}])\n"
        (folder / "__main__.py").write_text(text)
        return PolicyPackRef(folder)

    def world(self) -> dict[str, Any]:
        """The provider's world."""
        found: dict[str, Any] = json.loads(self._world.read_text())
        return found

    def _write(self, world: dict[str, Any]) -> None:
        self._world.write_text(json.dumps(world))

    def up(self, *lines: str, **options: Any) -> Seen:
        """An `up` of a program of these lines."""
        return self.run("up", *lines, **options)

    def preview(self, *lines: str, **options: Any) -> Seen:
        """A preview of a program of these lines."""
        return self.run("preview", *lines, **options)

    def run(self, operation: Any, *lines: str, **options: Any) -> Seen:
        """An operation; the program stays as it is if there are no lines."""
        if lines:
            (self._folder / "__main__.py").write_text("\n".join([_HEAD, *lines, ""]))
        self._log.write_text("")
        request = Run(
            operation=operation,
            project_dir=self._folder,
            stack="dev",
            backend=self._folder,
            passphrase=PASSPHRASE,
            python=Path(sys.executable),
            environment=environment(self._folder),
            **options,
        )
        outcome = run(request, lambda _: None)
        found = [json.loads(line) for line in self._log.read_text().split("\n") if line]
        calls = [call for call in found if call["method"] in _CALLS]
        return Seen(
            outcome,
            sorted(_step(step) for step in outcome.steps if step.op not in {"same", "replace"}),
            [f"{call['method']} {_name(call['urn'])}" for call in calls],
            calls,
            self._rows(),
        )

    def _rows(self) -> dict[str, dict[str, Any]]:
        if not (self._folder / ".pulumi").exists():
            return {}
        text = StoredStack.of(self._folder, self._folder, "dev", PASSPHRASE).exported()
        rows = json.loads(text)["deployment"].get("resources", [])
        return {_name(row["urn"]): row for row in rows}


def _step(step: Any) -> str:
    return f"{step.op} {_name(step.urn)}{' failed' if step.failed else ''}"


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]
