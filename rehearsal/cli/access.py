"""Who can do what, as a table: the stack output `access` for a person to read."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any

Row = dict[str, Any]

COLUMNS = ("where", "role", "who", "kind", "id")


def print_access(rows: list[Row]) -> None:
    """Print a table of the grants on stdout, by place, cluster-wide ones first.

    A grant is read, copied and searched for: it is never cut, whatever the terminal's width, and
    not padded either, which a narrow terminal would show as empty lines.

    Args:
        rows: `{"who", "kind", "id", "where", "role"}` a grant; `where` is `cluster` or
            `namespace/NAME`.
    """
    widths = [
        max(len(cell) for cell in (column, *(row[column] for row in rows))) for column in COLUMNS
    ]
    lines: list[tuple[str, ...]] = [COLUMNS]
    ordered = sorted(rows, key=itemgetter("where", "role", "who"))
    for place, grants in groupby(ordered, key=itemgetter("where")):
        for number, grant in enumerate(grants):
            lines.append(("" if number else place, *(grant[column] for column in COLUMNS[1:])))
    print("who can do what")
    for line in lines:
        cells = (f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True))
        print("  ".join(cells).rstrip())
