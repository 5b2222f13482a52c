"""Replacements that were cut off, or that a path of a diff asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.suite import Suite

PROGRAM = ("e = Exclusive('e', trigger={}, value='ok')", "Replacer('d', trigger=e.id)")


def program(trigger: int) -> list[str]:
    return [line.format(trigger) for line in PROGRAM]


def test_a_dependent_whose_replacement_failed_is_deleted_once_more(suite: Suite) -> None:
    suite.up(*program(1))
    suite.fault("create:d", "boom")
    assert "create-replacement d failed" in suite.up(*program(2)).steps
    suite.fault("create:d")
    seen = suite.up(*program(2))
    assert seen.calls == ["Create d", "Delete d"]
    assert seen.steps == ["create-replacement d", "delete-replaced d"]
    assert suite.up(*program(2)).steps == []


def test_a_change_that_was_taken_back_leaves_one_of_each(suite: Suite) -> None:
    suite.up(*program(1))
    suite.fault("create:e", "boom")
    suite.up(*program(2))
    suite.fault("create:e")
    assert suite.up(*program(1)).outcome.exit_code == 0
    assert suite.world()["objects"].keys() == {"exclusive-e-2", "replacer-d-2"}
    assert suite.up(*program(1)).steps == []


def test_what_an_alias_moved_is_deleted_by_its_old_name(suite: Suite) -> None:
    suite.up("Exclusive('a', trigger=1)")
    seen = suite.up("Exclusive('b', Options(aliases=[Alias(name='a')]), trigger=2)")
    assert seen.steps == ["create-replacement b", "delete-replaced a"]
