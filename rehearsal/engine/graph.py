"""Who depends on whom in a state, and the order of deletion that follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.engine import urns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rehearsal.engine.state import Resource


def references(row: Resource) -> set[str]:
    """The URNs that a row refers to."""
    found = {row.parent, row.deleted_with, *row.dependencies}
    for targets in row.property_dependencies.values():
        found.update(targets)
    if row.provider:
        found.add(urns.split_reference(row.provider)[0])
    found.discard("")
    return found


class Graph:
    """The rows of a state, in its order: a row only depends on earlier ones."""

    def __init__(self, rows: Sequence[Resource]) -> None:
        self._rows = list(rows)
        self._needs: list[list[int]] = []
        places: dict[str, list[int]] = {}
        for index, row in enumerate(self._rows):
            found = [place for urn in references(row) for place in places.get(urn, ())]
            self._needs.append(found)
            places.setdefault(row.urn, []).append(index)

    def delete_order(self, condemned: Sequence[Resource]) -> list[list[Resource]]:
        """The condemned rows in groups: all that depends on a row is in an earlier group than it.

        Rows are told apart by identity. The rows of one group can be deleted at the same time.
        """
        wanted = {id(row) for row in condemned}
        heights = [0] * len(self._rows)
        for index in range(len(self._rows) - 1, -1, -1):
            step = 1 if id(self._rows[index]) in wanted else 0
            for need in self._needs[index]:
                heights[need] = max(heights[need], heights[index] + step)
        groups: dict[int, list[Resource]] = {}
        for height, row in zip(heights, self._rows, strict=True):
            if id(row) in wanted:
                groups.setdefault(height, []).append(row)
        return [groups[height] for height in sorted(groups)]
