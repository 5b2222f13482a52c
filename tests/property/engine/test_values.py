from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from rehearsal.engine import numbers, rows, values
from rehearsal.engine.secrets import SecretsManager
from tests.property.engine import strategies

if TYPE_CHECKING:
    from rehearsal.engine.values import Properties, Value

MANAGER = SecretsManager.create("a passphrase")

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), strategies.numbers, strategies.texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(strategies.texts, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(strategies.properties)
def test_properties_survive_the_wire(properties: Properties) -> None:
    assert values.equal(values.from_struct(values.to_struct(properties)), properties)


@given(strategies.properties)
def test_sending_without_secrets_shows_what_they_hold(properties: Properties) -> None:
    received = values.from_struct(values.to_struct(properties, secrets=False))
    assert values.equal(received, values.plain(properties))
    assert not values.contains_secret(received)


@given(strategies.properties)
def test_canonical_references_read_back_as_the_same_references(properties: Properties) -> None:
    received = values.from_struct(values.to_struct(properties, canonical=True))
    assert values.equal(received, properties)


@given(strategies.known)
def test_values_survive_the_state(value: Value) -> None:
    text = numbers.dumps(rows.encode_value(value, MANAGER, "scope"))
    assert values.equal(rows.decode_value(numbers.loads(text), MANAGER, "scope"), value)


@given(strategies.known)
def test_writing_a_state_again_writes_the_same_text(value: Value) -> None:
    fresh = SecretsManager.open("a passphrase", MANAGER.salt)
    text = numbers.dumps(rows.encode_value(value, MANAGER, "scope"))
    read = rows.decode_value(numbers.loads(text), fresh, "scope")
    assert numbers.dumps(rows.encode_value(read, fresh, "scope")) == text


@given(strategies.values)
def test_no_secret_holds_a_secret(value: Value) -> None:
    assert strategies.has_no_nested_secret(values.mapped(value, lambda part: part))


@given(strategies.values)
def test_plain_values_hold_no_secret(value: Value) -> None:
    assert not values.contains_secret(values.plain(value))


@given(strategies.values, strategies.values)
def test_equality_is_symmetric_and_reflexive(one: Value, other: Value) -> None:
    assert values.equal(one, one)
    assert values.equal(one, other) == values.equal(other, one)


@given(JSON)
def test_json_text_reads_back_as_the_same_value(value: numbers.Json) -> None:
    text = numbers.dumps(value)
    assert numbers.loads(text) == value
    assert json.loads(text, parse_int=float) == value, "other readers of JSON agree"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_number_texts_keep_the_double_and_its_sign(double: float) -> None:
    text = numbers.format_number(double)
    assert float(text) == double
    assert math.copysign(1, float(text)) == math.copysign(1, double)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_number_texts_have_an_exponent_only_where_go_writes_one(double: float) -> None:
    plain = double == 0 or 1e-6 <= abs(double) < 1e21
    assert ("e" not in numbers.format_number(double)) == plain
