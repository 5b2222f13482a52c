from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from rehearsal.engine.graph import Graph, references
from rehearsal.engine.state import Resource

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Case:
    rows: list[Resource]
    condemned: list[Resource]


def urn(index: int) -> str:
    return f"urn:pulumi:dev::p::pkg:index:Thing::{index}"


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """States in which each row refers to earlier ones, and some rows to delete."""
    rows: list[Resource] = []
    for index in range(draw(st.integers(min_value=0, max_value=12))):
        earlier = st.sampled_from([urn(before) for before in range(index)]) if index else st.none()
        several = st.lists(earlier, max_size=3).map(lambda found: tuple(u for u in found if u))
        rows.append(
            Resource(
                urn=urn(index),
                type="pkg:index:Thing",
                custom=True,
                parent=draw(earlier) or "",
                dependencies=draw(several),
                property_dependencies={"x": draw(several)},
            )
        )
    kept = draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    condemned = [row for row, is_kept in zip(rows, kept, strict=True) if not is_kept]
    return Case(rows, condemned)


def needed(row: Resource, rows: Sequence[Resource]) -> set[str]:
    """All that a row needs, directly or not."""
    by_urn = {other.urn: other for other in rows}
    found: set[str] = set()
    todo = list(references(row))
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += references(by_urn[one])
    return found


@given(cases())
def test_each_condemned_row_is_deleted_once(case: Case) -> None:
    groups = Graph(case.rows).delete_order(case.condemned)

    deleted = [row.urn for group in groups for row in group]

    assert sorted(deleted) == sorted(row.urn for row in case.condemned)


@given(cases())
def test_nothing_is_deleted_before_what_needs_it(case: Case) -> None:
    groups = Graph(case.rows).delete_order(case.condemned)

    gone: set[str] = set()
    for group in groups:
        for row in group:
            assert gone.isdisjoint(needed(row, case.rows)), f"{row.urn} comes too late"
        gone.update(row.urn for row in group)
        inside = {row.urn for row in group}
        for row in group:
            assert inside.isdisjoint(needed(row, case.rows)), "a group depends on itself"
