from __future__ import annotations

import pytest

from rehearsal.engine.policy.secrecy import with_secrets
from rehearsal.engine.values import UNKNOWN, Properties, Secret


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        ({"a": Secret("x")}, {"a": "x"}, {"a": Secret("x")}),
        ({"a": Secret("x")}, {"a": Secret("x")}, {"a": Secret("x")}),
        ({"a": Secret("x")}, {"a": "y"}, {"a": Secret("y")}),
        ({"a": "x"}, {"a": "x", "b": "x"}, {"a": "x", "b": "x"}),
        ({"a": Secret("x")}, {"b": 1}, {"b": 1}),
        ({"a": {"b": Secret(1), "c": 1}}, {"a": {"b": 1, "c": 1}}, {"a": {"b": Secret(1), "c": 1}}),
        ({"a": Secret({"b": 1})}, {"a": {"b": Secret(1)}}, {"a": Secret({"b": 1})}),
        ({"a": {"b": Secret(1)}}, {"a": UNKNOWN}, {"a": UNKNOWN}),
        ({"a": [Secret("x"), "y"]}, {"a": ["x", "z"]}, {"a": [Secret("x"), "z"]}),
        ({"a": ["y", Secret("x")]}, {"a": ["x"]}, {"a": [Secret("x")]}),
        ({"a": [Secret("x")]}, {"a": ["new", "x"]}, {"a": [Secret("new"), Secret("x")]}),
        ({"a": [{"b": Secret("x")}]}, {"a": [{"b": "x"}, 1]}, {"a": [{"b": Secret("x")}, 1]}),
    ],
)
def test_what_was_secret_stays_secret(
    before: Properties, after: Properties, kept: Properties
) -> None:
    assert with_secrets(after, before) == kept
