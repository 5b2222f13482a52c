"""How long the main job takes, step by step.

The measure is the time that a bare Python needs to import the program's SDKs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

IMPORTS = "import pulumi, pulumi_azure_native, pulumi_azuread, pulumi_kubernetes"
REPEATS = 3


@dataclass(frozen=True)
class Step:
    """One timed command line of `python -m rehearsal`."""

    name: str
    words: tuple[str, ...]
    repeats: int = 1


STEPS = (
    Step("start the local Azure", ("cloud", "start")),
    Step("preview, nothing deployed", ("preview",), REPEATS),
    Step("up, nothing deployed", ("up",)),
    Step("up, nothing to change", ("up", "--expect-no-changes"), REPEATS),
    Step("refresh", ("refresh",)),
    Step("kubectl as a developer, first login", ("as", "payments-dev", "--", "kubectl", "version")),
    Step(
        "kubectl as a developer, token kept",
        ("as", "payments-dev", "--", "kubectl", "version"),
        REPEATS,
    ),
    Step("destroy", ("destroy",)),
)


def seconds(command: list[str], environment: dict[str, str], repeats: int) -> float:
    """Wall time of the quickest of some runs of a command that has to succeed."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 -- our own command lines
        best = min(best, time.perf_counter() - start)
    return best


def run() -> None:
    """Run the steps in a home of their own and print the table."""
    table = Table("step", "seconds", "x the SDKs' import", box=None, title_justify="left")
    with tempfile.TemporaryDirectory() as directory:
        environment = os.environ | {"REHEARSAL_HOME": str(Path(directory, "home"))}
        rehearsal = [sys.executable, "-m", "rehearsal"]
        floor = seconds([sys.executable, "-c", IMPORTS], environment, REPEATS)
        table.add_row("import the SDKs (the measure)", f"{floor:.2f}", "1.0")
        try:
            for step in STEPS:
                taken = seconds([*rehearsal, *step.words], environment, step.repeats)
                table.add_row(step.name, f"{taken:.2f}", f"{taken / floor:.1f}")
        finally:
            seconds([*rehearsal, "cloud", "reset"], environment, 1)
    Console().print(table)
