"""What both displays of a run share: the gathered view, and the part that is written at the end."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from rich.text import Text

from rehearsal.engine.display import sections
from rehearsal.engine.display.view import RunView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rich.console import Console

    from rehearsal.engine.events import Event

_ASCII = str.maketrans({"✗": "x", "✓": "v", "±": "%", "→": ">", "…": "."})


class Display:
    """A context manager that draws events; it ends by writing what is to be kept."""

    def __init__(self, console: Console, clock: Callable[[], float]) -> None:
        self.console = console
        self.clock = clock
        self.view = RunView()
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
        """Write lines as they are, in ASCII where the stream has nothing better."""
        for line in lines:
            self.console.print(self.fitted(line), soft_wrap=True)

    def fitted(self, line: Text) -> Text:
        """The line in characters that the stream can write."""
        if self.console.encoding.startswith("utf"):
            return line
        plain = line.copy()
        plain.plain = line.plain.translate(_ASCII)
        return plain

    def tail(self) -> None:
        """Policies, warnings, errors, outputs and the summary, with a blank line before each."""
        summary = self.view.summary
        parts = [
            list(sections.policy_lines(self.view)),
            list(sections.diagnostic_lines(self.view)),
        ]
        if summary is not None:
            if summary.result == "succeeded" and summary.operation != "destroy":
                parts.append(list(sections.output_lines(summary.outputs)))
            parts.append(list(sections.summary_lines(self.view, summary)))
        for section in filter(None, parts):
            self.write(_apart(section))


def _apart(section: list[Text]) -> Iterator[Text]:
    yield Text()
    yield from section
