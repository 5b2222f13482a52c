"""Keeps secrets secret where a provider, or a change of their place, would lose that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rehearsal.engine.values import Secret, contains_secret, secret

if TYPE_CHECKING:
    from rehearsal.engine.state import Resource
    from rehearsal.engine.values import Properties, Value


def with_secrets_of(outputs: Properties, inputs: Properties) -> Properties:
    """`outputs` with each value secret whose namesake in `inputs` holds a secret, map by map.

    A list becomes secret as a whole: providers may take it for a set, and change its order
    (pulumi/pulumi, `sdk/go/common/resource/plugin/provider_plugin.go`, annotateSecrets).
    """
    return {
        key: _annotated(value, inputs[key]) if key in inputs else value
        for key, value in outputs.items()
    }


def _annotated(value: Value, model: Value) -> Value:
    if isinstance(value, dict) and isinstance(model, dict):
        return with_secrets_of(value, model)
    return secret(value) if contains_secret(model) else value


def with_secret_outputs(row: Resource) -> Resource:
    """The row with outputs secret that its options name, or whose input of that name is secret."""
    named = set(row.additional_secret_outputs)
    named.update(key for key, value in row.inputs.items() if isinstance(value, Secret))
    if named.isdisjoint(row.outputs):
        return row
    outputs = {key: secret(value) if key in named else value for key, value in row.outputs.items()}
    return replace(row, outputs=outputs)
