"""Text that others wrote, as Markdown that means nothing but that text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST_RUN = 3


def code(text: str) -> str:
    """A short text in one line, as code."""
    line = " ".join(text.split())
    fence = "`" * (_longest_run(line) + 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    # In a table a bar ends the cell, in code too.
    return f"{fence}{space}{line}{space}{fence}".replace("|", "\\|")


def block(text: str) -> list[str]:
    """Lines of text, as a block of code."""
    fence = "`" * max(_LONGEST_RUN, _longest_run(text) + 1)
    return [f"{fence}text", text, fence]


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A table of cells that are Markdown already."""
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def _longest_run(text: str) -> int:
    """The length of the longest run of backticks."""
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
