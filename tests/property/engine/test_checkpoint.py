from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from hypothesis import given
from hypothesis import strategies as st

from rehearsal.engine import checkpoint
from rehearsal.engine.journal import Journal
from rehearsal.engine.secrets import SecretsManager
from rehearsal.engine.state import PendingKind, PendingOperation, Resource, Snapshot, Timeouts
from tests.property.engine import strategies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rehearsal.engine.values import Value

MANAGER = SecretsManager.create("a passphrase")
texts = strategies.texts
lists = st.lists(texts, max_size=3).map(lambda items: tuple(sorted(items)))
seconds = st.floats(0, 1e6).map(lambda value: round(value, 3))

resources = st.builds(
    Resource,
    urn=texts,
    type=texts,
    custom=st.booleans(),
    delete=st.booleans(),
    id=texts,
    inputs=strategies.known_properties,
    outputs=strategies.known_properties,
    parent=texts,
    protect=st.booleans(),
    external=st.booleans(),
    dependencies=lists,
    init_errors=lists,
    provider=texts,
    property_dependencies=st.dictionaries(texts, lists, max_size=3),
    pending_replacement=st.booleans(),
    additional_secret_outputs=lists,
    aliases=lists,
    custom_timeouts=st.builds(Timeouts, create=seconds, update=seconds, delete=seconds),
    import_id=texts,
    retain_on_delete=st.booleans(),
    deleted_with=texts,
    created=texts,
    modified=texts,
    source_position=texts,
    ignore_changes=lists,
    hide_diff=lists,
    replace_on_changes=lists,
)
KINDS: tuple[PendingKind, ...] = get_args(PendingKind)

snapshots = st.builds(
    Snapshot,
    resources=st.lists(resources, max_size=3).map(tuple),
    pending=st.lists(
        st.builds(
            PendingOperation, resource=resources, type=st.sampled_from(get_args(PendingKind))
        ),
        max_size=2,
    ).map(tuple),
)


def render(snapshot: Snapshot, manager: SecretsManager) -> str:
    return checkpoint.render(snapshot, "organization/suite/dev", manager).decode()


@given(snapshots)
def test_a_snapshot_survives_its_checkpoint(snapshot: Snapshot) -> None:
    assert checkpoint.parse(render(snapshot, MANAGER), MANAGER, "file") == snapshot


@given(snapshots)
def test_a_checkpoint_read_and_written_again_differs_in_its_time_only(snapshot: Snapshot) -> None:
    first = render(snapshot, MANAGER)
    fresh = SecretsManager.open("a passphrase", MANAGER.salt)
    second = render(checkpoint.parse(first, fresh, "file"), fresh)
    contents = [json.loads(text) for text in (first, second)]
    for content in contents:
        del content["checkpoint"]["latest"]["manifest"]["time"]
    assert contents[0] == contents[1]


@given(st.text("0123456789abcdef", min_size=24, max_size=24), strategies.known)
def test_what_a_secret_holds_is_not_in_the_checkpoint(marker: str, value: Value) -> None:
    hidden = replace(
        Resource("urn", "type", custom=True), inputs={"value": strategies.hidden(marker, value)}
    )
    assert marker not in render(Snapshot((hidden,)), MANAGER)


class Memory:
    """A sink that keeps the last snapshot."""

    def __init__(self) -> None:
        self.text = ""

    def save(self, pieces: Iterable[bytes], *, durable: bool) -> None:
        del durable
        self.text = b"".join(pieces).decode()


def thing(name: str) -> Resource:
    return Resource(f"urn:pulumi:dev::suite::t:i:T::{name}", "t:i:T", custom=True)


@given(st.lists(st.tuples(st.sampled_from(["add", "same", "drop", "mark"]), st.integers(0, 9))))
def test_a_journal_keeps_the_rows_that_a_simple_list_would(steps: list[tuple[str, int]]) -> None:
    old = [thing(f"old-{index}") for index in range(4)]
    new: list[Resource] = []
    memory = Memory()
    journal = Journal(Snapshot(tuple(old)), "organization/suite/dev", MANAGER, memory)
    for number, (step, index) in enumerate(steps):
        target = old[index] if index < len(old) else None
        if step == "add":
            new.append(thing(f"new-{number}"))
            journal.end(new=new[-1])
        elif target is not None and step == "same":
            old.remove(target)
            new.append(target)
            journal.end(old=target, new=target)
        elif target is not None and step == "drop":
            old.remove(target)
            journal.end(old=target)
        elif target is not None:
            old[index] = replace(target, delete=not target.delete)
            journal.end(old=target, marked=old[index])
    closed = journal.close()
    assert closed.resources == (*new, *old)
    assert checkpoint.parse(memory.text, MANAGER, "memory") == closed
