"""How the engine does with many resources, beside what the SDK costs without any engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from bench.light import program
from bench.measured import Measured

FLOOR = "floor"


@dataclass(frozen=True)
class Row:
    """One measured run; runs of the same number of resources go on with the same state."""

    resources: int
    name: str
    operation: str


ROWS = (
    Row(1000, "program alone", FLOOR),
    Row(1000, "preview", "preview"),
    Row(1000, "up", "up"),
    Row(1000, "up, no change", "up"),
    Row(1000, "refresh", "refresh"),
    Row(1000, "destroy", "destroy"),
    Row(5000, "program alone", FLOOR),
    Row(5000, "preview", "preview"),
    Row(5000, "up", "up"),
    Row(5000, "up, no change", "up"),
)


def run() -> None:
    """Measure each run in a process of its own and print the table.

    `ms each` is wall time, and `engine ms` the engine's processor time, a resource.
    """
    table = Table(
        "resources",
        Column("run", no_wrap=True),
        "seconds",
        "ms each",
        "x program alone",
        "engine ms",
        "engine MB",
        "program MB",
        box=None,
    )
    with tempfile.TemporaryDirectory() as directory:
        floors: dict[int, float] = {}
        for row in ROWS:
            folder = _project(Path(directory, str(row.resources)), row.resources)
            measured = _measure(folder, row.operation)
            floor = floors.setdefault(row.resources, measured.seconds)
            table.add_row(
                f"{row.resources:,}",
                row.name,
                f"{measured.seconds:.1f}",
                f"{measured.seconds / row.resources * 1000:.1f}",
                f"{measured.seconds / floor:.2f}",
                *_of_engine(row, measured),
                f"{measured.program_megabytes:.0f}",
            )
    Console().print(table)


def _of_engine(row: Row, measured: Measured) -> tuple[str, str]:
    if row.operation == FLOOR:
        return "", ""
    milliseconds = measured.engine_seconds / row.resources * 1000
    return f"{milliseconds:.1f}", f"{measured.engine_megabytes:.0f}"


def _project(folder: Path, resources: int) -> Path:
    if not folder.exists():
        folder.mkdir()
        (folder / "Pulumi.yaml").write_text("name: bench\nruntime: python\n")
        (folder / "Pulumi.dev.yaml").write_text("config: {}\n")
        (folder / "__main__.py").write_text(program(resources))
    return folder


def _measure(folder: Path, operation: str) -> Measured:
    command = [sys.executable, "-m", "bench.measured", str(folder), operation]
    quiet = os.environ | {"GRPC_VERBOSITY": "ERROR"}  # it tells of every closed connection
    done = subprocess.run(command, env=quiet, check=True, stdout=subprocess.PIPE)  # noqa: S603 - our own command line
    return Measured(**json.loads(done.stdout))
