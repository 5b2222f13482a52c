"""Property paths, as options name them: `tags.owner`, `rows[*].v`, `tags["a.b"]`, `*`.

Grammar and meaning are those of pulumi/pulumi, `sdk/go/common/resource/property_path.go`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from rehearsal.engine.values import Secret, mapped, secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rehearsal.engine.values import Properties, Value

WILDCARD = "*"

Path: TypeAlias = "tuple[str | int, ...]"

_PART = re.compile(
    r"""
    (?P<name>[^.\[\]"]+)
    | \[(?P<index>\d+)\]
    | \[(?P<all>\*)\]
    | \["(?P<quoted>(?:[^"\\]|\\.)*)"\]
    """,
    re.VERBOSE,
)


class PathError(ValueError):
    """A text that is no path."""


def parse(text: str) -> Path:
    """The parts of a path: names, indices, and `*`.

    Raises:
        PathError: The text is no path.
    """
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        if parts and text[position] == ".":
            position += 1
        match = _PART.match(text, position)
        if match is None:
            raise PathError(f'{text!r} is no property path; one is a.b[0] or tags["a.b"]')
        position = match.end()
        if match["index"] is not None:
            parts.append(int(match["index"]))
        elif match["quoted"] is not None:
            parts.append(re.sub(r"\\(.)", r"\1", match["quoted"]))
        else:
            parts.append(match["all"] or match["name"])
    return tuple(parts)


def contains(pattern: Path, path: Path) -> bool:
    """Whether `path` is what `pattern` names, or lies within it."""
    return len(pattern) <= len(path) and all(
        part in (WILDCARD, other) for part, other in zip(pattern, path, strict=False)
    )


def reset(
    news: Properties, olds: Properties, ignored: Sequence[str]
) -> tuple[Properties, tuple[str, ...]]:
    """`news` with what lies at the ignored paths as in `olds`, and the paths that do not allow it.

    A path does not allow it where an element of a list, or a map on the way, is in only one of
    both. What is no path at all is left out, as the Pulumi CLI does.
    """
    made = {key: mapped(value, lambda part: part) for key, value in news.items()}
    failed: list[str] = []
    for text in ignored:
        try:
            path = parse(text)
        except PathError:
            continue
        if not _reset(olds, made, path, _Hidden()):
            failed.append(text)
    return made, tuple(failed)


@dataclass(frozen=True)
class _Hidden:
    """Whether the way to an old and to a new value went through a secret."""

    old: bool = False
    new: bool = False

    def moved(self, value: Value) -> Value:
        """An old value as it may stand among the new ones."""
        return secret(value) if self.old and not self.new else value


def _reset(old: Value, new: Value, path: Path, hidden: _Hidden) -> bool:
    """Change `new`, which must be a map or a list to have `path`; whether that was possible."""
    if isinstance(old, Secret):
        old, hidden = old.value, replace(hidden, old=True)
    if isinstance(new, Secret):
        new, hidden = new.value, replace(hidden, new=True)
    if not path:
        return False
    part, rest = path[0], path[1:]
    if isinstance(part, int):
        return _reset_item(old, new, part, rest, hidden)
    if part != WILDCARD:
        return _reset_key(old, new, part, rest, hidden)
    return _reset_parts(old, new, rest, hidden) if rest else _reset_all(old, new, hidden)


def _reset_item(old: Value, new: Value, index: int, rest: Path, hidden: _Hidden) -> bool:
    if not isinstance(old, list) or not isinstance(new, list):
        return not isinstance(old, list) and not isinstance(new, list)
    if index >= min(len(old), len(new)):
        return not rest and index >= max(len(old), len(new))
    if rest:
        return _reset(old[index], new[index], rest, hidden)
    new[index] = hidden.moved(old[index])
    return True


def _reset_key(old: Value, new: Value, key: str, rest: Path, hidden: _Hidden) -> bool:
    before: Properties = old if isinstance(old, dict) else {}
    if rest:
        if not isinstance(old, dict) or not isinstance(new, dict):
            return not isinstance(old, dict) and not isinstance(new, dict)
        if key not in new:
            return key not in old
        return _reset(before.get(key), new[key], rest, hidden)
    if not isinstance(new, dict):
        return key not in before
    if key in before:
        new[key] = hidden.moved(before[key])
    else:
        new.pop(key, None)
    return True


def _reset_all(old: Value, new: Value, hidden: _Hidden) -> bool:
    """Take over every part of a map, or of a list."""
    if isinstance(new, dict):
        if isinstance(old, dict):
            new.clear()
            new.update({key: hidden.moved(value) for key, value in old.items()})
        return True
    if isinstance(new, list):
        if not isinstance(old, list):
            return True
        for index in range(min(len(old), len(new))):
            new[index] = hidden.moved(old[index])
        return len(old) == len(new)
    return False


def _reset_parts(old: Value, new: Value, rest: Path, hidden: _Hidden) -> bool:
    """Follow the rest of a path in every part of a map, or of a list."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(key in new and _reset(old[key], new[key], rest, hidden) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        pairs = zip(old, new, strict=False)
        done = all(_reset(before, after, rest, hidden) for before, after in pairs)
        return done and len(old) == len(new)
    return False
