"""Who can do what, as a table: the stack output `access` for a person to read."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any

from rich.table import Table

Row = dict[str, Any]


def width(rows: list[Row], column: str) -> int:
    """Characters of the column's longest text."""
    return max((len(str(row[column])) for row in rows), default=0)


def access_table(rows: list[Row]) -> Table:
    """A table of the grants, by place, cluster-wide ones first.

    Args:
        rows: `{"who", "kind", "id", "where", "role"}` a grant; `where` is `cluster` or
            `namespace/NAME`.
    """
    table = Table(title="who can do what", title_justify="left", box=None, pad_edge=False)
    for column in ("where", "role", "who", "kind", "id"):
        # A grant is read, copied and searched for: never cut, whatever the terminal's width.
        table.add_column(column, no_wrap=True, overflow="ignore", min_width=width(rows, column))
    ordered = sorted(rows, key=itemgetter("where", "role", "who"))
    for place, grants in groupby(ordered, key=itemgetter("where")):
        for number, grant in enumerate(grants):
            shown = place if number == 0 else ""
            table.add_row(shown, grant["role"], grant["who"], grant["kind"], grant["id"])
    return table
