from __future__ import annotations

import pytest

from rehearsal.engine import numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "-0"),
        (2.0, "2"),
        (-0.5, "-0.5"),
        (0.1, "0.1"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1e-9, "1e-9"),
        (1.5e300, "1.5e+300"),
        (1e21, "1e+21"),
        (1e20, "100000000000000000000"),
        (12345678901234567890, "12345678901234567000"),
        (12345678901234567890.0, "12345678901234567000"),
        (9007199254740991, "9007199254740991"),
        (123.456e-7, "0.0000123456"),
        (5e-324, "5e-324"),
    ],
)
def test_numbers_are_written_as_go_writes_them(value: float, text: str) -> None:
    assert numbers.format_number(value) == text


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_numbers_that_json_has_no_text_for_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="no JSON number"):
        numbers.format_number(value)


def test_whole_doubles_are_integers_only_where_these_are_exact() -> None:
    assert type(numbers.number(3.0)) is int
    assert type(numbers.number(1e20)) is float


def test_integers_beyond_a_double_read_as_the_double() -> None:
    assert numbers.loads("12345678901234567890") == numbers.loads("12345678901234567000")


def test_texts_are_escaped_as_in_the_real_state() -> None:
    assert numbers.dumps({"text": 'é \u2028 <&> \t"\\'}) == '{"text":"é \\u2028 <&> \\t\\"\\\\"}'


TEXTS: list[tuple[numbers.Json, str]] = [
    ({}, "{}"),
    ([], "[]"),
    ([[], {}, None, True, False], "[[],{},null,true,false]"),
    ({"b": [1, 2], "a": {"c": "d"}}, '{"b":[1,2],"a":{"c":"d"}}'),
]


@pytest.mark.parametrize(("value", "text"), TEXTS)
def test_json_is_compact_and_keeps_the_order_of_keys(value: numbers.Json, text: str) -> None:
    assert numbers.dumps(value) == text
