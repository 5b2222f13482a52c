"""What a provider says against the inputs of a resource, in words; never a secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rehearsal.engine import urns
from rehearsal.engine.values import Secret

if TYPE_CHECKING:
    from rehearsal.engine.provider_wire import Checked
    from rehearsal.engine.state import Resource
    from rehearsal.engine.values import Properties


def refusal_of(row: Resource, checked: Checked) -> str:
    """What a provider says against inputs; never a secret."""
    name = f"{row.type} resource '{urns.name_of(row.urn)}'"
    lines: list[str] = []
    for failure in checked.failures:
        if not failure.property:
            lines.append(f"{name} has a problem: {failure.reason}")
            continue
        shown = _shown(row.inputs, failure.property)
        lines.append(f"{name}: property {failure.property}{shown} has a problem: {failure.reason}")
    return "\n".join(lines)


def _shown(inputs: Properties, key: str) -> str:
    if key not in inputs:
        return ""
    value = inputs[key]
    if isinstance(value, Secret):
        return " value {[secret]}"
    text = value if isinstance(value, str) else json.dumps(_json(value), ensure_ascii=False)
    return f" value {{{text}}}"


def _json(value: object) -> object:
    return value if isinstance(value, (bool, int, float)) else "..."
