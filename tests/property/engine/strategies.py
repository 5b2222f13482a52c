"""Hypothesis strategies for the engine's value model."""

from __future__ import annotations

from hypothesis import strategies as st

from rehearsal.engine.numbers import number
from rehearsal.engine.values import SIGNATURE, UNKNOWN, ResourceRef, Secret, Value, secret

URN = "urn:pulumi:dev::suite::pkg:index:Thing::a"

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
keys = texts.filter(lambda key: key != SIGNATURE)
numbers = st.floats(allow_nan=False, allow_infinity=False).map(number)
scalars: st.SearchStrategy[Value] = st.one_of(texts, numbers, st.booleans())
references = st.builds(
    ResourceRef,
    urn=st.just(URN),
    id=st.one_of(st.none(), texts),
    package_version=st.sampled_from(["", "1.2.3"]),
)


def _deeper(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    return st.one_of(
        st.lists(st.one_of(inner, st.none()), max_size=4),
        st.dictionaries(keys, st.one_of(inner, st.none()), max_size=4),
        inner.map(secret),
    )


known: st.SearchStrategy[Value] = st.recursive(
    st.one_of(scalars, references), _deeper, max_leaves=12
)
"""Values as a state may hold them."""

values: st.SearchStrategy[Value] = st.recursive(
    st.one_of(scalars, references, st.just(UNKNOWN)), _deeper, max_leaves=12
)
"""Values as they travel, unknown ones among them."""

properties = st.dictionaries(keys, values, max_size=4)
known_properties = st.dictionaries(keys, known, max_size=4)


def has_no_nested_secret(value: Value) -> bool:
    """Whether no secret's value is itself a secret."""
    if isinstance(value, Secret):
        return not isinstance(value.value, Secret) and has_no_nested_secret(value.value)
    if isinstance(value, dict):
        return all(map(has_no_nested_secret, value.values()))
    if isinstance(value, list):
        return all(map(has_no_nested_secret, value))
    return True


def hidden(marker: str, value: Value) -> Secret:
    """A secret that holds the marker, beside `value`."""
    return Secret([{"marker": marker}, value])
