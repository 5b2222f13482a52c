"""Components, and outputs that only differ in their type."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.suite import Suite


def test_an_updated_component_keeps_no_outputs_that_it_no_longer_gives(suite: Suite) -> None:
    assert "outputs" in suite.up("Team('t', size=1).register_outputs({'a': 1})").rows["t"]
    assert "outputs" not in suite.up("Team('t', size=2)").rows["t"]


def test_what_a_component_ignores_is_stored_all_the_same(suite: Suite) -> None:
    suite.up("Team('t', size=1)")
    seen = suite.up("Team('t', Options(ignore_changes=['size']), size=2)")
    assert seen.steps == []
    assert seen.rows["t"]["inputs"] == {"size": 2}


def test_true_is_not_one(suite: Suite) -> None:
    suite.up("export('a', True)")
    assert suite.up("export('a', 1)").rows["suite-dev"]["outputs"] == {"a": 1}
    assert suite.up("export('a', True)").rows["suite-dev"]["outputs"]["a"] is True


def test_a_list_that_held_a_secret_is_secret_as_a_whole(suite: Suite) -> None:
    seen = suite.up(
        "p = conform.Provider('p', plainSecrets='true')",
        "Thing('t', Options(provider=p), value=['open', pulumi.Output.secret('hidden')])",
    )
    assert "ciphertext" in seen.rows["t"]["outputs"]["value"]


def test_an_id_cannot_be_secret_and_whoever_wants_it_is_warned(suite: Suite) -> None:
    program = "Thing('t', Options(additional_secret_outputs=['id']), value=1)"
    for _ in range(2):
        seen = suite.up(program)
        assert [one.severity for one in seen.outcome.diagnostics] == ["warning"]
        assert "'id' property cannot be made secret" in seen.outcome.diagnostics[0].message
