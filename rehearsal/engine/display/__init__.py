"""Shows a run to a person: a live tree on a terminal, plain lines anywhere else."""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, cast

from rich.console import Console

from rehearsal.engine.display.plain import PlainDisplay
from rehearsal.engine.display.terminal import TerminalDisplay
from rehearsal.engine.masking import MASKED, UNKNOWN_SHOWN
from rehearsal.engine.values import Secret, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from typing import TextIO

    from rehearsal.engine.events import Event, PolicyViolation

_COUNTED = ("create", "update", "delete", "replace", "same")


class _Console(Console):
    """A console whose reader may go away, as of `up | head`: the run goes on unseen."""

    def on_broken_pipe(self) -> None:
        """Write nothing any more."""
        self.quiet = True
        # Python flushes what the stream still holds at its end, which must not fail once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())


@contextmanager
def display(stream: TextIO | None = None) -> Generator[Callable[[Event], None]]:
    """Draw the events of one run on a stream, stdout if none is given.

    The function that it gives takes the events, from any thread. What has to be read at leisure
    (outputs, policies, warnings, errors, summary) is written when the context ends, also after an
    interruption. Colours are left out where `NO_COLOR` is set, and where no terminal is.
    """
    target = stream or sys.stdout
    console = _Console(
        file=target,
        force_terminal=target.isatty(),
        highlight=False,
        markup=False,
        emoji=False,
    )
    live = console.is_terminal and not console.is_dumb_terminal
    kind = TerminalDisplay if live else PlainDisplay
    with kind(console, time.monotonic) as shown:
        lock = threading.Lock()

        def take(event: Event) -> None:
            with lock:
                shown.take(event)

        yield take


class Finished(Protocol):
    """What `outcome_json` needs of a run's outcome."""

    @property
    def result(self) -> str:
        """How the run ended."""
        ...

    @property
    def changes(self) -> Mapping[Any, int]:
        """Steps by op."""
        ...

    @property
    def outputs(self) -> Mapping[str, Any]:
        """The stack's outputs, secrets as `Secret`."""
        ...

    @property
    def violations(self) -> Sequence[PolicyViolation]:
        """What the policies found."""
        ...

    @property
    def seconds(self) -> float:
        """How long the run took."""
        ...


def outcome_json(outcome: Finished) -> dict[str, object]:
    """The outcome as one JSON object, for `--json`.

    Secrets read `[secret]`, unknown values `<unknown>`.

    Returns:
        `result`; `changes` with a count for create, update, delete, replace and same, and for any
        other op that occurred; `outputs`; `violations`, an object each; `seconds`.
    """
    counts = {str(op): count for op, count in outcome.changes.items() if count}
    return {
        "result": outcome.result,
        "changes": dict.fromkeys(_COUNTED, 0) | counts,
        "outputs": {name: _open(value) for name, value in outcome.outputs.items()},
        "violations": [
            {
                "pack": one.pack,
                "policy": one.policy,
                "level": one.level,
                "severity": one.severity,
                "urn": one.urn,
                "message": one.message,
            }
            for one in outcome.violations
        ],
        "seconds": round(outcome.seconds, 3),
    }


def _open(value: object) -> object:
    """A value as JSON can hold it."""
    if isinstance(value, Secret):
        return MASKED
    if isinstance(value, Unknown):
        return UNKNOWN_SHOWN
    if isinstance(value, dict):
        return {key: _open(item) for key, item in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [_open(item) for item in cast("list[object]", value)]
    return value
