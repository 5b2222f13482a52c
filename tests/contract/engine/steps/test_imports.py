"""Taking objects into the state that exist: the option, and the operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.engine import Adoption

if TYPE_CHECKING:
    from tests.support.suite import Suite

THING = "conform:index:Thing"
IMPORT = "Thing('o', Options(import_='thing-o-7'), value='theirs')"


def test_an_import_over_another_object_replaces_it(suite: Suite) -> None:
    suite.up("Thing('o', value='ours')")
    suite.put("thing-o-7", "Thing", value="theirs")
    for seen in (suite.preview(IMPORT), suite.up(IMPORT)):
        assert seen.steps == ["delete-replaced o", "import-replacement o"]
        assert seen.outcome.changes == {"same": 1, "replace": 1}
    assert suite.world()["objects"].keys() == {"thing-o-7"}


def test_an_import_of_what_was_only_read_discards_the_read(suite: Suite) -> None:
    suite.put("thing-o-7", "Thing", value="theirs")
    suite.up("Thing.get('o', 'thing-o-7')")
    seen = suite.up(IMPORT)
    assert seen.steps == ["discard-replaced o", "import-replacement o"]
    assert "external" not in seen.rows["o"]


def test_what_is_imported_and_not_ready_gets_an_update(suite: Suite) -> None:
    suite.put("partial-p-1", "Partial", value="partial")
    program = "Partial('p', Options(import_='partial-p-1'), value='{}')"
    assert suite.up(program.format("partial")).steps == [
        "create default",
        "create suite-dev",
        "import p",
        "update p failed",
    ]
    assert suite.up(program.format("ok")).steps == ["update p"]


def test_the_operation_protects_what_it_imports_and_keeps_all_else(suite: Suite) -> None:
    suite.put("thing-o-7", "Thing", value="theirs")
    suite.up("Thing('mine', value=1)", "export('a', 1)")
    seen = suite.run("import", adoptions=(Adoption(THING, "o", "thing-o-7"),))
    assert seen.outcome.changes == {"same": 2, "import": 1}
    assert seen.outcome.outputs == {"a": 1}
    assert seen.rows["o"]["protect"]
    assert "importID" not in seen.rows["o"]
    again = suite.up("Thing('mine', value=1)", "Thing('o', value='theirs')", "export('a', 1)")
    assert again.outcome.changes == {"same": 3}
    assert "protect" not in again.rows["o"], "the program does not say so"
    assert suite.world()["objects"].keys() == {"thing-o-7", "thing-mine-1"}


def test_the_operation_makes_the_stack_and_the_provider_it_needs(suite: Suite) -> None:
    suite.put("thing-o-7", "Thing", value="theirs")
    adoption = Adoption(THING, "o", "thing-o-7", protect=False)
    seen = suite.run("import", adoptions=(adoption,))
    assert seen.steps == ["create default", "create suite-dev", "import o"]
    assert "protect" not in seen.rows["o"]
    assert suite.run("import", adoptions=(adoption,)).steps == [], "it is there already"


def test_the_operation_refuses_what_is_not_there_and_what_is_another(suite: Suite) -> None:
    suite.put("thing-o-7", "Thing", value="theirs")
    suite.up("Thing('o', value='ours')")
    other = suite.run("import", adoptions=(Adoption(THING, "o", "thing-o-7"),))
    assert other.steps == ["import o failed"]
    assert "already exists" in other.errors[0]
    absent = suite.run("import", adoptions=(Adoption(THING, "x", "nothing"),))
    assert absent.errors == ["resource 'nothing' does not exist"]
    parent = "urn:pulumi:dev::suite::suite:index:Team::nobody"
    stray = suite.run("import", adoptions=(Adoption(THING, "x", "thing-o-7", parent=parent),))
    assert "unknown parent" in stray.errors[0]
    nobody = suite.run("import", adoptions=(Adoption(THING, "x", "thing-o-7", provider="urn:no"),))
    assert "no provider urn:no" in nobody.errors[0]
    assert nobody.rows.keys() == {"suite-dev", "default", "o"}


def test_the_operation_warns_of_inputs_that_a_program_could_not_give(suite: Suite) -> None:
    suite.put("picky-p-1", "Picky", value="bad")
    seen = suite.run("import", adoptions=(Adoption("conform:index:Picky", "p", "picky-p-1"),))
    assert seen.outcome.exit_code == 0
    told = [one.message for one in seen.outcome.diagnostics if one.severity == "warning"]
    assert "failed to validate" in told[0]
    assert "the value 'bad' is not allowed" in told[1]
