from __future__ import annotations

from rehearsal.engine.aliases import candidates
from rehearsal.engine.goal import Goal
from rehearsal.engine.ledger import renamed
from rehearsal.engine.state import Resource

PREFIX = "urn:pulumi:dev::p::"


def test_a_child_follows_its_parent_to_its_old_name() -> None:
    goal = Goal("pkg:Thing", "new-leaf", custom=True, parent=f"{PREFIX}pkg:Box::new")

    found = list(candidates(goal, f"{PREFIX}pkg:Box::old"))

    assert found == [f"{PREFIX}pkg:Box$pkg:Thing::old-leaf"]


def test_own_aliases_come_first_and_are_looked_for_below_the_old_parent_too() -> None:
    alias = f"{PREFIX}pkg:Box$pkg:Other::leaf"
    goal = Goal("pkg:Thing", "leaf", custom=True, parent=f"{PREFIX}pkg:Box::new", aliases=(alias,))

    assert list(candidates(goal, f"{PREFIX}pkg:Crate::old")) == [
        alias,
        f"{PREFIX}pkg:Crate$pkg:Thing::leaf",
        f"{PREFIX}pkg:Crate$pkg:Other::leaf",
    ]
    assert list(candidates(goal, "")) == [alias]


def test_a_renaming_reaches_every_kind_of_reference() -> None:
    old, new = f"{PREFIX}pkg:Thing::old", f"{PREFIX}pkg:Thing::new"
    row = Resource(
        urn=f"{PREFIX}pkg:Thing::user",
        type="pkg:Thing",
        custom=True,
        parent=old,
        provider=f"{old}::id",
        dependencies=(old,),
        property_dependencies={"x": (old,)},
        deleted_with=old,
    )

    found = renamed(row, {old: new})

    assert old not in repr(found)
    assert renamed(found, {old: new}) is found, "a row that does not change keeps its identity"
