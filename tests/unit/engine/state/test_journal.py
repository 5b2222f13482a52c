from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rehearsal.engine import checkpoint
from rehearsal.engine.journal import BrokenJournalError, Journal, must_write
from rehearsal.engine.state import PendingOperation, Resource, Snapshot
from rehearsal.engine.values import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rehearsal.engine.secrets import SecretsManager


def row(name: str, **outputs: str) -> Resource:
    urn = f"urn:pulumi:dev::suite::pkg:index:Thing::{name}"
    return Resource(urn, "pkg:index:Thing", custom=True, id=name, outputs=dict(outputs))


class Memory:
    """A sink that keeps every snapshot."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.durable: list[bool] = []

    def save(self, pieces: Iterable[bytes], *, durable: bool) -> None:
        self.texts.append(b"".join(pieces).decode())
        self.durable.append(durable)


@pytest.fixture
def memory() -> Memory:
    return Memory()


def journal(base: Snapshot, manager: SecretsManager, sink: Memory | None) -> Journal:
    return Journal(base, "organization/suite/dev", manager, sink)


def stored(memory: Memory, manager: SecretsManager) -> Snapshot:
    return checkpoint.parse(memory.texts[-1], manager, "memory")


def test_a_step_is_pending_until_it_ends(manager: SecretsManager, memory: Memory) -> None:
    kept = journal(Snapshot(), manager, memory)
    pending = kept.begin("creating", row("a"))
    assert stored(memory, manager).pending == (PendingOperation(row("a"), "creating"),)
    kept.end(pending, new=row("a"))
    assert stored(memory, manager) == Snapshot((row("a"),))


def test_a_failed_create_leaves_neither_row_nor_operation(
    manager: SecretsManager, memory: Memory
) -> None:
    kept = journal(Snapshot(), manager, memory)
    kept.end(kept.begin("creating", row("a")))
    assert stored(memory, manager) == Snapshot()


def test_new_rows_come_in_the_order_of_completion_before_old_ones(
    manager: SecretsManager, memory: Memory
) -> None:
    a, b, c = row("a"), row("b"), row("c")
    kept = journal(Snapshot((a, b, c)), manager, memory)
    kept.end(old=c, new=c)
    kept.end(new=row("d"))
    kept.end(old=a, new=row("a", x="y"))
    assert stored(memory, manager).resources == (c, row("d"), row("a", x="y"), b)


def test_a_replaced_row_stays_at_its_place_with_its_mark(
    manager: SecretsManager, memory: Memory
) -> None:
    a, b = row("a"), row("b")
    marked = replace(a, delete=True)
    kept = journal(Snapshot((a, b)), manager, memory)
    kept.end(old=a, marked=marked, new=row("a", x="y"))
    assert stored(memory, manager).resources == (row("a", x="y"), marked, b)
    kept.end(old=marked)
    assert stored(memory, manager).resources == (row("a", x="y"), b)


def test_equal_rows_are_told_apart(manager: SecretsManager, memory: Memory) -> None:
    first, second = row("a"), row("a")
    kept = journal(Snapshot((first, second)), manager, memory)
    kept.end(old=second)
    assert kept.snapshot().resources[0] is first


def test_outputs_are_set_on_the_newest_row(manager: SecretsManager, memory: Memory) -> None:
    old = row("a")
    kept = journal(Snapshot((old,)), manager, memory)
    with pytest.raises(KeyError):
        kept.set_outputs(row("a").urn, {})
    marked = replace(old, delete=True)
    kept.end(old=old, marked=marked, new=row("a"))
    changed = kept.set_outputs(row("a").urn, {"x": "y"})
    assert changed == row("a", x="y")
    assert kept.snapshot().resources == (row("a", x="y"), marked)


def test_every_row_can_be_rewritten(manager: SecretsManager, memory: Memory) -> None:
    a, b = row("a"), row("b")
    kept = journal(Snapshot((a, b)), manager, memory)
    kept.end(old=a, new=a)
    kept.rewrite(lambda item: replace(item, protect=True) if item is a else item)
    assert kept.snapshot().resources == (replace(a, protect=True), b)
    kept.set_outputs(a.urn, {"x": "y"})
    assert stored(memory, manager).resources[0].outputs == {"x": "y"}


def test_old_creating_operations_are_carried_over(manager: SecretsManager, memory: Memory) -> None:
    creating = PendingOperation(row("a"), "creating")
    base = Snapshot(pending=(creating, PendingOperation(row("b"), "updating")))
    kept = journal(base, manager, memory)
    assert kept.close() == Snapshot(pending=(creating,))
    assert stored(memory, manager) == Snapshot(pending=(creating,))


def test_a_state_that_breaks_the_rules_is_not_written(
    manager: SecretsManager, memory: Memory
) -> None:
    kept = journal(Snapshot(), manager, memory)
    kept.end(new=row("a"))
    with pytest.raises(BrokenJournalError, match=r"::b refers to its parent \S+::c, which is not"):
        kept.end(new=replace(row("b"), parent=row("c").urn))
    with pytest.raises(BrokenJournalError):
        kept.close()
    assert stored(memory, manager) == Snapshot((row("a"),))


def test_the_last_snapshot_is_durable(manager: SecretsManager, memory: Memory) -> None:
    kept = journal(Snapshot(), manager, memory)
    kept.end(new=row("a"), write=False)
    assert memory.texts == []
    kept.close()
    assert memory.durable == [True]
    assert stored(memory, manager).resources == (row("a"),)


def test_without_a_sink_the_state_is_only_kept_in_memory(manager: SecretsManager) -> None:
    kept = journal(Snapshot(), manager, None)
    kept.end(kept.begin("creating", row("a")), new=row("a"))
    assert kept.close() == Snapshot((row("a"),))


def test_rows_are_encoded_once(manager: SecretsManager, memory: Memory) -> None:
    rows = tuple(replace(row(f"r{index}"), inputs={"x": Secret("y")}) for index in range(50))
    kept = journal(Snapshot(rows), manager, memory)
    encoded: list[str] = []
    original = manager.encrypt

    def counted(plaintext: str, scope: str = "") -> str:
        encoded.append(scope)
        return original(plaintext, scope)

    manager.encrypt = counted
    for item in rows:
        kept.end(old=item, new=item)
    assert len(memory.texts) == 50
    assert len(encoded) < 50 * 3, "each snapshot encodes what changed, not every row"


def test_concurrent_steps_all_are_in_the_state_when_they_return(
    manager: SecretsManager, memory: Memory
) -> None:
    kept = journal(Snapshot(), manager, memory)
    barrier = threading.Barrier(8)

    def step(index: int) -> bool:
        barrier.wait()
        kept.end(kept.begin("creating", row(f"r{index}")), new=row(f"r{index}"))
        urns = {item.urn for item in stored(memory, manager).resources}
        return row(f"r{index}").urn in urns

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(step, range(8)))
    assert stored(memory, manager) == kept.snapshot()


@pytest.mark.parametrize(
    ("change", "written"),
    [
        ({"source_position": "project:///b.py#2"}, False),
        ({"dependencies": ("y", "x")}, False),
        ({"property_dependencies": {"p": ("y", "x")}}, False),
        ({"dependencies": ("x",)}, True),
        ({"protect": True}, True),
        ({"inputs": {"a": 1}}, True),
    ],
)
def test_a_same_step_writes_if_something_that_matters_changed(
    change: dict[str, object], *, written: bool
) -> None:
    old = replace(row("a"), dependencies=("x", "y"), property_dependencies={"p": ("x", "y")})
    assert must_write(old, replace(old, **change)) == written  # pyright: ignore[reportArgumentType] - the table's values fit
