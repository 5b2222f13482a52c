from __future__ import annotations

from rehearsal.engine.graph import Graph
from rehearsal.engine.state import Resource


def row(name: str, **fields: object) -> Resource:
    made = Resource(urn=urn(name), type="pkg:index:Thing", custom=True)
    for key, value in fields.items():
        object.__setattr__(made, key, value)
    return made


def urn(name: str) -> str:
    return f"urn:pulumi:dev::p::pkg:index:Thing::{name}"


def order(rows: list[Resource], condemned: list[Resource]) -> list[list[str]]:
    groups = Graph(rows).delete_order(condemned)
    return [[found.urn.rpartition("::")[2] for found in group] for group in groups]


def test_every_kind_of_reference_orders_deletion() -> None:
    base = row("base")
    rows = [
        base,
        row("by-dependency", dependencies=(base.urn,)),
        row("by-parent", parent=base.urn),
        row("by-property", property_dependencies={"x": (base.urn,)}),
        row("by-provider", provider=f"{base.urn}::id"),
        row("by-deleted-with", deleted_with=base.urn),
    ]

    groups = order(rows, rows)

    assert groups[-1] == ["base"]
    assert len(groups) == 2, "what does not depend on each other goes at the same time"


def test_order_holds_across_a_row_that_stays() -> None:
    first = row("first")
    middle = row("middle", dependencies=(first.urn,))
    last = row("last", dependencies=(middle.urn,))

    assert order([first, middle, last], [first, last]) == [["last"], ["first"]]


def test_an_old_version_of_a_resource_does_not_close_a_circle() -> None:
    other = row("other")
    new = row("twice", dependencies=(other.urn,))
    old = row("twice", delete=True, dependencies=(new.urn,))

    groups = order([other, new, old], [other, new, old])

    assert groups == [["twice"], ["twice"], ["other"]]
