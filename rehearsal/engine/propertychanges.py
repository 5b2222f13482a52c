"""What a step changes, property by property, for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rehearsal.engine import paths
from rehearsal.engine.events import PropertyChange
from rehearsal.engine.masking import MASKED, shown_value
from rehearsal.engine.values import Secret

if TYPE_CHECKING:
    from rehearsal.engine.steps import Diff
    from rehearsal.engine.values import Properties, Value

_SHOWN_CHARACTERS = 120


def property_changes(diff: Diff, olds: Properties, news: Properties) -> tuple[PropertyChange, ...]:
    """The changes of a diff with short texts of both sides."""
    kinds = diff.detailed or dict.fromkeys(diff.changed, "update")
    return tuple(
        PropertyChange(path, kind, _at(olds, path), _at(news, path))
        for path, kind in sorted(kinds.items())
    )


def _at(properties: Properties, path: str) -> str | None:
    """The text of what lies at a path; None if nothing does."""
    found: Value = properties
    try:
        parts = paths.parse(path)
    except paths.PathError:
        return None
    for part in parts:
        if isinstance(found, Secret):
            return MASKED
        if isinstance(found, dict):
            if str(part) not in found:
                return None
            found = found[str(part)]
        elif isinstance(found, list) and isinstance(part, int) and part < len(found):
            found = found[part]
        else:
            return None
    text = json.dumps(shown_value(found), ensure_ascii=False)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."
