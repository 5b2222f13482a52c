"""`python -m tests.support.kills.engine FOLDER OPERATION`: a run that may be killed.

`run_here` is the same run in this process. Exit status: that of the outcome.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rehearsal.engine import Outcome, Run, backend, run
from tests.support import conform
from tests.support.kills.strike import Strike

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PLUGINS = Path(__file__).parent / "bin"
PASSPHRASE = "correct-horse"


def environment(folder: Path) -> dict[str, str]:
    """The environment of a run in the folder, with a provider that can be struck."""
    return conform.environment(folder, plugins=PLUGINS)


def run_here(folder: Path, operation: Any, **options: Any) -> Outcome:
    """Run an operation on the project in the folder; the provider is a plugin unless given."""
    request = Run(
        operation=operation,
        project_dir=folder,
        stack="dev",
        backend=folder,
        passphrase=PASSPHRASE,
        python=Path(sys.executable),
        environment=environment(folder),
        **options,
    )
    return run(request, lambda _: None)


def _strike_at_writes(strike: Strike) -> None:
    """Count writes of the state's files, and strike at one of them."""
    replace = backend.replace_pieces

    def replace_pieces(path: Path, pieces: Iterable[bytes], *, durable: bool) -> None:
        text = b"".join(pieces)
        with strike.around("writes", os.getpid()) as half_done:

            def halves() -> Iterator[bytes]:
                yield text[: len(text) // 2]
                half_done()
                yield text[len(text) // 2 :]

            replace(path, halves(), durable=durable)

    backend.replace_pieces = replace_pieces


def _main(folder: str, operation: str) -> int:
    strike = Strike.planned()
    if strike is not None:
        _strike_at_writes(strike)
        if strike.clock == "seconds":
            strike.after_seconds(os.getpid())
    outcome = run_here(Path(folder), operation)
    errors = [told.message for told in outcome.diagnostics if told.severity == "error"]
    print(json.dumps({"errors": errors, "changes": outcome.changes, "seconds": outcome.seconds}))
    return outcome.exit_code


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
