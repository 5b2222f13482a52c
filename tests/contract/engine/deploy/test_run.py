"""Runs of the engine with the real SDK and a provider in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rehearsal.engine import Diagnostic, Secret

if TYPE_CHECKING:
    from rehearsal.engine import Outcome
    from rehearsal.engine.outcome import Operation
    from tests.support.engine_provider import Project


def errors(outcome: Outcome) -> str:
    return "\n".join(found.message for found in outcome.diagnostics if found.severity == "error")


def test_a_provider_of_this_process_is_reached_through_grpc(project: Project) -> None:
    project.program(
        "a = memory.Thing('a', value='one')",
        "pulumi.export('value', a.id)",
        "pulumi.export('hidden', pulumi.Output.secret('text'))",
    )

    outcome = project.run()

    assert (outcome.result, outcome.exit_code) == ("succeeded", 0)
    assert outcome.changes == {"create": 2}, "the Stack counts, its default provider does not"
    assert outcome.outputs == {"value": "a", "hidden": Secret("text")}
    assert project.world.objects == {"a": {"value": "one"}}


def test_changes_where_none_were_expected_end_with_their_own_status(project: Project) -> None:
    project.program("memory.Thing('a', value='one')")
    assert project.run("preview", expect_no_changes=True).exit_code == 3
    assert project.run().exit_code == 0

    assert project.run("preview", expect_no_changes=True).exit_code == 0


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("Pulumi.yaml", "runtime: python\n", "name"),
        ("Pulumi.yaml", "name: [\n", "Pulumi.yaml"),
        (
            "Pulumi.yaml",
            "name: suite\nruntime: python\nconfig: {size: {type: integer}}\n",
            "size",
        ),
        ("Pulumi.dev.yaml", "config: 3\n", "Pulumi.dev.yaml"),
        ("__main__.py", "import pulumi\nraise pulumi.RunError('key size is wrong')\n", "key size"),
    ],
)
def test_wrong_configuration_has_its_own_status_and_makes_nothing(
    project: Project, file: str, text: str, expected: str
) -> None:
    project.program("memory.Thing('a', value='one')")
    project.write(file, text)

    outcome = project.run()

    assert (outcome.result, outcome.exit_code) == ("config-error", 2)
    assert expected in errors(outcome)
    assert project.world.calls == []


def test_configuration_found_wrong_inside_a_component_is_wrong_configuration(
    project: Project,
) -> None:
    project.program(
        "pulumi.ComponentResource('suite:index:Team', 'a')",
        "raise pulumi.RunError('there is no such group')",
    )
    outcome = project.run()
    assert (outcome.result, outcome.exit_code) == ("config-error", 2)
    assert project.world.names("Create") == []


def test_an_unknown_stack_names_those_that_are_known(project: Project) -> None:
    project.program("memory.Thing('a', value='one')")
    (project.folder / "Pulumi.dev.yaml").rename(project.folder / "Pulumi.prd.yaml")

    outcome = project.run()

    assert outcome.exit_code == 2
    assert "'dev'" in errors(outcome)
    assert "prd" in errors(outcome)


def test_a_failed_step_is_told_once_and_nothing_new_starts(project: Project) -> None:
    project.program(
        "a = memory.Thing('a', value='fail', note='x')",
        "memory.Thing('b', value='one', opts=ResourceOptions(depends_on=[a]))",
    )

    outcome = project.run()

    assert outcome.exit_code == 1
    assert errors(outcome) == "no a for x"
    assert project.world.names("Create") == ["a"]


@pytest.mark.parametrize("operation", ["preview", "up"])
def test_a_refused_input_is_the_last_that_is_looked_at(
    project: Project, operation: Operation
) -> None:
    project.program("for n in range(9): memory.Thing(f't{n}', value='bad')")

    outcome = project.run(operation)

    assert outcome.exit_code == 1
    assert errors(outcome).count("it is bad") == 1
    assert outcome.changes == {"create": 1}, "only the Stack"


def test_no_message_shows_a_secret(project: Project) -> None:
    project.program(
        "hidden = pulumi.Output.secret('open-sesame')",
        "seen = memory.Thing('seen', value=hidden)",
        "memory.Thing('a', value='fail', note=hidden, opts=ResourceOptions(depends_on=[seen]))",
    )

    outcome = project.run()

    told = [event.message for event in project.events if isinstance(event, Diagnostic)]
    assert outcome.exit_code == 1
    assert "no a for [secret]" in told
    assert not any("open-sesame" in message for message in told)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "pulumi.ComponentResource('memory:index:Group', 'g', {}, None, remote=True)",
            "remote components",
        ),
        ("memory.Thing('a', value=pulumi.StringAsset('text'))", "asset"),
        ("pulumi.CustomResource('absent:index:Thing', 'a', {})", "pulumi-resource-absent"),
    ],
)
def test_what_the_engine_lacks_is_refused_by_name(
    project: Project, line: str, expected: str
) -> None:
    project.program(line)

    outcome = project.run("preview")

    assert outcome.exit_code == 1
    assert expected in errors(outcome)


def test_default_providers_can_be_forbidden(project: Project) -> None:
    project.write(
        "Pulumi.yaml",
        "name: suite\nruntime: python\n"
        "config: {'pulumi:disable-default-providers': {value: [memory]}}\n",
    )
    project.program("memory.Thing('a', value='one')")

    outcome = project.run()

    assert outcome.exit_code == 1
    assert "Default provider for 'memory' disabled" in errors(outcome)
    assert "must use an explicit provider" in errors(outcome)
    assert project.world.calls == []


def test_an_explicit_provider_works_where_default_ones_are_forbidden(project: Project) -> None:
    project.write("Pulumi.dev.yaml", "config: {'pulumi:disable-default-providers': ['*']}\n")
    project.program(
        "p = memory.Provider('p', region='west')",
        "memory.Thing('a', value='one', opts=ResourceOptions(provider=p))",
    )

    assert project.run().changes == {"create": 3}
    assert project.run("destroy").changes == {"delete": 3}
    assert project.world.objects == {}


def test_a_destroy_that_spares_the_protected_deletes_nothing_at_all(project: Project) -> None:
    free = "memory.Thing('free', value='one')"
    kept = "memory.Thing('kept', value='one', opts=ResourceOptions(protect={}))"
    project.program(free, kept.format("True"))
    assert project.run().exit_code == 0

    refused = project.run("destroy", spares_protected=True)
    assert (refused.exit_code, refused.changes) == (1, {})
    assert "::kept" in errors(refused)
    assert "because it is protected" in errors(refused)
    assert "Nothing was deleted" in errors(refused)
    assert set(project.world.objects) == {"free", "kept"}

    project.program(free, kept.format("False"))
    assert project.run().exit_code == 0
    assert project.run("destroy", spares_protected=True).changes == {"delete": 3}
    assert project.world.objects == {}


def test_a_failed_check_leaves_what_is_the_same_alone(project: Project) -> None:
    project.program("memory.Thing('a', value='one')", "memory.Thing('b', value='one')")
    assert project.run().exit_code == 0
    project.program("memory.Thing('a', value='one')", "memory.Thing('b', value='bad')")

    assert project.run().exit_code == 1

    project.program("memory.Thing('a', value='one')", "memory.Thing('b', value='one')")
    assert project.run(expect_no_changes=True).exit_code == 0
