from __future__ import annotations

import pytest
from google.protobuf import json_format, struct_pb2

from rehearsal.engine import values
from rehearsal.engine.values import UNKNOWN, ResourceRef, Secret

URN = "urn:pulumi:dev::suite::pkg:index:Thing::a"
TYPED_UNKNOWNS = [
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]


def struct(**fields: object) -> struct_pb2.Struct:
    return json_format.ParseDict(fields, struct_pb2.Struct())


def special(signature: str, **fields: object) -> dict[str, object]:
    return {values.SIGNATURE: signature, **fields}


def test_nulls_are_dropped_at_the_top_and_kept_below() -> None:
    received = values.from_struct(struct(none=None, deep={"a": None}, items=[None]))
    assert received == {"deep": {"a": None}, "items": [None]}


@pytest.mark.parametrize("text", TYPED_UNKNOWNS)
def test_each_text_for_unknown_values_is_unknown(text: str) -> None:
    assert values.from_struct(struct(value=text)) == {"value": UNKNOWN}


def test_unknown_values_travel_as_the_general_text() -> None:
    sent = values.to_struct({"value": UNKNOWN})
    assert sent.fields["value"].string_value == values.UNKNOWN_TEXT


def test_secrets_in_secrets_are_one_secret() -> None:
    inner = special(values.SECRET, value="text")
    received = values.from_struct(struct(value=special(values.SECRET, value=inner)))
    assert received == {"value": Secret("text")}


def test_a_secret_does_not_show_itself() -> None:
    assert "hunter2" not in repr({"password": Secret("hunter2")})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"value": 1, "secret": True}, Secret(1)),
        ({"value": 1}, 1),
        ({}, UNKNOWN),
        ({"secret": True}, Secret(UNKNOWN)),
    ],
)
def test_output_values_become_what_they_hold(
    fields: dict[str, object], expected: values.Value
) -> None:
    received = values.from_struct(struct(value=special(values.OUTPUT, **fields)))
    assert received["value"] == expected


def test_references_lose_the_name_and_type_that_only_providers_get() -> None:
    sent = values.to_struct({"value": ResourceRef(URN, "a-1")}, canonical=True)
    fields = sent.fields["value"].struct_value.fields
    assert (fields["name"].string_value, fields["type"].string_value) == ("a", "pkg:index:Thing")
    assert "packageVersion" not in fields
    assert values.from_struct(sent) == {"value": ResourceRef(URN, "a-1")}


@pytest.mark.parametrize(("identifier", "sent"), [("a-1", "a-1"), (None, URN)])
def test_references_can_be_sent_as_id_or_urn(identifier: str | None, sent: str) -> None:
    struct_ = values.to_struct({"value": ResourceRef(URN, identifier)}, references=False)
    assert struct_.fields["value"].string_value == sent


@pytest.mark.parametrize(
    ("signature", "kind"), [(values.ASSET, "asset"), (values.ARCHIVE, "archive")]
)
def test_assets_are_refused_by_name(signature: str, kind: str) -> None:
    with pytest.raises(values.UnsupportedValueError, match=kind):
        values.from_struct(struct(value=special(signature, text="x")))


def test_unrecognised_signatures_are_refused() -> None:
    with pytest.raises(values.UnsupportedValueError, match="unrecognised signature"):
        values.from_struct(struct(value=special("another")))


def test_unknown_and_secret_parts_are_found_at_any_depth() -> None:
    value: values.Value = {"a": [{"b": Secret([UNKNOWN])}]}
    assert values.contains_unknown(value)
    assert values.contains_secret(value)
    assert values.contains_unknown(ResourceRef(URN, UNKNOWN))
    assert not values.contains_unknown({"a": ["b", None]})


def test_properties_without_unknowns_keep_what_is_wholly_known() -> None:
    assert values.without_unknowns({"a": 1, "b": [UNKNOWN]}) == {"a": 1}


@pytest.mark.parametrize(("one", "other"), [(True, 1), ([False], [0]), ({"a": 1}, {"a": True})])
def test_true_is_not_one(one: values.Value, other: values.Value) -> None:
    assert not values.equal(one, other)


def test_empty_maps_and_lists_stay_what_they_are_on_the_wire() -> None:
    empty: values.Properties = {"map": {}, "list": [], "text": ""}
    assert values.from_struct(values.to_struct(empty)) == empty
