"""What a program only looks at: `.get`, and the refresh of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.suite import Suite

GET = "Thing.get('s', 'thing-s-1')"


def test_a_read_that_finds_nothing_new_is_not_counted(suite: Suite) -> None:
    suite.put("thing-s-1", "Thing", value=1)
    assert suite.up(GET).outcome.changes == {"create": 1}
    assert suite.up(GET).outcome.changes == {"same": 1}
    suite.put("thing-s-1", "Thing", value=True)
    assert suite.up(GET).outcome.changes == {"same": 1, "read": 1}, "true is not 1"


def test_a_refresh_of_it_looks_at_its_outputs_only(suite: Suite) -> None:
    suite.put("thing-s-1", "Thing", value=1)
    suite.up(GET)
    seen = suite.run("refresh")
    assert seen.outcome.changes == {"same": 2}
    suite.put("thing-s-1", "Thing", value=2)
    assert suite.run("refresh").steps == ["update s"]


def test_one_that_is_not_ready_is_kept_and_fails_the_run(suite: Suite) -> None:
    suite.put("partial-p-1", "Partial", value="partial")
    seen = suite.up("Partial.get('p', 'partial-p-1')")
    assert "read p failed" in seen.steps
    assert seen.outcome.exit_code == 1
    assert seen.rows["p"]["initErrors"] == ["'partial-p-1' did not become ready"]
    assert seen.rows["p"]["external"]


def test_its_parents_options_mean_nothing_to_it(suite: Suite) -> None:
    suite.put("thing-s-1", "Thing", value=1)
    seen = suite.up(
        "team = Team('t', Options(protect=True, retain_on_delete=True))",
        "Thing('s', Options(id='thing-s-1', parent=team), value='known')",
    )
    assert not {"protect", "retainOnDelete"} & seen.rows["s"].keys()
    assert seen.arguments[0]["properties"] == seen.arguments[0]["inputs"] == {"value": "known"}


def test_it_moves_with_its_parent(suite: Suite) -> None:
    suite.put("thing-s-1", "Thing", value=1)
    suite.up("Thing.get('s', 'thing-s-1', Options(parent=Team('before')))")
    seen = suite.up(
        "team = Team('after', Options(aliases=[Alias(name='before')]))",
        "Thing.get('s', 'thing-s-1', Options(parent=team))",
    )
    assert seen.steps == ["read s"]
    assert seen.rows["s"]["parent"].endswith("::after")


def test_an_empty_id_is_refused(suite: Suite) -> None:
    seen = suite.up("Thing.get('s', pulumi.Output.from_input(''))")
    assert seen.outcome.exit_code == 1
    assert seen.calls == []
