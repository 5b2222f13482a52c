"""What changed between two trees of property values, and what those changes do."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from pulumi.runtime.proto import provider_pb2

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rehearsal.providers.codec import Json, Path

Change: TypeAlias = Literal["ADD", "DELETE", "UPDATE"]

_ABSENT = object()


def changes(old: Any, new: Any, path: Path = ()) -> dict[Path, Change]:
    """The paths at which `new` differs; lists are compared item by item."""
    pairs = _pairs(old, new)
    if pairs is None:
        return {} if _same(old, new) else {path: "UPDATE"}
    found: dict[Path, Change] = {}
    for key, before, after in pairs:
        if before is _ABSENT or after is _ABSENT:
            found[(*path, key)] = "ADD" if before is _ABSENT else "DELETE"
        else:
            found |= changes(before, after, (*path, key))
    return found


def _pairs(old: Any, new: Any) -> list[tuple[str | int, Any, Any]] | None:
    """(key, old, new) of two maps or two lists, `_ABSENT` on the side that lacks it."""
    if isinstance(old, dict) and isinstance(new, dict):
        before, after = cast("Json", old), cast("Json", new)
        keys = [*before, *(key for key in after if key not in before)]
        return [(key, before.get(key, _ABSENT), after.get(key, _ABSENT)) for key in keys]
    if isinstance(old, list) and isinstance(new, list):
        rows = zip_longest(cast("list[Any]", old), cast("list[Any]", new), fillvalue=_ABSENT)
        return [(index, *row) for index, row in enumerate(rows)]
    return None


def _same(old: object, new: object) -> bool:
    return old == new and isinstance(old, bool) == isinstance(new, bool)


def show(path: Path) -> str:
    """The path in Pulumi's notation: `a.b[0]["c.d"]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif any(character in '."[]' for character in part):
            text += '["' + part.replace('"', '\\"') + '"]'
        else:
            text += f".{part}" if text else part
    return text


def triggers(path: Path, patterns: Iterable[str]) -> bool:
    """Whether a change at `path` touches one of the dotted patterns; list indices do not count."""
    names = [part for part in path if isinstance(part, str)]
    for pattern in patterns:
        wanted = pattern.split(".")
        shared = min(len(names), len(wanted))
        if names[:shared] == wanted[:shared]:
            return True
    return False


def response(
    found: Mapping[Path, Change],
    replace: Iterable[str] = (),
    *,
    delete_before_replace: bool = True,
) -> provider_pb2.DiffResponse:
    """The answer to Diff; a change at one of the `replace` patterns replaces the resource.

    An element that a list gains or loses never does (pulumi-azure-native,
    `provider/pkg/provider/diff.go`, `calculateValueDiff`).
    """
    patterns = tuple(replace)
    detailed: dict[str, provider_pb2.PropertyDiff] = {}
    replaces: list[str] = []
    for path, change in found.items():
        name = change
        is_element = isinstance(path[-1], int) and change != "UPDATE"
        if not is_element and triggers(path, patterns):
            name = f"{change}_REPLACE"
            replaces.append(show(path))
        kind = provider_pb2.PropertyDiff.Kind.Value(name)
        detailed[show(path)] = provider_pb2.PropertyDiff(kind=kind, inputDiff=True)
    answer = provider_pb2.DiffResponse
    return answer(
        changes=answer.DIFF_SOME if found else answer.DIFF_NONE,
        diffs=sorted({str(path[0]) for path in found}),
        replaces=replaces,
        deleteBeforeReplace=bool(replaces) and delete_before_replace,
        detailedDiff=detailed,
        hasDetailedDiff=True,
    )


def drift(inputs: Any, before: Any, after: Any, skip: frozenset[str] = frozenset()) -> Any:
    """The inputs as they would have to read for `after` to be what was asked for.

    What the program states takes the value that was read, unless the read value did not change;
    what it does not state is added only where it changed between the outputs `before` and `after`,
    because the rest are the service's defaults. Names in `skip` are the service's alone.
    """
    if isinstance(inputs, dict) and isinstance(after, dict):
        old = cast("Json", before) if isinstance(before, dict) else {}
        return _drifted_map(cast("Json", inputs), old, cast("Json", after), skip)
    if isinstance(inputs, list) and isinstance(after, list):
        stated, read = cast("list[Any]", inputs), cast("list[Any]", after)
        known = cast("list[Any]", before) if isinstance(before, list) else []
        if known != read:
            rows = list(zip(stated, known, read, strict=False))
            return [drift(*row, skip) for row in rows] + read[len(rows) :]
    return cast("Any", inputs if before == after else after)


def _drifted_map(inputs: Json, before: Json, after: Json, skip: frozenset[str]) -> Json:
    result: Json = {}
    for key, value in inputs.items():
        if key in after:
            result[key] = drift(value, before.get(key), after[key], skip)
        elif key not in before:  # the service never tells it: a password, an empty list
            result[key] = value
    for key, value in after.items():
        if key not in inputs and key not in skip and before.get(key) != value:
            result[key] = value
    return result
