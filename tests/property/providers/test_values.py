"""Laws of the providers' pure parts."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rehearsal.providers import arm_shapes as shapes
from rehearsal.providers.arm_types import TYPES, ArmType
from rehearsal.providers.codec import decode, encode
from rehearsal.providers.diffs import changes, drift, response

NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6)
LEAVES = (
    st.text(max_size=6)
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.integers(-1000, 1000).map(lambda number: number + 0.25)
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)
)
MAPS = st.dictionaries(NAMES, VALUES, max_size=4)


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of everything in a value."""
    below: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        below = list(value.items())  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - any values
    elif isinstance(value, list):
        below = list(enumerate(value))  # pyright: ignore[reportUnknownArgumentType] - any values
    return [found for key, item in below for found in [(*path, key), *paths(item, (*path, key))]]


@given(MAPS, st.data())
def test_values_and_secrets_survive_the_wire(values: dict[str, Any], data: st.DataObject) -> None:
    known = paths(values)
    secrets = data.draw(st.sets(st.sampled_from(known))) if known else set[Any]()
    decoded = decode(encode(values, secrets))
    assert decoded.values == values
    assert decoded.secrets == secrets


@given(MAPS, MAPS)
def test_there_are_changes_exactly_where_values_differ(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    assert changes(old, copy.deepcopy(old)) == {}
    assert bool(changes(old, new)) == (encode(old) != encode(new))
    assert changes(old, new).keys() == changes(new, old).keys()


@given(MAPS, MAPS)
def test_every_change_is_told_with_a_path_of_its_own(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    found = changes(old, new)
    assert len(response(found).detailedDiff) == len(found)


@given(MAPS, MAPS)
def test_without_drift_the_inputs_stay(inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
    merged = outputs | inputs
    assert drift(inputs, merged, copy.deepcopy(merged)) == inputs


@given(st.sampled_from(list(TYPES.values())), MAPS)
def test_an_imported_object_has_the_inputs_that_made_it(
    kind: ArmType, properties: dict[str, Any]
) -> None:
    reserved = {*kind.parameters, *kind.read_only, *kind.top, "id", "name", "type", "properties"}
    parts = {
        name: f"/{name}/1" if name in {"scope", "resourceUri"} else f"{name}-1"
        for name in kind.parameters
    }
    free = {key: value for key, value in properties.items() if key not in reserved}
    tops = {name: {"k": "v"} for name in kind.top if name not in kind.read_only}
    inputs = {**parts, **free, **tops}
    path = shapes.path_of(kind, inputs, "sub")
    live = {**shapes.body_of_inputs(kind, inputs), "id": path, "type": "t"}
    found = shapes.inputs_of(kind, path, shapes.outputs_of(kind, live))
    expected = {**inputs, shapes.API_VERSION_KEY: kind.api_version}
    assert found == expected
    assert shapes.differences(shapes.body_of_inputs(kind, inputs), live) == []


@given(st.sampled_from(list(TYPES.values())), MAPS, MAPS)
def test_a_second_preview_adds_nothing(
    kind: ArmType, inputs: dict[str, Any], olds: dict[str, Any]
) -> None:
    before = copy.deepcopy((inputs, olds))
    shapes.preview_outputs(kind, inputs, olds)
    assert (inputs, olds) == before, "a preview changes nothing that it is given"
