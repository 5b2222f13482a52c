from __future__ import annotations

import io

from rehearsal.toolchain_progress import LineProgress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_has_one_line_that_changes() -> None:
    terminal = Terminal()
    progress = LineProgress(terminal)
    for seconds in range(3):
        progress("building", seconds, "")
    progress("building", 63, "done")
    assert terminal.getvalue().count("\n") == 1
    assert "building ... 1:03, done" in terminal.getvalue()


def test_elsewhere_a_step_is_told_of_at_its_start_now_and_then_and_at_its_end() -> None:
    stream = io.StringIO()
    progress = LineProgress(stream)
    for seconds in range(70):
        progress("building", seconds, "12 packages")
    progress("building", 71, "done")
    assert stream.getvalue().splitlines() == [
        "building ... 0:00, 12 packages",
        "building ... 0:30, 12 packages",
        "building ... 1:00, 12 packages",
        "building ... 1:11, done",
    ]


def test_the_next_step_begins_with_a_line_of_its_own() -> None:
    stream = io.StringIO()
    progress = LineProgress(stream)
    progress("one", 0, "")
    progress("two", 0, "")
    assert stream.getvalue().splitlines() == ["one ... 0:00", "two ... 0:00"]
