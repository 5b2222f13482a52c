"""Progress of steps that take minutes: a line that changes on a terminal, some lines elsewhere."""

from __future__ import annotations

from typing import Protocol, TextIO

_PLAIN_INTERVAL_SECONDS = 30.0
DONE = "done"


class Progress(Protocol):
    """Is told of a step again and again, at last with `detail` "done"."""

    def __call__(self, step: str, seconds: float, detail: str) -> None:
        """Tell that `step` has been going on for `seconds`; `detail` may be empty."""
        ...


class LineProgress:
    """Writes to a stream: in place if it is a terminal, else a line now and then."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._in_place = stream.isatty()
        self._step = ""
        self._next_plain = 0.0

    def __call__(self, step: str, seconds: float, detail: str) -> None:
        """As `Progress`."""
        minutes, rest = divmod(int(seconds), 60)
        text = f"{step} ... {minutes}:{rest:02}" + (f", {detail}" if detail else "")
        if self._in_place:
            # Carriage return, and clear to the end of the line.
            self._write(f"\r{text}\x1b[K" + ("\n" if detail == DONE else ""))
        elif step != self._step or detail == DONE or seconds >= self._next_plain:
            self._write(f"{text}\n")
            self._next_plain = seconds + _PLAIN_INTERVAL_SECONDS
        self._step = step

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
