from __future__ import annotations

from typing import Any

import pytest
from pulumi_policy.deserialize import deserialize_properties
from pulumi_policy.proxy import (
    UNKNOWN_ARRAY_VALUE,
    UNKNOWN_BOOLEAN_VALUE,
    UNKNOWN_NUMBER_VALUE,
    UNKNOWN_OBJECT_VALUE,
    UNKNOWN_STRING_VALUE,
    unknown_checking_proxy,
)

from policy.checks.reading import UNKNOWN, Truth, contains, every, has_unknown, known, plain

SENTINELS = [
    UNKNOWN_ARRAY_VALUE,
    UNKNOWN_BOOLEAN_VALUE,
    UNKNOWN_NUMBER_VALUE,
    UNKNOWN_OBJECT_VALUE,
    UNKNOWN_STRING_VALUE,
]


def seen(props: dict[str, Any]) -> dict[str, Any]:
    return unknown_checking_proxy(deserialize_properties(props))


def test_the_traps_of_the_proxies_are_there() -> None:
    props = seen({"verbs": ["*"], "rules": [UNKNOWN_STRING_VALUE, 1.0]})
    assert props["verbs"] != ["*"], "the reason why nothing compares lists of a proxy"
    assert props["rules"][0:] == [UNKNOWN_STRING_VALUE, 1.0], "the reason why nothing slices them"


def test_a_plain_copy_is_made_of_ordinary_objects() -> None:
    props = {"a": [{"b": ["*"]}, None, 3.0], "c": {"d": True, "e": None}}
    assert plain(seen(props)) == props


@pytest.mark.parametrize("sentinel", SENTINELS)
def test_a_plain_copy_holds_unknown_for_every_kind_of_unknown(sentinel: str) -> None:
    copy = plain(seen({"a": sentinel, "b": [sentinel, 1.0], "c": {"d": [[sentinel]]}}))
    assert copy == {"a": UNKNOWN, "b": [UNKNOWN, 1.0], "c": {"d": [[UNKNOWN]]}}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a", {"b": {"c": 1.0, "n": None}, "u": UNKNOWN}),
        ("a.b.c", 1.0),
        ("a.b.n", "default"),
        ("a.b.x", "default"),
        ("x.y.z", "default"),
        ("a.u", UNKNOWN),
        ("a.u.more", UNKNOWN),
        ("text.b", "default"),
        ("list.0", "default"),
        ("null.b", "default"),
    ],
)
def test_a_path_is_read_or_has_its_default(path: str, value: object) -> None:
    props = {
        "a": {"b": {"c": 1.0, "n": None}, "u": UNKNOWN_STRING_VALUE},
        "text": "b",
        "list": ["b"],
        "null": None,
    }
    assert known(seen(props), path, "default") == value


def test_an_unknown_value_is_neither_true_nor_false() -> None:
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(UNKNOWN)
    assert repr(UNKNOWN) == "UNKNOWN"


@pytest.mark.parametrize(
    ("values", "holds"),
    [
        (["a", "b"], True),
        (["b"], False),
        ([], False),
        ("a", False),
        (None, False),
        (UNKNOWN, UNKNOWN),
        ([UNKNOWN], UNKNOWN),
        ([UNKNOWN, "a"], True),
        ([["a"], 1.0, None], False),
    ],
)
def test_a_list_contains_a_text_or_may_yet(values: object, holds: Truth) -> None:
    assert contains(values, frozenset({"a", "x"})) is holds


@pytest.mark.parametrize(
    ("truths", "holds"),
    [
        ((), True),
        ((True, True), True),
        ((True, False), False),
        ((UNKNOWN, False), False),
        ((False, UNKNOWN), False),
        ((UNKNOWN, True), UNKNOWN),
    ],
)
def test_all_hold_or_one_decides(truths: tuple[Truth, ...], holds: Truth) -> None:
    assert every(*truths) is holds


@pytest.mark.parametrize("value", [UNKNOWN, [1, UNKNOWN], {"a": {"b": [UNKNOWN]}}])
def test_an_unknown_part_is_found(value: object) -> None:
    assert has_unknown(value)


@pytest.mark.parametrize("value", [None, [], {}, "x", {"a": [1.0, {"b": False}]}])
def test_a_known_value_has_no_unknown_part(value: object) -> None:
    assert not has_unknown(value)
