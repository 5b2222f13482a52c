"""Entra ID knows everything that the program sends: the SDK's types, and Graph's own model."""

from __future__ import annotations

import copy
import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory
from msgraph.generated.models.group import Group

from tests.support.recorded_runs import RUNS, run_of
from tests.support.sdk_schema import problems

if TYPE_CHECKING:
    from tests.support.program import Registered

GROUP = "azuread:index/group:Group"
RELATIONS = {"members", "owners"}
"""What Graph takes as references to objects and not as properties."""
THE_PROVIDERS_OWN = {"preventDuplicateNames"}


def groups() -> list[Registered]:
    return [each for name in RUNS for each in run_of(name).of(GROUP)]


def graph_problems(inputs: dict[str, Any]) -> list[str]:
    """What Graph's model does not know, or does not read as it was written."""
    known = Group().get_field_deserializers()
    found = [f"{name}: not of a group" for name in RELATIONS & set(inputs) if name not in known]
    body = {key: inputs[key] for key in set(inputs) - RELATIONS - THE_PROVIDERS_OWN}
    node = JsonParseNodeFactory().get_root_parse_node("application/json", json.dumps(body).encode())
    read = node.get_object_value(Group)
    assert read is not None
    found += [f"{name}: not known" for name in read.additional_data]
    # Only properties that it has read are said to have been set.
    kept: dict[str, Any] = {}
    for name in set(body) - set(read.additional_data):
        attribute = "".join(f"_{char.lower()}" if char.isupper() else char for char in name)
        kept[name] = getattr(read, attribute)
    return found + [f"{name}: read as {kept[name]!r}" for name in kept if kept[name] != body[name]]


def test_the_sdk_knows_every_input_of_every_group() -> None:
    assert groups()
    for each in groups():
        assert problems(GROUP, each.inputs) == [], each.name


def test_graph_knows_every_property_of_every_group() -> None:
    for each in groups():
        assert graph_problems(each.inputs) == [], each.name


def test_owners_and_members_are_object_ids_each_once() -> None:
    for each in groups():
        for relation in RELATIONS:
            ids: list[str] = each.inputs.get(relation, [])
            assert len({uuid.UUID(one) for one in ids}) == len(ids), each.name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("displayname", "a group"),
        ("securityEnabled", "yes"),
        ("displayName", 7),
        ("members", "one"),
        ("owner", ["one"]),
    ],
)
def test_an_input_that_entra_does_not_know_is_found(name: str, value: Any) -> None:
    inputs = copy.deepcopy(groups()[0].inputs)
    assert problems(GROUP, {**inputs, name: value})


@pytest.mark.parametrize(
    ("name", "value"), [("displayname", "a group"), ("securityEnabled", "yes"), ("mailNick", "x")]
)
def test_a_property_that_graph_does_not_know_is_found(name: str, value: Any) -> None:
    inputs = copy.deepcopy(groups()[0].inputs)
    assert graph_problems({**inputs, name: value})
