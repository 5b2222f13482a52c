"""Draws a run on a terminal: the resource tree while it changes, then once more to be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.live import Live

from rehearsal.engine.display import sections, text
from rehearsal.engine.display.base import Display
from rehearsal.engine.events import Diagnostic, RunStarted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType
    from rich.text import Text

    from rehearsal.engine.events import Event

_REFRESHES_PER_SECOND = 8
_KEPT_LINES = 3
"""Lines of a full screen that are not for rows: counts, and room for the prompt."""


class TerminalDisplay(Display):
    """A tree that grows in place."""

    def begin(self) -> None:
        """Start to draw."""
        self._live = Live(
            get_renderable=self.frame,
            console=self.console,
            refresh_per_second=_REFRESHES_PER_SECOND,
            transient=True,
        )
        self._live.start()

    def take(self, event: Event) -> None:
        """Take in an event for the next frame; title and messages are written above the tree."""
        with self.lock:
            self.view.take(event, self.clock())
        if isinstance(event, RunStarted):
            self.write([text.title(self.view)])
        elif isinstance(event, Diagnostic) and sections.is_remark(event):
            self.write(sections.diagnostic_line(event))

    def end(self) -> None:
        """Replace the live tree by the final one, and write the rest below it."""
        self._live.stop()
        self.write_wrapped(self.tree(diffs=True))
        self.tail()

    def frame(self) -> RenderableType:
        """What the terminal shows while the run goes on: a line a resource, none wrapped.

        Where the tree is taller than the terminal, only the steps under way are shown.
        """
        with self.lock:
            room = self.console.height - _KEPT_LINES
            body: Iterable[Text] = ()
            if len(self.view.changing) <= room:
                body = list(self.tree(diffs=False))
            if not body or len(body) > room:
                body = [self.line(row) for row in [*self.view.active.values()][:room]]
            lines = [*body, self.progress()]
        for line in lines:
            line.no_wrap, line.overflow = True, "ellipsis"
        return Group(*map(self.fitted, lines))
