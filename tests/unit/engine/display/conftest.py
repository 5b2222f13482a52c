from __future__ import annotations

import re
from dataclasses import dataclass, field
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from rehearsal.engine.display.plain import PlainDisplay
from rehearsal.engine.display.terminal import TerminalDisplay
from rehearsal.engine.events import RunStarted, StepFinished, StepStarted
from tests.support.displayed import STACK

if TYPE_CHECKING:
    from rehearsal.engine.display.base import Display
    from rehearsal.engine.events import Event, Op, Operation


_MOVES = re.compile(r".*(\r|\x1b\[[?\d]*[A-Za-z])")


@dataclass
class Screen:
    """A display on a stream that keeps what was written."""

    display: Display
    written: BytesIO
    stream: TextIOWrapper
    seconds: list[float] = field(default_factory=lambda: [100.0])

    def take(self, *events: Event) -> None:
        for event in events:
            self.display.take(event)

    def begin(self, operation: Operation = "up") -> None:
        self.take(RunStarted(operation, "aks-entra", "dev"))
        self.start("same", STACK, "")
        self.finish("same", STACK, "")

    def start(self, op: Op, one: str, parent: str = STACK) -> None:
        self.take(StepStarted(op, one, "type", parent))

    def finish(self, op: Op, one: str, parent: str = STACK, **more: Any) -> None:
        fields: dict[str, Any] = {"seconds": 1.0, "parent": parent}
        self.take(StepFinished(op, one, "type", **fields | more))

    def step(self, op: Op, one: str, parent: str = STACK, **more: Any) -> None:
        self.start(op, one, parent)
        self.finish(op, one, parent, **more)

    @property
    def lines(self) -> list[str]:
        """What was written, without trailing blanks and what moves the cursor."""
        self.stream.flush()
        text = self.written.getvalue().decode(self.stream.encoding)
        return [_MOVES.sub("", line).rstrip() for line in text.split("\n")]

    def ended(self) -> list[str]:
        """What was written up to the end of the run."""
        self.display.end()
        return self.lines


def screen(kind: type[Display], *, terminal: bool, encoding: str = "utf-8") -> Screen:
    written, seconds = BytesIO(), [100.0]
    stream = TextIOWrapper(written, encoding=encoding)
    console = Console(
        file=stream,
        force_terminal=terminal,
        color_system=None,
        width=100,
        height=30,
        highlight=False,
        markup=False,
        emoji=False,
    )
    shown = Screen(kind(console, lambda: seconds[0]), written, stream, seconds)
    shown.display.begin()
    return shown


@pytest.fixture
def plain() -> Screen:
    """A display in a log."""
    return screen(PlainDisplay, terminal=False)


@pytest.fixture
def ascii_log() -> Screen:
    """A display in a log that has nothing but ASCII."""
    return screen(PlainDisplay, terminal=False, encoding="ascii")


@pytest.fixture
def terminal() -> Screen:
    """A display on a terminal of 100 columns and 30 lines."""
    return screen(TerminalDisplay, terminal=True)
