from __future__ import annotations

import json
from io import StringIO
from typing import get_args

import pytest

from rehearsal.engine.display import display, outcome_json
from rehearsal.engine.display.text import TITLES
from rehearsal.engine.display.view import label
from rehearsal.engine.events import Operation, PolicyViolation, RunStarted, Summary
from rehearsal.engine.outcome import Outcome
from rehearsal.engine.values import Secret
from tests.support.displayed import STACK, urn


def test_a_stream_that_is_no_terminal_gets_plain_lines() -> None:
    stream = StringIO()
    with display(stream) as take:
        take(RunStarted("up", "aks-entra", "dev"))
        take(Summary("up", "succeeded", {"create": 1}, 1.0))
    assert "\x1b" not in stream.getvalue()
    assert "Update succeeded: 1 created" in stream.getvalue()


def test_an_outcome_is_one_json_object_without_secrets() -> None:
    outcome = Outcome(
        result="failed",
        changes={"create": 2, "import": 1, "same": 0},
        outputs={
            "plain": "x",
            "kubeconfig": Secret("hidden"),
            "deep": [{"key": Secret({"a": 1})}],
            "later": "<unknown>",
        },
        violations=[PolicyViolation("pack", "it", "mandatory", STACK, "bad", "1.0.0", "high")],
        seconds=1.23456,
    )
    found = outcome_json(outcome)
    assert json.loads(json.dumps(found)) == {
        "result": "failed",
        "changes": {"create": 2, "update": 0, "delete": 0, "replace": 0, "same": 0, "import": 1},
        "outputs": {
            "plain": "x",
            "kubeconfig": "[secret]",
            "deep": [{"key": "[secret]"}],
            "later": "<unknown>",
        },
        "violations": [
            {
                "pack": "pack",
                "policy": "it",
                "level": "mandatory",
                "severity": "high",
                "urn": STACK,
                "message": "bad",
            }
        ],
        "seconds": 1.235,
    }


def test_resources_have_the_names_that_people_use() -> None:
    assert label(urn("kubernetes:core/v1:Namespace", "payments")) == ("Namespace", "payments")
    assert label(urn("a:b:C$pulumi:providers:kubernetes", "k")) == ("Provider", "kubernetes/k")
    assert label("no urn") == ("", "no urn")


@pytest.mark.parametrize("operation", get_args(Operation))
def test_every_operation_has_a_title(operation: Operation) -> None:
    assert TITLES[operation]
