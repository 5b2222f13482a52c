"""Who can do what, as a table: the stack output `access` for a person to read."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any

from rich.console import Console
from rich.table import Table

Row = dict[str, Any]


COLUMNS = ("where", "role", "who", "kind", "id")


def print_access(rows: list[Row]) -> None:
    """Print a table of the grants on stdout, by place, cluster-wide ones first.

    Args:
        rows: `{"who", "kind", "id", "where", "role"}` a grant; `where` is `cluster` or
            `namespace/NAME`.
    """
    table = Table(title="who can do what", title_justify="left", box=None, pad_edge=False)
    for column in COLUMNS:
        table.add_column(column, no_wrap=True)
    ordered = sorted(rows, key=itemgetter("where", "role", "who"))
    for place, grants in groupby(ordered, key=itemgetter("where")):
        for number, grant in enumerate(grants):
            shown = place if number == 0 else ""
            table.add_row(shown, grant["role"], grant["who"], grant["kind"], grant["id"])
    # A grant is read, copied and searched for: it is never cut, whatever the terminal's width.
    longest = sum(max((len(row[column]) + 2 for row in rows), default=0) for column in COLUMNS)
    console = Console(markup=False, highlight=False)
    console.width = max(console.width, longest)
    console.print(table)
