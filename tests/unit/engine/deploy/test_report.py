from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rehearsal.engine.events import Diagnostic, PolicyViolation, StepFinished
from rehearsal.engine.report import Report
from rehearsal.engine.values import Secret

if TYPE_CHECKING:
    from rehearsal.engine.events import EnforcementLevel, Event

URN = "urn:pulumi:dev::p::pkg:index:Thing::a"
DEFAULT = "urn:pulumi:dev::p::pulumi:providers:pkg::default_1_2_3"


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def report(events: list[Event]) -> Report:
    return Report(events.append, dry_run=False)


def test_steps_are_counted_by_op_but_for_default_providers_and_failures(report: Report) -> None:
    report.finished(report.started("create", URN))
    report.finished(report.started("create", DEFAULT))
    report.finished(report.started("update", URN), failed=True)
    report.finished(report.started("read", URN), counted=False)

    assert report.changes == {"create": 1}
    assert [(step.op, step.failed) for step in report.steps] == [
        ("create", False),
        ("create", False),
        ("update", True),
        ("read", False),
    ]


def test_nothing_fails_in_a_preview_because_nothing_is_carried_out(events: list[Event]) -> None:
    report = Report(events.append, dry_run=True)

    report.finished(report.started("import", URN), failed=True)

    assert not report.steps[0].failed
    finished = events[-1]
    assert isinstance(finished, StepFinished)
    assert not finished.counted


def test_messages_hide_every_secret_that_was_told_before(
    report: Report, events: list[Event]
) -> None:
    report.hide_secrets({"deep": [Secret({"key": "open-sesame"})]})

    report.error("the key open-sesame does not fit", URN)

    assert events == [Diagnostic("error", URN, "the key [secret] does not fit")]
    assert report.failed


def test_an_error_that_the_program_logs_does_not_fail_the_run_by_itself(report: Report) -> None:
    report.tell("error", "logged")

    assert not report.failed


@pytest.mark.parametrize(
    ("level", "fails"),
    [("advisory", False), ("disabled", False), ("mandatory", True), ("remediate", True)],
)
def test_the_level_of_a_violation_decides_whether_the_run_fails(
    report: Report, level: EnforcementLevel, *, fails: bool
) -> None:
    report.violation(PolicyViolation("pack", "policy", level, URN, "no"))

    assert report.failed is fails
