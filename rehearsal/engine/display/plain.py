"""Draws a run as lines, for logs and pipes: a line when a step ends, reminders of slow ones.

A preview, whose steps take no time, is written as a tree at its end: the same in each run.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.text import Text

from rehearsal.engine.display import changes, sections, text
from rehearsal.engine.display.base import Display
from rehearsal.engine.events import Diagnostic, RunStarted, StepFinished

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rehearsal.engine.events import Event

_SLOW_SECONDS = 2.0
_REMINDER_SECONDS = 20.0
_POLL_SECONDS = 0.5


class PlainDisplay(Display):
    """Lines in the order of events."""

    def begin(self) -> None:
        """Start to watch for slow steps."""
        self._reminded: dict[str, float] = {}
        self._written = self.clock()
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._remind_until_end, daemon=True)
        self._watch.start()

    def take(self, event: Event) -> None:
        """Write what the event has to say at once, if anything."""
        with self.lock:
            self.view.take(event, self.clock())
            if isinstance(event, RunStarted):
                self.write([text.title(self.view)])
            elif isinstance(event, StepFinished) and not self.preview:
                self._finished(event)
            elif isinstance(event, Diagnostic) and sections.is_remark(event):
                self.write(sections.diagnostic_line(event))

    def end(self) -> None:
        """Write the rest."""
        self._ended.set()
        self._watch.join()
        if self.preview:
            self.write_wrapped(self.tree(diffs=True))
        self.tail()

    def write(self, lines: Iterable[Text]) -> None:
        """Write lines, and remember when."""
        super().write(lines)
        self._written = self.clock()

    def remind(self) -> None:
        """Tell of steps that have been going on for long, now and again, or else of the run."""
        now = self.clock()
        with self.lock:
            for row in self.view.active.values():
                due = self._reminded.get(row.urn, row.started + _SLOW_SECONDS)
                if now >= due:
                    self._reminded[row.urn] = now + _REMINDER_SECONDS
                    self.write([self.line(row)])
            if now >= self._written + _REMINDER_SECONDS:
                self.write([self.progress()])

    def _remind_until_end(self) -> None:
        while not self._ended.wait(_POLL_SECONDS):
            self.remind()

    def _finished(self, event: StepFinished) -> None:
        """Write a step that ended; each step of a replacement has a line of its own here."""
        row = replace(
            self.view.rows[event.urn],
            op=event.op,
            running=0,
            seconds=event.seconds,
            failed=event.failed,
            diff=event.diff,
        )
        if event.op == "replace" or not row.shown:
            return
        self.write([self.line(row)])
        self.write_wrapped(Text("    ").append_text(line) for line in changes.diff_lines(row))
