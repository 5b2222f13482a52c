"""Property paths, as options name them: `tags.owner`, `rows[*].v`, `tags["a.b"]`, `*`.

Grammar and meaning are those of pulumi/pulumi, `sdk/go/common/resource/property_path.go`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from rehearsal.engine.values import Secret, secret

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
    """A path that is malformed, or that a value does not have."""


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


class _Missing:
    """The type of `_MISSING`, what stands at a path that a value does not have."""


_MISSING = _Missing()


def reset(news: Properties, olds: Properties, ignored: Sequence[str]) -> Properties:
    """`news` with what lies at the ignored paths taken from `olds` (or left out, as there).

    Raises:
        PathError: A path is malformed, or a part of it is in only one of both.
    """
    failed: list[str] = []
    for text in ignored:
        try:
            changed = _reset(olds, news, parse(text), hidden=False)
        except PathError:
            failed.append(text)
        else:
            news = changed if isinstance(changed, dict) else news
    if failed:
        raise PathError(
            "cannot ignore changes to the following properties because one or more elements of"
            f" the path are missing: {', '.join(failed)}"
        )
    return news


def _reset(
    old: Value | _Missing, new: Value | _Missing, path: Path, *, hidden: bool
) -> Value | _Missing:
    """What becomes of `new` if `path` in it is set back to `old`; `hidden` inside an old secret."""
    if isinstance(old, Secret) and path:
        return _reset(old.value, new, path, hidden=True)
    if not path:
        return old if isinstance(old, _Missing) or not hidden else secret(old)
    if isinstance(new, Secret):
        inner = _reset(old, new.value, path, hidden=hidden)
        return inner if isinstance(inner, _Missing) else secret(inner)
    if isinstance(old, _Missing) and isinstance(new, _Missing):
        return new
    part, rest = path[0], path[1:]
    if isinstance(new, dict) and isinstance(part, str):
        return _reset_map(old, new, part, rest, hidden=hidden)
    if isinstance(new, list) and (isinstance(part, int) or part == WILDCARD):
        return _reset_list(old, new, part, rest, hidden=hidden)
    raise PathError(str(part))


def _reset_map(
    old: Value | _Missing, new: dict[str, Value], part: str, rest: Path, *, hidden: bool
) -> Value:
    before: dict[str, Value] = old if isinstance(old, dict) else {}
    keys = sorted(before.keys() | new.keys()) if part == WILDCARD else [part]
    made = dict(new)
    for key in keys:
        found = _reset(before.get(key, _MISSING), new.get(key, _MISSING), rest, hidden=hidden)
        if isinstance(found, _Missing):
            made.pop(key, None)
        else:
            made[key] = found
    return made


def _reset_list(
    old: Value | _Missing, new: list[Value], part: str | int, rest: Path, *, hidden: bool
) -> Value:
    before: list[Value] = old if isinstance(old, list) else []
    if part == WILDCARD and not rest:
        return before if isinstance(old, list) else new
    shared = range(min(len(before), len(new)))
    if isinstance(part, int) and part not in shared:
        if part < max(len(before), len(new)):
            raise PathError(str(part))
        return new
    made = list(new)
    for index in [part] if isinstance(part, int) else shared:
        found = _reset(before[index], new[index], rest, hidden=hidden)
        made[index] = None if isinstance(found, _Missing) else found
    return made
