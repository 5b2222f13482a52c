from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf import json_format

from rehearsal.engine.policy.host import (
    AnalyzerOptions,
    AnalyzerProvider,
    AnalyzerResource,
    AnalyzerTimeouts,
)
from rehearsal.engine.policy.wire import analyze_request, stack_request
from rehearsal.engine.values import SECRET, SIGNATURE, UNKNOWN, UNKNOWN_TEXT, ResourceRef, Secret

if TYPE_CHECKING:
    from rehearsal.engine.values import Value

URN = "urn:pulumi:dev::p::t:i:T::name"
OTHER = "urn:pulumi:dev::p::t:i:T::other"


def resource(**more: Any) -> AnalyzerResource:
    fields: dict[str, Any] = {"urn": URN, "type": "t:i:T", "name": "name", "properties": {}}
    return AnalyzerResource(**fields | more)


def sent(properties: dict[str, Value]) -> dict[str, Any]:
    """The properties as the pack gets them."""
    return json_format.MessageToDict(analyze_request(resource(properties=properties)).properties)


def test_secrets_and_unknown_values_keep_their_wrapping() -> None:
    assert sent({"s": Secret("x"), "u": UNKNOWN, "n": [1.5]}) == {
        "s": {SIGNATURE: SECRET, "value": "x"},
        "u": UNKNOWN_TEXT,
        "n": [1.5],
    }


def test_a_reference_becomes_an_id_or_a_urn_because_packs_die_of_it() -> None:
    properties: dict[str, Value] = {
        "custom": ResourceRef(OTHER, "i-1"),
        "component": ResourceRef(OTHER),
        "deep": [{"ref": ResourceRef(OTHER, UNKNOWN)}],
    }
    assert sent(properties) == {
        "custom": "i-1",
        "component": OTHER,
        "deep": [{"ref": UNKNOWN_TEXT}],
    }


def test_the_keys_of_providers_are_left_out_at_any_depth() -> None:
    found = sent({"__defaults": [], "a": [{"__meta": "x", "b": 1}]})
    assert found["a"] == [{"b": 1}]
    assert "__defaults" not in found


def test_options_and_provider_are_told() -> None:
    options = AnalyzerOptions(
        protect=True,
        ignore_changes=("a.b",),
        delete_before_replace=False,
        additional_secret_outputs=("key",),
        aliases=(OTHER,),
        timeouts=AnalyzerTimeouts(create=300),
        parent=OTHER,
    )
    provider = AnalyzerProvider("urn", "pulumi:providers:t", "default", {"k": Secret("v")})
    request = analyze_request(resource(options=options, provider=provider))
    assert json_format.MessageToDict(request.options) == {
        "protect": True,
        "ignoreChanges": ["a.b"],
        "deleteBeforeReplaceDefined": True,
        "additionalSecretOutputs": ["key"],
        "aliases": [OTHER],
        "customTimeouts": {"create": 300.0},
        "parent": OTHER,
    }
    assert request.provider.name == "default"
    assert not analyze_request(resource()).HasField("provider")
    assert not analyze_request(resource()).options.HasField("customTimeouts")


def test_a_stack_is_told_with_its_dependencies() -> None:
    one = resource(
        parent=OTHER, dependencies=(OTHER,), property_dependencies={"a": (OTHER,), "b": ()}
    )
    [told] = stack_request([one]).resources
    assert told.parent == OTHER
    assert list(told.dependencies) == [OTHER]
    assert {key: list(one.urns) for key, one in told.propertyDependencies.items()} == {
        "a": [OTHER],
        "b": [],
    }
