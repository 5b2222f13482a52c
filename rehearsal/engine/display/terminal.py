"""Draws a run on a terminal: the resource tree while it changes, then once more to be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.live import Live
from rich.text import Text
from rich.tree import Tree

from rehearsal.engine.display import sections, text
from rehearsal.engine.display.base import Display
from rehearsal.engine.display.view import label
from rehearsal.engine.events import Diagnostic

if TYPE_CHECKING:
    from rich.console import RenderableType

    from rehearsal.engine.display.view import Row
    from rehearsal.engine.events import Event

_REFRESHES_PER_SECOND = 8
_KEPT_LINES = 4
"""Lines of a full screen that are not for rows: title, counts, and room for the prompt."""


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
        """Take in an event for the next frame; messages are written above the tree."""
        with self.lock:
            self.view.take(event, self.clock())
        if isinstance(event, Diagnostic) and sections.is_remark(event):
            self.write(sections.diagnostic_line(event))

    def end(self) -> None:
        """Replace the live tree by the final one, and write the rest below it."""
        self._live.stop()
        self.write(filter(None, [text.title(self.view)]))
        under = self.view.children()
        for tree in self._trees(under, diffs=True):
            self.console.print(tree)
        self.tail()

    def frame(self) -> RenderableType:
        """What the terminal shows while the run goes on."""
        with self.lock:
            under = self.view.children()
            count = sum(map(len, under.values()))
            room = self.console.height - _KEPT_LINES
            body: list[RenderableType] = (
                [*self._trees(under, diffs=False)] if count <= room else [*self._active(room)]
            )
            return Group(text.title(self.view), *body, self._progress())

    def _progress(self) -> Text:
        """How much is done, for long runs."""
        rows = self.view.rows.values()
        running = sum(bool(row.running) for row in rows)
        done = sum(not row.running for row in rows)
        return Text(f"{done} done, {running} under way", style="dim")

    def _active(self, room: int) -> list[Text]:
        """The steps under way, as a list, where the tree is taller than the terminal."""
        now, rows = self.clock(), self.view.running()
        return [text.row_line(row, now=now, preview=self.preview) for row in rows[:room]]

    def _trees(self, under: dict[str, list[Row]], *, diffs: bool) -> list[Tree]:
        return [self._tree(row, under, diffs=diffs) for row in under.get("", [])]

    def _tree(self, row: Row, under: dict[str, list[Row]], *, diffs: bool) -> Tree:
        line = text.row_line(row, now=self.clock(), preview=self.preview)
        tree = Tree(self.fitted(line), guide_style="dim")
        if diffs:
            for change in text.diff_lines(row):
                tree.add(self.fitted(change))
        children = under.get(row.urn, [])
        for child in self._ordered(children, under) if diffs else children:
            tree.children.append(self._tree(child, under, diffs=diffs))
        return tree

    def _ordered(self, rows: list[Row], under: dict[str, list[Row]]) -> list[Row]:
        """Leaves by name, so that two runs look alike; then what has children, as it came."""
        leaves = [row for row in rows if row.urn not in under]
        return [
            *sorted(leaves, key=lambda row: label(row.urn)[::-1]),
            *(row for row in rows if row.urn in under),
        ]
