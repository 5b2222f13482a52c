"""The parts of a run's display that are written at its end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from rich.text import Text

from rehearsal.engine.display.text import DONE, TITLES, clean, duration, marked
from rehearsal.engine.display.view import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rehearsal.engine.display.view import RunView
    from rehearsal.engine.events import Diagnostic, Summary

_LINE_WIDTH = 96


def diagnostic_lines(view: RunView) -> Iterator[Text]:
    """Warnings and errors, each once, with the resource that it belongs to."""
    for one in [*view.warnings(), *view.errors()]:
        yield from diagnostic_line(one)


def is_remark(one: Diagnostic) -> bool:
    """Whether a message is written as it comes: what the program or a provider says on the way."""
    return one.severity == "info" and not one.ephemeral


def diagnostic_line(one: Diagnostic) -> Iterator[Text]:
    """A message below the resource that it is about."""
    style = {"error": "bold red", "warning": "bold yellow"}.get(one.severity, "")
    whole = "dim" if is_remark(one) else ""
    first, *rest = clean(one.message).strip("\n").split("\n")
    line = Text(style=whole).append("" if is_remark(one) else f"{one.severity}: ", style=style)
    if one.urn:
        line.append(f"{clean(named(one.urn))}: ", style="bold")
    yield line.append(first)
    yield from (Text(f"  {text}", style=whole) for text in rest)


def output_lines(view: RunView) -> Iterator[Text]:
    """The outputs of the stack after a run that went well, long ones over several lines.

    A preview has only those that would change.
    """
    summary = view.summary
    if summary is None or summary.result != "succeeded" or summary.operation == "destroy":
        return
    outputs = dict(sorted(summary.outputs.items()))
    if summary.operation == "preview":
        before = summary.outputs_before.items()
        outputs = {key: one for key, one in outputs.items() if (key, one) not in before}
    if not outputs:
        return
    yield Text("Outputs", style="bold")
    width = max(map(len, outputs))
    for name, value in outputs.items():
        line = Text(f"  {clean(name):<{width}}  ", style="cyan")
        first, *rest = _value_lines(value, _LINE_WIDTH - width)
        line.append(first, style="default")
        line.rstrip()
        yield line
        yield from (Text(f"    {text}") for text in rest)


def _value_lines(value: object, width: int) -> list[str]:
    """A value on one line if it fits, else below an empty line: a table, or a member a line."""
    if isinstance(value, str):
        return marked(value).split("\n")
    text = marked(_json(value))
    if len(text) <= width:
        return [text]
    if isinstance(value, dict):
        pairs = sorted(cast("dict[str, object]", value).items())
        return ["", *(f"{clean(key)}: {_member(item)}" for key, item in pairs)]
    if isinstance(value, list):
        members = cast("list[object]", value)
        return ["", *(_table(members) or (f"- {_member(item)}" for item in members))]
    return [text]


def _table(members: list[object]) -> list[str]:
    """Objects that all have the same keys as aligned columns; nothing if they are not such."""
    rows = [cast("dict[str, object]", one) for one in members if isinstance(one, dict)]
    keys = sorted(rows[0]) if rows else []
    if not keys or len(rows) < len(members) or any(sorted(row) != keys for row in rows):
        return []
    cells = [keys, *([_member(row[key]) for key in keys] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


def _json(value: object) -> str:
    """JSON whose keys stand in the same order each time."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _member(item: object) -> str:
    """A member on one line; texts without quotes."""
    return marked(item if isinstance(item, str) else _json(item))


def summary_lines(view: RunView, summary: Summary) -> Iterator[Text]:
    """Result, counts, violations and duration, on one line."""
    name = TITLES[summary.operation]
    words = {
        "succeeded": (f"{name} succeeded", "bold green"),
        "failed": (f"{name} failed", "bold red"),
        "config-error": ("Nothing was done: the configuration is wrong", "bold red"),
        "changes": (f"{name} found changes where none were expected", "bold red"),
    }
    text, style = words[summary.result]
    line = Text(text, style=style)
    nothing = "no resources" if summary.result == "succeeded" else ""
    parts = [", ".join(_counted(view, summary)) or nothing, ", ".join(_violated(view))]
    told = "" if summary.result == "config-error" else "; ".join(filter(None, parts))
    line.append(f": {told}" if told else "", style="not bold default")
    yield line.append(f"  ({duration(summary.seconds)})", style="not bold dim")


def _counted(view: RunView, summary: Summary) -> Iterator[str]:
    preview = summary.operation == "preview"
    order = [op for op in DONE if op != "same"]
    for op in sorted(summary.changes, key=lambda op: order.index(op) if op in order else 99):
        count = summary.changes[op]
        if op == "same":
            yield f"{count} unchanged"
        elif count:
            yield f"{count} to {op}" if preview else f"{count} {DONE.get(op, op)}"
    if failures := sum(row.failed for row in view.rows.values()):
        yield f"{failures} failed"


def _violated(view: RunView) -> Iterator[str]:
    broken = view.broken_policies()
    mandatory = sum(one.is_mandatory for one in broken)
    for count, level in ((mandatory, "mandatory"), (len(broken) - mandatory, "advisory")):
        if count:
            yield f"{count} {level} violation{'s' if count > 1 else ''}"
