"""What a step changes, property by property, for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rehearsal.engine import paths
from rehearsal.engine.events import PropertyChange
from rehearsal.engine.masking import MASKED, shown_value
from rehearsal.engine.values import Secret

if TYPE_CHECKING:
    from rehearsal.engine.events import ChangeKind
    from rehearsal.engine.steps import Diff
    from rehearsal.engine.values import Properties, Value

_REPLACING: dict[ChangeKind, ChangeKind] = {
    "add": "add-replace",
    "delete": "delete-replace",
    "update": "update-replace",
}


def property_changes(diff: Diff, olds: Properties, news: Properties) -> tuple[PropertyChange, ...]:
    """The changes of a diff with the texts of both sides.

    Each reason to replace is among them: a provider may name only the key, and the engine has
    reasons of its own, such as `provider`.
    """
    kinds = dict(diff.detailed) or {key: _kind(olds, news, key) for key in diff.changed}
    for reason in diff.replaces:
        within = [path for path in kinds if _is_within(path, reason)]
        if not any(kinds[path].endswith("-replace") for path in within):
            kinds |= {path: _REPLACING.get(kinds[path], kinds[path]) for path in within} or {
                reason: _REPLACING[_kind(olds, news, reason)]
            }
    return tuple(
        PropertyChange(path, kind, _at(olds, path), _at(news, path))
        for path, kind in sorted(kinds.items())
    )


def _is_within(path: str, reason: str) -> bool:
    try:
        return paths.contains(paths.parse(reason), paths.parse(path))
    except paths.PathError:
        return path == reason


def _kind(olds: Properties, news: Properties, path: str) -> ChangeKind:
    before, after = _at(olds, path), _at(news, path)
    if before is None and after is not None:
        return "add"
    return "delete" if before is not None and after is None else "update"


def _at(properties: Properties, path: str) -> str | None:
    """The text of what lies at a path; None if nothing does.

    The text is whole: one that was cut would get past a mask with half a secret.
    """
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
    return json.dumps(shown_value(found), ensure_ascii=False)
