"""`python -m bench.measured FOLDER OPERATION`: one run in a process of its own, as JSON.

The operation `floor` runs the program without an engine.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.floor import run_without_engine
from bench.light import LightProvider
from rehearsal.engine import Run, run

PASSPHRASE = "bench"  # noqa: S105 - of states that are thrown away


@dataclass(frozen=True)
class Measured:
    """What a run took: wall time, the engine's own processor time, and the most memory, in MB."""

    seconds: float
    engine_seconds: float
    engine_megabytes: float
    program_megabytes: float


def measure(folder: Path, operation: Any) -> Measured:
    """Run an operation of the project in the folder.

    Raises:
        RuntimeError: It failed.
    """
    started = time.perf_counter()
    if operation == "floor":
        run_without_engine(folder)
    else:
        request = Run(
            operation=operation,
            project_dir=folder,
            stack="dev",
            backend=folder,
            passphrase=PASSPHRASE,
            python=Path(sys.executable),
            environment=os.environ,
            providers={"light": LightProvider},
        )
        outcome = run(request, lambda _: None)
        if outcome.result != "succeeded":
            raise RuntimeError(f"{operation} {outcome.result}: {outcome.diagnostics}")
    return Measured(
        seconds=time.perf_counter() - started,
        engine_seconds=time.process_time(),
        engine_megabytes=_peak(resource.RUSAGE_SELF),
        program_megabytes=_peak(resource.RUSAGE_CHILDREN),
    )


def _peak(who: int) -> float:
    """The most memory a process (of the ended children: the largest) ever had; getrusage(2)."""
    return resource.getrusage(who).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(asdict(measure(Path(sys.argv[1]), sys.argv[2]))))
