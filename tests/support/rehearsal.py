"""A rehearsal of its own, driven by the commands that a user types."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

ROOT = Path(__file__).parents[2]
PROGRAM = (
    "Pulumi.yaml",
    "__main__.py",
    "components",
    "policy",
    "rehearsal",
    "requirements-az.txt",
    "settings",
    "stacks",
)
Result = subprocess.CompletedProcess[str]


def copy_project(target: Path) -> Path:
    """Copy what a deployment needs, so that a test may edit stack files."""
    target.mkdir(parents=True)
    for name in PROGRAM:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target / name)
    (target / ".venv").symlink_to(ROOT / ".venv")
    return target


@contextmanager
def rehearsing(directory: Path) -> Generator[Rehearsal]:
    """A rehearsal in a directory of its own; whatever happens, none of it runs afterwards."""
    rehearsal = Rehearsal(directory)
    try:
        yield rehearsal
    finally:
        rehearsal.run("cloud", "reset")


class Rehearsal:
    """A project copy and a home; every method is a command line."""

    def __init__(self, directory: Path) -> None:
        self.project = copy_project(directory / "project")
        self.home = directory / "home"
        self.said = directory / "said.txt"
        self.environment = os.environ | {"REHEARSAL_HOME": str(self.home), "NO_COLOR": "1"}

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "rehearsal", *words]

    def run(self, *words: str, expect: int | None = 0) -> Result:
        """Run `python -m rehearsal WORDS`; `expect` is the exit status it must have."""
        result = subprocess.run(
            self.command(*words),
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert expect is None or result.returncode == expect, (
            f"{' '.join(words)} exited {result.returncode}, expected {expect}\n"
            f"{result.stdout}\n{result.stderr}"
        )
        return result

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start `python -m rehearsal WORDS` and do not wait; `said` has what it prints."""
        with self.said.open("w") as output:
            return subprocess.Popen(
                self.command(*words),
                cwd=self.project,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def json(self, *words: str, expect: int | None = 0) -> dict[str, Any]:
        """The JSON object that the command prints with `--json`."""
        return json.loads(self.run(*words, "--json", expect=expect).stdout)

    def kubectl(self, account: str, *words: str, expect: int | None = 0) -> Result:
        """Run kubectl as an account of world.yaml."""
        return self.run("as", account, "--", "kubectl", *words, expect=expect)

    def objects(self, kinds: str) -> dict[str, dict[str, Any]]:
        """The cluster's objects of some kinds by `Kind namespace/name`, as platform-admin sees."""
        found = self.kubectl("platform-admin", "get", kinds, "-A", "-o", "json")
        items: list[dict[str, Any]] = json.loads(found.stdout)["items"]
        names = (
            item["metadata"].get("namespace", "") + "/" + item["metadata"]["name"] for item in items
        )
        return {f"{item['kind']} {name}": item for item, name in zip(items, names, strict=True)}

    def edit_stack(self, stack: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Change the configuration of a stack file in the project's copy."""
        file = self.project / "stacks" / f"Pulumi.{stack}.yaml"
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        change(document["config"])
        file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")

    def restore_stack(self, stack: str) -> None:
        """Take the stack file as it is in the repository."""
        name = f"Pulumi.{stack}.yaml"
        shutil.copy(ROOT / "stacks" / name, self.project / "stacks" / name)

    def cloud_pid(self) -> int:
        """The process id of the running local Azure."""
        return json.loads((self.home / "cloud.json").read_text(encoding="utf-8"))["pid"]

    def kill_cloud(self) -> None:
        """`kill -9` the local Azure."""
        os.kill(self.cloud_pid(), signal.SIGKILL)

    def processes(self) -> list[str]:
        """Command lines of the processes that work on this home."""
        lines: list[str] = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            line = b" ".join(words).decode(errors="replace")
            if str(self.home) in line or f"REHEARSAL_HOME={self.home}".encode() in environment:
                lines.append(line)
        return lines
