"""The words and lines of a run's display, the same on a terminal and in a log."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.text import Text

from rehearsal.engine.display.view import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rehearsal.engine.display.view import Row, RunView
    from rehearsal.engine.events import ChangeKind, Op, PropertyChange

_SIGNS: dict[str, tuple[str, str]] = {
    "create": ("+", "green"),
    "update": ("~", "yellow"),
    "delete": ("-", "red"),
    "replace": ("±", "magenta"),
    "read": ("<", "cyan"),
    "refresh": ("~", "cyan"),
    "import": ("=", "cyan"),
    "discard": ("<", "red"),
    "remove-pending-replace": ("-", "magenta"),
    "same": (" ", "dim"),
    "create-replacement": ("+", "magenta"),
    "delete-replaced": ("-", "magenta"),
    "read-replacement": ("<", "magenta"),
    "import-replacement": ("=", "magenta"),
    "discard-replaced": ("<", "magenta"),
}
DONE = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "replace": "replaced",
    "read": "read",
    "refresh": "refreshed",
    "import": "imported",
    "discard": "discarded",
    "same": "unchanged",
    "create-replacement": "replacement created",
    "delete-replaced": "old one deleted",
}
_KINDS: dict[ChangeKind, tuple[str, str]] = {
    "add": ("+", "green"),
    "add-replace": ("+", "magenta"),
    "delete": ("-", "red"),
    "delete-replace": ("-", "magenta"),
    "update": ("~", "yellow"),
    "update-replace": ("~", "magenta"),
}
TITLES = {"preview": "Preview", "up": "Update", "destroy": "Destroy", "refresh": "Refresh"}
_VALUE_WIDTH = 48
_CONTEXT = 16
_MINUTE_SECONDS = 60
_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]")
"""Escape sequences and control characters, which a message must not send to a terminal."""


def clean(text: str) -> str:
    """The text without what a terminal would obey."""
    return _CONTROL.sub("", text)


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 05 s`."""
    if seconds < 10:  # noqa: PLR2004 - below ten seconds a tenth is worth reading
        return f"{seconds:.1f} s"
    if seconds < _MINUTE_SECONDS:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), _MINUTE_SECONDS)
    return f"{minutes} min {rest:02} s"


def title(view: RunView) -> Text:
    """`Preview  aks-entra / local`."""
    if view.started is None:
        return Text()
    line = Text(TITLES[view.started.operation], style="bold")
    return line.append(f"  {view.started.project} / {view.started.stack}", style="not bold cyan")


def row_line(row: Row, *, now: float, preview: bool) -> Text:
    """Sign, kind, name, and what became of it."""
    sign, style = _SIGNS[row.op or "same"]
    if row.failed:
        sign, style = "✗", "bold red"
    kind, name = label(row.urn)
    line = Text(f"{sign} ", style=style)
    line.append(f"{kind} " if kind else "", style="default" if row.changes else "dim")
    line.append(clean(name), style="bold" if row.changes else "dim")
    if row.running:
        line.append(f"  {_doing(row.op)} {duration(now - row.started)}", style="cyan")
        line.append(f"  {clean(row.doing)}" if row.doing else "", style="dim")
    elif row.failed:
        line.append(f"  {row.op} failed", style="red").append(f"  {duration(row.seconds)}")
    elif row.changes:
        done = str(row.op) if preview else DONE.get(str(row.op), str(row.op))
        line.append(f"  {done}", style=style)
        line.append("" if preview else f"  {duration(row.seconds)}", style="dim")
    return line


def _doing(op: Op | None) -> str:
    verb = str(op or "work").partition("-")[0]
    return f"{verb.removesuffix('e')}ing"


def diff_lines(row: Row) -> Iterator[Text]:
    """The changed properties of an updated or replaced resource, and why it is replaced."""
    if row.op not in {"create", "delete", "delete-replaced", "read", "same"}:
        yield from map(change_line, row.diff)


def change_line(change: PropertyChange) -> Text:
    """`~ tags.owner: "ada" → "grace"`, with a remark where the change replaces the resource."""
    sign, style = _KINDS[change.kind]
    before, after = _values(change.before, change.after)
    line = Text(f"{sign} {clean(change.path)}", style=style)
    if change.before is not None or change.after is not None:
        line.append(": ", style="default")
    if change.before is not None:
        line.append(before, style="default" if change.after is None else "dim")
    if change.after is not None:
        line.append(" → " if change.before is not None else "", style="dim")
        line.append(after, style="default")
    if change.kind.endswith("-replace"):
        line.append("  forces replacement", style="magenta")
    return line


def _values(before: str | None, after: str | None) -> tuple[str, str]:
    """Both sides, cut around the first difference if they are long."""
    one, other = marked(before), marked(after)
    start = 0
    if before is not None and after is not None and max(len(one), len(other)) > _VALUE_WIDTH:
        pairs = enumerate(zip(one, other, strict=False))
        first = next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))
        start = max(0, first - _CONTEXT)
    return _cut(one, start), _cut(other, start)


def marked(text: str | None) -> str:
    """The text with secrets and unknown values set off, and nothing a terminal obeys."""
    text = clean(text or "")
    return re.sub(r'"?<unknown>"?', "[unknown]", text).replace('"[secret]"', "[secret]")


def _cut(text: str, start: int) -> str:
    end = start + _VALUE_WIDTH
    return f"{'…' if start else ''}{text[start:end]}{'…' if len(text) > end else ''}"
