"""The lines that tell what changes in a resource, property by property."""

from __future__ import annotations

import difflib
import json
import re
from itertools import islice
from typing import TYPE_CHECKING, cast

from rich.text import Text

from rehearsal.engine.display.text import clean, marked
from rehearsal.engine.events import PropertyChange
from rehearsal.engine.masking import MASKED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rehearsal.engine.display.view import Row
    from rehearsal.engine.events import ChangeKind

_KINDS: dict[ChangeKind, tuple[str, str]] = {
    "add": ("+", "green"),
    "add-replace": ("+", "magenta"),
    "delete": ("-", "red"),
    "delete-replace": ("-", "magenta"),
    "update": ("~", "yellow"),
    "update-replace": ("~", "magenta"),
}
_WIDTH = 48
"""Characters of one side of a change; what has only one side gets both sides' room."""
_CONTEXT = 16
"""Characters before the first difference that are left of a value that is cut."""
_LINES = 12
"""Lines of a text's diff."""
_CHANGES = 40
"""Changes of one resource; nobody reads more of them."""
_PLAIN_KEY = re.compile(r"[A-Za-z_$][\w$]*")


def diff_lines(row: Row) -> Iterator[Text]:
    """What changes in an updated or replaced resource, and what of it replaces it."""
    if row.op not in {"create", "delete", "read", "same"}:
        yield from change_lines(row.diff)


def change_lines(changes: Iterable[PropertyChange]) -> Iterator[Text]:
    """The changes, large values taken apart, and how many more there are than fit."""
    leaves = [leaf for change in changes for leaf in _leaves(change)]
    for leaf in leaves[:_CHANGES]:
        yield from _lines(leaf)
    if len(leaves) > _CHANGES:
        yield Text(f"… and {len(leaves) - _CHANGES} more changes", style="dim")


# --- taking values apart -------------------------------------------------------------------------


def object_changes(before: dict[str, object], after: dict[str, object]) -> list[PropertyChange]:
    """What differs between two JSON objects, by key."""
    return list(_between("", "update", _members(before, after)))


def _leaves(change: PropertyChange) -> list[PropertyChange]:
    """The changes inside the values of a change, or itself if these fit on a line."""
    before, after = _parsed(change.before), _parsed(change.after)
    is_short = max(len(change.before or ""), len(change.after or "")) <= _WIDTH
    pairs: Iterable[_Pair] = ()
    if isinstance(before, dict) and isinstance(after, dict):
        pairs = _members(cast("_Object", before), cast("_Object", after))
    elif is_short:
        return [change]
    elif isinstance(before, dict | None) and isinstance(after, dict | None):
        pairs = _members(cast("_Object", before or {}), cast("_Object", after or {}))
    elif isinstance(before, list | None) and isinstance(after, list | None):
        pairs = _items(cast("list[object]", before or []), cast("list[object]", after or []))
    found = _between(change.path, change.kind, pairs)
    return [leaf for one in found for leaf in _leaves(one)] or [change]


_Object = dict[str, object]
_Pair = tuple[str | int, str | None, str | None]
"""A key or an index, and the JSON of what was and is there."""


def _between(path: str, kind: ChangeKind, pairs: Iterable[_Pair]) -> Iterator[PropertyChange]:
    forces = "-replace" if kind.endswith("-replace") else ""
    for key, before, after in pairs:
        verb = "add" if before is None else "delete" if after is None else "update"
        found = cast("ChangeKind", f"{verb}{forces}")
        yield PropertyChange(f"{path}{_step(key)}" if path else str(key), found, before, after)


def _members(before: _Object, after: _Object) -> Iterator[_Pair]:
    for key in sorted(before.keys() | after.keys()):
        old = _text(before[key]) if key in before else None
        new = _text(after[key]) if key in after else None
        if old != new:
            yield key, old, new


def _items(before: list[object], after: list[object]) -> Iterator[_Pair]:
    """What differs between two lists; an item in the middle does not move those behind it."""
    old, new = [_text(item) for item in before], [_text(item) for item in after]
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for _, i, i_end, j, j_end in (code for code in matcher.get_opcodes() if code[0] != "equal"):
        shared = min(i_end - i, j_end - j)
        yield from ((j + n, old[i + n], new[j + n]) for n in range(shared))
        yield from ((index, old[index], None) for index in range(i + shared, i_end))
        yield from ((index, None, new[index]) for index in range(j + shared, j_end))


def _parsed(text: str | None) -> object:
    """The value of a JSON text; the text itself where a mask has made it something else."""
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return text


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _step(key: str | int) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    return f".{key}" if _PLAIN_KEY.fullmatch(key) else f"[{json.dumps(key, ensure_ascii=False)}]"


# --- lines ---------------------------------------------------------------------------------------


def _lines(change: PropertyChange) -> Iterator[Text]:
    """`~ tags.owner: "ada" → "grace"`, with a remark where the change replaces the resource."""
    sign, style = _KINDS[change.kind]
    line = Text(f"{sign} {clean(change.path)}", style=style)
    texts = _texts(change)
    if texts is None:
        line.append_text(_sides(change))
    if change.kind.endswith("-replace"):
        line.append("  forces replacement", style="magenta")
    yield line
    if texts is not None:
        yield from _text_diff(*texts)


def _sides(change: PropertyChange) -> Text:
    line = Text(": ", style="default")
    if change.before is None and change.after is None:
        return Text()
    if change.before is None or change.after is None:
        alone = marked(change.after if change.before is None else change.before)
        return line.append(_cut(alone, 0, 2 * _WIDTH))
    if change.before == change.after:
        return line.append(f"{_cut(marked(change.after), 0, _WIDTH)}  changed")
    before, after = _cut_pair(marked(change.before), marked(change.after))
    return line.append(before, style="dim").append(" → ", style="dim").append(after)


def _cut_pair(before: str, after: str) -> tuple[str, str]:
    """Both sides, cut around the first difference if they are long."""
    start = 0
    if max(len(before), len(after)) > _WIDTH:
        pairs = enumerate(zip(before, after, strict=False))
        shorter = min(len(before), len(after))
        start = max(0, next((i for i, (a, b) in pairs if a != b), shorter) - _CONTEXT)
    return _cut(before, start, _WIDTH), _cut(after, start, _WIDTH)


def _cut(text: str, start: int, width: int) -> str:
    end = start + width
    return f"{'…' if start else ''}{text[start:end]}{'…' if len(text) > end else ''}"


def _texts(change: PropertyChange) -> tuple[list[str], list[str]] | None:
    """The lines of both sides if these are texts of which one has several."""
    before, after = _parsed(change.before), _parsed(change.after)
    if not isinstance(before, str | None) or not isinstance(after, str | None):
        return None
    if MASKED in {before, after} or "\n" not in f"{before or ''}{after or ''}".rstrip("\n"):
        return None
    return (before or "").splitlines(), (after or "").splitlines()


def _text_diff(before: Sequence[str], after: Sequence[str]) -> Iterator[Text]:
    """The lines that differ, each with a line of context, as far as there is room."""
    found = difflib.unified_diff(before, after, n=1, lineterm="")
    lines = [line for line in islice(found, 2, None) if not line.startswith("@@")]
    styles = {"+": "green", "-": "red"}
    for line in lines[:_LINES]:
        text = Text(f"  {line[:1]} ", style=styles.get(line[:1], "dim"))
        yield text.append(_cut(marked(line[1:]), 0, 2 * _WIDTH))
    if len(lines) > _LINES:
        yield Text(f"    … and {len(lines) - _LINES} more lines", style="dim")
