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
    """The rows of a state, in its order: a row only depends on earlier ones.

    What depends on a component also depends on the component's earlier descendants
    (pulumi/pulumi, `pkg/resource/graph/dependency_graph.go`, DependenciesOf).
    """

    def __init__(self, rows: Sequence[Resource]) -> None:
        self._rows = list(rows)
        self._needs: list[list[int]] = []
        places: dict[str, list[int]] = {}
        descendants: dict[str, list[int]] = {}
        for index, row in enumerate(self._rows):
            found = [place for urn in references(row) for place in places.get(urn, ())]
            within = {place for place in found if self._rows[place].urn == row.parent}
            for place in found:
                if place not in within and not self._rows[place].custom:
                    found = found + descendants.get(self._rows[place].urn, [])
            self._needs.append(found)
            places.setdefault(row.urn, []).append(index)
            ancestor = row.parent
            while ancestor:
                descendants.setdefault(ancestor, []).append(index)
                ancestor = self._rows[places[ancestor][-1]].parent if ancestor in places else ""

    def delete_order(self, condemned: Sequence[Resource]) -> list[list[Resource]]:
        """The condemned rows in groups: all that depends on a row is in an earlier group than it.

        Rows are told apart by identity. The rows of one group can be deleted at the same time. A
        row is in as late a group as possible, counted from what depends on nothing, as in
        pulumi/pulumi, `pkg/resource/deploy/step_generator.go`, ScheduleDeletes.
        """
        wanted = {id(row) for row in condemned}
        depths: list[int] = []
        groups: dict[int, list[Resource]] = {}
        for row, needs in zip(self._rows, self._needs, strict=True):
            found = (depths[need] + (id(self._rows[need]) in wanted) for need in needs)
            depths.append(max(found, default=0))
            if id(row) in wanted:
                groups.setdefault(depths[-1], []).append(row)
        return [groups[depth] for depth in sorted(groups, reverse=True)]
