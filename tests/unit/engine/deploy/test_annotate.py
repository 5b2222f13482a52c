from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rehearsal.engine.annotate import with_secret_outputs, with_secrets_of
from rehearsal.engine.state import Resource
from rehearsal.engine.values import Secret

if TYPE_CHECKING:
    from rehearsal.engine.values import Properties


@pytest.mark.parametrize(
    ("outputs", "inputs", "expected"),
    [
        ({"a": "x", "b": "y"}, {"a": Secret("x")}, {"a": Secret("x"), "b": "y"}),
        ({"m": {"k": 1, "l": 2}}, {"m": {"k": Secret(1)}}, {"m": {"k": Secret(1), "l": 2}}),
        ({"l": [1, 2]}, {"l": [1, Secret(2)]}, {"l": Secret([1, 2])}),
        ({"l": [2]}, {"l": [1, Secret(2)]}, {"l": Secret([2])}),
        ({"m": 1}, {"m": {"k": Secret(1)}}, {"m": Secret(1)}),
    ],
)
def test_a_provider_that_takes_no_secrets_does_not_lose_them(
    outputs: Properties, inputs: Properties, expected: Properties
) -> None:
    assert with_secrets_of(outputs, inputs) == expected


def test_outputs_are_secret_where_an_option_or_an_input_says_so() -> None:
    row = Resource(
        urn="urn:pulumi:dev::p::pkg:index:Thing::a",
        type="pkg:index:Thing",
        custom=True,
        inputs={"password": Secret("x"), "open": "y"},
        outputs={"password": "x", "open": "y", "token": "z"},
        additional_secret_outputs=("token", "absent"),
    )

    assert with_secret_outputs(row).outputs == {
        "password": Secret("x"),
        "open": "y",
        "token": Secret("z"),
    }
