"""What is checked change by change is what a check of the whole state finds."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rehearsal.engine.integrity import IntegrityError, Watch, find_problems
from rehearsal.engine.state import Resource

NAMES = "abcdef"


def urn(name: str) -> str:
    return f"urn:pulumi:dev::suite::pkg:index:Thing::{name}"


@st.composite
def rows(draw: st.DrawFn, name: str) -> Resource:
    needed = draw(st.lists(st.sampled_from(NAMES.replace(name, "")), max_size=2, unique=True))
    parent = draw(st.sampled_from(["", *needed]))
    return Resource(
        urn(name),
        "pkg:index:Thing",
        custom=True,
        parent=urn(parent) if parent else "",
        dependencies=tuple(map(urn, needed)),
    )


@st.composite
def valid_states(draw: st.DrawFn) -> list[Resource]:
    """Rows of which each refers only to those before it."""
    found: list[Resource] = []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True)):
        before = [row.urn for row in found]
        needed = draw(st.lists(st.sampled_from(before), unique=True)) if before else []
        found.append(Resource(urn(name), "t", custom=True, dependencies=tuple(needed)))
    return found


@given(valid_states(), st.data())
def test_every_broken_rule_is_seen_and_no_other(old: list[Resource], data: st.DataObject) -> None:
    new: list[Resource] = []
    watch = Watch(old)
    for _ in range(data.draw(st.integers(1, 8))):
        step = data.draw(st.sampled_from(["add", "same", "drop", "mark"]))
        target = data.draw(st.sampled_from(old)) if old and step != "add" else None
        if target is not None and step == "mark":
            marked = replace(target, delete=not target.delete)
            old[old.index(target)] = marked
            watch.swap(target, marked, is_new=False)
        elif target is not None:
            old.remove(target)
            watch.swap(target, None, is_new=False)
        if step in ("add", "same"):
            name = target.urn[-1] if target else data.draw(st.sampled_from(NAMES))
            new.append(data.draw(rows(name)))
            watch.add(new[-1])
        broken = bool(list(find_problems([*new, *old])))
        try:
            watch.check()
        except IntegrityError:
            assert broken, "a state that keeps the rules is refused"
        else:
            assert not broken, "a state that breaks a rule is written"
