"""Runs conformance scenarios through the engine, and records what `compare.py` reads."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.engine import Adoption, Event, Outcome, PolicyPackRef, PolicyRemediation, Run, run
from rehearsal.engine.values import Secret, Unknown, Value

HERE = Path(__file__).parent
SCENARIOS = HERE / "scenarios"
PASSPHRASE = "correct-horse"
_SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
_FLAGS = ("expect_no_changes", "refresh", "clear_pending_creates")


@dataclass
class Recorder:
    """Runs the operations of one scenario in a fresh folder with a fresh backend."""

    scenario: Path
    folder: Path
    """Where project, backend, world and results are; `results` holds a folder an operation."""

    def __post_init__(self) -> None:
        self.plan: dict[str, Any] = json.loads(_text(self.scenario / "scenario.json"))
        for path in (self.project, self.backend, self.results):
            path.mkdir(parents=True)
        if "given_world" in self.plan:
            shutil.copyfile(self.scenario / self.plan["given_world"], self.world)
        if "given_state" in self.plan:
            self.state.parent.mkdir(parents=True)
            shutil.copyfile(self.scenario / self.plan["given_state"], self.state)

    @property
    def project(self) -> Path:
        return self.folder / "project"

    @property
    def backend(self) -> Path:
        return self.folder / "backend"

    @property
    def results(self) -> Path:
        return self.folder / "results"

    @property
    def world(self) -> Path:
        return self.folder / "world.json"

    @property
    def log(self) -> Path:
        return self.folder / "calls.jsonl"

    @property
    def state(self) -> Path:
        return self.backend / ".pulumi" / "stacks" / "suite" / "dev.json"

    def record(self) -> None:
        """Run every operation in its order."""
        for operation in self.plan["operations"]:
            if operation["op"] == "world":
                self._edit_world(operation)
            else:
                self._run(operation)

    def _edit_world(self, operation: dict[str, Any]) -> None:
        """Change the provider's world behind the engine's back."""
        content = json.loads(_text(self.world))
        for path, value in operation.get("set", {}).items():
            *parents, last = path.split("/")
            _descend(content, parents)[last] = value
        for path in operation.get("delete", []):
            *parents, last = path.split("/")
            del _descend(content, parents)[last]
        self.world.write_text(json.dumps(content), encoding="utf-8")

    def _run(self, operation: dict[str, Any]) -> None:
        self._prepare(operation)
        events: list[Event] = []
        outcome = run(self._request(operation), events.append)
        folder = self.results / operation["name"]
        folder.mkdir()
        recording = {
            "operation": operation["op"],
            "exit_code": outcome.exit_code,
            "change_summary": outcome.changes,
            **_told(outcome, events),
        }
        if operation["op"] != "preview":
            recording["outputs"] = {key: _shown(item) for key, item in outcome.outputs.items()}
            if self.state.exists():
                shutil.copyfile(self.state, folder / "state.json")
        text = json.dumps(recording, indent=1)
        (folder / "expected.json").write_text(text, encoding="utf-8")
        for source, name in ((self.world, "world.json"), (self.log, "calls.jsonl")):
            if source.exists():
                shutil.copyfile(source, folder / name)

    def _prepare(self, operation: dict[str, Any]) -> None:
        """Put the operation's files into the project folder, and empty the call log."""
        self.log.write_text("", encoding="utf-8")
        shutil.copyfile(self.scenario / "Pulumi.yaml", self.project / "Pulumi.yaml")
        config = operation.get("config", "Pulumi.dev.yaml")
        shutil.copyfile(self.scenario / config, self.project / "Pulumi.dev.yaml")
        if "program" in operation:
            program = self.scenario / operation["program"]
            shutil.copytree(program, self.project, dirs_exist_ok=True)

    def _request(self, operation: dict[str, Any]) -> Run:
        packs: tuple[PolicyPackRef, ...] = ()
        if "policy_pack" in operation:
            config = operation.get("policy_config")
            packs = (
                PolicyPackRef(
                    self.scenario / operation["policy_pack"],
                    self.scenario / config if config else None,
                ),
            )
        return Run(
            operation=operation["op"],
            project_dir=self.project,
            stack="dev",
            backend=self.backend,
            passphrase=PASSPHRASE,
            python=Path(sys.executable),
            environment=self._environment(),
            providers={},
            policy_packs=packs,
            adoptions=_adoptions(operation),
            **{name: operation[name] for name in _FLAGS if name in operation},
        )

    def _environment(self) -> dict[str, str]:
        provider = HERE / "provider"
        path = (provider, Path(sys.executable).parent, os.environ["PATH"])
        return {
            **os.environ,
            "CONFORM_WORLD": str(self.world),
            "CONFORM_LOG": str(self.log),
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PATH": os.pathsep.join(map(str, path)),
            "PYTHONPATH": str(provider),
            "PYTHONDONTWRITEBYTECODE": "1",
        }


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _descend(content: dict[str, Any], parents: list[str]) -> dict[str, Any]:
    for part in parents:
        content = content[part]
    return content


def _told(outcome: Outcome, events: list[Event]) -> dict[str, Any]:
    """What the run told about steps, messages and policies."""
    return {
        "steps": [
            {"op": step.op, "urn": step.urn, "failed": step.failed}
            for step in outcome.steps
            if step.op not in {"same", "replace"}
        ],
        "diagnostics": [
            {"severity": told.severity, "urn": told.urn, "message": told.message}
            for told in outcome.diagnostics
            if told.severity in {"error", "warning"}
        ],
        "policy_violations": [
            {
                "pack": told.pack,
                "policy": told.policy,
                "level": told.level,
                "urn": told.urn,
                "message": told.message,
            }
            for told in outcome.violations
        ],
        "policy_remediations": [
            {
                "pack": event.pack,
                "policy": event.policy,
                "urn": event.urn,
                "before": event.before,
                "after": event.after,
            }
            for event in events
            if isinstance(event, PolicyRemediation)
        ],
    }


def _adoptions(operation: dict[str, Any]) -> tuple[Adoption, ...]:
    """What an `import` operation imports."""
    if operation["op"] != "import":
        return ()
    protect = operation.get("protect", True)
    return (Adoption(operation["type"], operation["resource"], operation["id"], protect=protect),)


def _shown(value: Value) -> Any:
    """An output as the recordings hold it: secrets with their plaintext."""
    if isinstance(value, Secret):
        return {**_SECRET, "plaintext": json.dumps(_shown(value.value))}
    if isinstance(value, dict):
        return {key: _shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shown(item) for item in value]
    assert not isinstance(value, Unknown), "an output is unknown after the run"
    return value
