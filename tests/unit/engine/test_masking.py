from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from rehearsal.engine.masking import Mask, secret_texts, shown
from rehearsal.engine.values import UNKNOWN, ResourceRef, Secret

if TYPE_CHECKING:
    from rehearsal.engine.values import Value

KEY = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo="


@pytest.mark.parametrize(
    ("message", "masked"),
    [
        ("the password is hunter22", "the password is [secret]"),
        ("hunter22hunter22", "[secret][secret]"),
        ("hunter2", "hunter2"),
        ("", ""),
    ],
)
def test_a_secret_text_is_replaced(message: str, masked: str) -> None:
    assert Mask(["hunter22"])(message) == masked


def test_a_quoted_secret_is_replaced() -> None:
    text = 'line one\n"two"\tthree'
    mask = Mask([text])
    for quoted in (json.dumps(text), repr(text), text):
        assert "two" not in mask(f"it was {quoted}!")


def test_a_key_inside_a_secret_is_replaced_on_its_own() -> None:
    mask = Mask([f"apiVersion: v1\nusers:\n- user: {{client-key-data: {KEY}}}\n"])
    assert mask(f"found {KEY}") == "found [secret]"
    assert mask("users: and apiVersion: v1 are words") == "users: and apiVersion: v1 are words"


@pytest.mark.parametrize("text", ["", "ab", "  ", " x "])
def test_a_text_too_short_to_be_a_secret_is_left_alone(text: str) -> None:
    assert Mask([text])("ab x  cd") == "ab x  cd"


def test_the_longer_of_two_secrets_wins() -> None:
    assert Mask(["secret-a", "secret-a-and-more"])("secret-a-and-more") == "[secret]"


def test_a_mask_grows() -> None:
    mask = Mask(["first"])
    assert mask.with_texts(["first"]) is mask
    assert mask.with_texts(["second"])("first second") == "[secret] [secret]"
    assert mask("first second") == "[secret] second"


def test_the_texts_of_secrets_are_found_at_any_depth() -> None:
    value: dict[str, Value] = {
        "plain": "visible",
        "deep": [{"it": Secret("one")}, Secret({"a": ["two", {"b": "three"}]})],
        "number": Secret(443),
        "bool": Secret(value=True),
        "unknown": Secret(UNKNOWN),
    }
    assert set(secret_texts(value)) == {"one", "two", "three", "443", "443.0"}


def test_what_is_shown_holds_no_secret() -> None:
    properties: dict[str, Value] = {
        "secret": Secret({"a": 1}),
        "unknown": UNKNOWN,
        "list": [Secret("x"), 1, None],
        "reference": ResourceRef("urn:pulumi:dev::p::t:i:T::n", "id"),
        "leaked": "the hunter22",
        "__defaults": [],
    }
    assert shown(properties, Mask(["hunter22"])) == {
        "secret": "[secret]",
        "unknown": "<unknown>",
        "list": ["[secret]", 1, None],
        "reference": "urn:pulumi:dev::p::t:i:T::n",
        "leaked": "the [secret]",
    }
