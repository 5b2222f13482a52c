"""The words and lines of a run's display, the same on a terminal and in a log."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.text import Text

from rehearsal.engine.display.view import label

if TYPE_CHECKING:
    from rehearsal.engine.display.view import Row, RunView
    from rehearsal.engine.events import Op, Operation

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
    "read-replacement": "replacement read",
    "import-replacement": "replacement imported",
    "discard-replaced": "old one discarded",
    "remove-pending-replace": "old one forgotten",
}
TITLES: dict[Operation, str] = {
    "preview": "Preview",
    "up": "Update",
    "destroy": "Destroy",
    "refresh": "Refresh",
    "import": "Import",
}
_MINUTE_SECONDS = 60
_CONTROL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
"""What a message must not send to a terminal or a log: escape sequences, control characters, line
separators, and what turns the direction of writing."""
_NO_TIME_SECONDS = 0.05


def clean(text: str) -> str:
    """The text without what a terminal would obey."""
    return _CONTROL.sub("", text)


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 05 s`."""
    if round(seconds, 1) < 10:  # noqa: PLR2004 - below ten seconds a tenth is worth reading
        return f"{seconds:.1f} s"
    if round(seconds) < _MINUTE_SECONDS:
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
    kind, name = map(clean, label(row.urn))
    line = Text(f"{sign} ", style=style)
    line.append(f"{kind} " if kind else "", style="default" if row.changes else "dim")
    line.append(name, style="bold" if row.changes else "dim")
    if row.running:
        line.append(f"  {_doing(row.op)} {duration(now - row.started)}", style="cyan")
        line.append(f"  {clean(row.doing)}" if row.doing else "", style="dim")
    elif row.failed:
        line.append(f"  {row.op} failed", style="red").append(_took(row))
    elif row.changes:
        word = row.op if preview else DONE.get(str(row.op), row.op)
        line.append(f"  {word}{_order(row)}", style=style)
        line.append("" if preview else _took(row), style="dim")
    return line


def _order(row: Row) -> str:
    """What to know of a replacement whose old one goes before its new one is there."""
    if not row.deleted_first or row.op not in {"replace", "create-replacement"}:
        return ""
    if not any(change.kind.endswith("-replace") for change in row.diff):
        return ": what it depends on is replaced"
    return ", deleted first" if row.op == "replace" else ""


def _took(row: Row) -> str:
    """The duration, where there is one worth reading: components and fast objects have none."""
    return f"  {duration(row.seconds)}" if row.seconds >= _NO_TIME_SECONDS else ""


def _doing(op: Op | None) -> str:
    verb = str(op or "work").partition("-")[0]
    return f"{verb.removesuffix('e')}ing"


def marked(text: str | None) -> str:
    """The text with secrets and unknown values set off, and nothing a terminal obeys."""
    text = clean(text or "")
    return re.sub(r'"?<unknown>"?', "[unknown]", text).replace('"[secret]"', "[secret]")
