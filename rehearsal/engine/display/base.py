"""What both displays of a run share: the gathered view, the tree, and the part at the end."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from rich.text import Text

from rehearsal.engine.display import changes, policies, sections, text
from rehearsal.engine.display.view import RunView
from rehearsal.engine.display.wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rich.console import Console

    from rehearsal.engine.display.view import Row
    from rehearsal.engine.events import Event

_ASCII = str.maketrans("✗✓±→…├└│─", "xv%>.|`|-")
"""A letter for a letter, so that styles stay where they are."""


class Display:
    """A context manager that draws events; it ends by writing what is to be kept."""

    def __init__(self, console: Console, clock: Callable[[], float]) -> None:
        self.console = console
        self.clock = clock
        self.view = RunView()
        self.begun = clock()
        self.lock = threading.RLock()

    def __enter__(self) -> Self:
        self.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def begin(self) -> None:
        """Prepare to draw."""

    def take(self, event: Event) -> None:
        """Draw one event."""
        raise NotImplementedError

    def end(self) -> None:
        """Draw what remains, and stop."""
        raise NotImplementedError

    @property
    def preview(self) -> bool:
        """Whether the run only shows what it would do."""
        return self.view.started is not None and self.view.started.operation == "preview"

    def write(self, lines: Iterable[Text]) -> None:
        """Write lines as they are, as far as the stream has the letters."""
        for line in lines:
            self.console.print(self.fitted(line), soft_wrap=True)

    def write_wrapped(self, lines: Iterable[Text]) -> None:
        """Write lines that nobody copies: on a terminal, long ones are broken at words."""
        for line in lines:
            self.write(wrapped(line, self.console) if self.console.is_terminal else [line])

    def fitted(self, line: Text) -> Text:
        """The line in letters that the stream can write."""
        encoding = self.console.encoding
        plain = line.plain if encoding.startswith("utf") else line.plain.translate(_ASCII)
        fitted = line.copy()
        fitted.plain = plain.encode(encoding, "replace").decode(encoding)
        return fitted

    def tree(self, *, diffs: bool) -> Iterator[Text]:
        """The resources that change, below their ancestors, with their changes if `diffs`."""
        under = self.view.children()
        for root in under.get("", []):
            yield self.line(root)
            yield from self._below(root, under, "", diffs=diffs)

    def line(self, row: Row) -> Text:
        """What there is to say of a resource on one line."""
        return text.row_line(row, now=self.clock(), preview=self.preview)

    def progress(self) -> Text:
        """How much is done, and since when."""
        counts = f"{len(self.view.done)} done, {len(self.view.active)} under way"
        return Text(f"{counts}, {text.duration(self.clock() - self.begun)}", style="dim")

    def _below(
        self, row: Row, under: dict[str, list[Row]], indent: str, *, diffs: bool
    ) -> Iterator[Text]:
        children = under.get(row.urn, [])
        if diffs:
            guide = "│   " if children else "    "
            for change in changes.diff_lines(row):
                yield beside(f"{indent}{guide}", change)
        for child in children:
            branch, guide = ("└── ", "    ") if child is children[-1] else ("├── ", "│   ")
            yield beside(f"{indent}{branch}", self.line(child))
            yield from self._below(child, under, indent + guide, diffs=diffs)

    def tail(self) -> None:
        """Outputs, policies, warnings, errors, summary: what matters most stands last."""
        summary = self.view.summary
        parts = [
            (self.write, sections.output_lines(self.view)),
            (self.write_wrapped, policies.policy_lines(self.view)),
            (self.write, sections.diagnostic_lines(self.view)),
            (self.write_wrapped, sections.summary_lines(self.view, summary) if summary else ()),
        ]
        for write, section in parts:
            lines = list(section)
            if lines:
                write([Text(), *lines])


def beside(guide: str, line: Text) -> Text:
    """The line behind a part of the tree, whose style it does not take over."""
    return Text().append(guide, style="dim").append_text(line)
