"""Breaks lines that are wider than the terminal so that the tree beside them goes on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_GUIDE = re.compile("[│├└─ ]*")
_BELOW = str.maketrans("├└─", "│  ")
_HANG = "    "
_LEAST_ROOM = 24
"""Columns below which broken lines would be harder to read than those of the terminal."""


def wrapped(line: Text, console: Console) -> list[Text]:
    """The line, or those that it takes, the further ones below its beginning."""
    found = _GUIDE.match(line.plain)
    length = found.end() if found else 0
    room = console.width - length - len(_HANG)
    if line.cell_len <= console.width or room < _LEAST_ROOM:
        return [line]
    guide = line[:length]
    first, *rest = line[length:].wrap(console, room)
    below = guide.copy()
    below.plain = f"{guide.plain.translate(_BELOW)}{_HANG}"
    return [guide + first, *(below + each for each in rest)]
