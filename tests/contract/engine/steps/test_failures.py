"""What still happens after something failed, or was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.suite import Suite


def test_a_failed_delete_stops_what_would_be_deleted_after_it(suite: Suite) -> None:
    suite.up(
        "team = Team('team')",
        "Fragile('deep', Options(parent=team), value='fail-delete')",
        "Thing('beside', Options(parent=team), value=1)",
        "Thing('above', value=1)",
    )
    seen = suite.run("destroy")
    assert seen.steps == ["delete beside", "delete deep failed"]
    assert {"above", "team", "deep"} <= seen.rows.keys()


def test_a_protected_row_keeps_only_what_it_needs(suite: Suite) -> None:
    suite.up(
        "base = Thing('base', value=1)",
        "Thing('kept', Options(protect=True), value=base.id)",
        "Thing('other', value=1)",
    )
    seen = suite.run("destroy")
    assert seen.outcome.exit_code == 1
    assert "delete other" in seen.steps
    assert {"base", "kept"} <= seen.rows.keys()


def test_a_failed_read_does_not_end_a_refresh(suite: Suite) -> None:
    suite.up(*(f"Thing('t{number}', value=1)" for number in range(20)), "Thing('bad', value=1)")
    suite.fault("read:bad", "boom")
    seen = suite.run("refresh")
    assert seen.outcome.exit_code == 1
    assert len(seen.calls) == 21
    assert len(seen.rows) == 23


def test_a_refused_replacement_is_the_last_that_is_looked_at(suite: Suite) -> None:
    program = "a = Exclusive('a', Options(protect=True), trigger={})"
    others = "for n in range(4): Thing(f't{n}', Options(depends_on=[a]), value=1)"
    suite.up(program.format(1), others)
    seen = suite.up(program.format(2), others)
    assert seen.outcome.changes == {"same": 1}
    assert "protect" in seen.errors[0]


def test_refused_inputs_are_judged_by_policies_too(suite: Suite) -> None:
    pack = suite.policy_pack(
        'ResourceValidationPolicy("red", "No red.",'
        ' lambda args, report: args.resource_type.endswith("Picky") and report("red"))'
    )
    seen = suite.preview("Picky('p', value='bad')", policy_packs=(pack,))
    assert ["is not allowed" in message for message in seen.errors] == [True]
    assert [found.policy for found in seen.outcome.violations] == ["red"]
