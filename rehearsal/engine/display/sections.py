"""The parts of a run's display that are written at its end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from rich.text import Text

from rehearsal.engine.display.text import (
    DONE,
    TITLES,
    change_line,
    clean,
    duration,
    marked,
)
from rehearsal.engine.display.view import label
from rehearsal.engine.events import PropertyChange

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rehearsal.engine.display.view import RunView
    from rehearsal.engine.events import ChangeKind, Diagnostic, PolicyRemediation, Summary

_LINE_WIDTH = 96
_NAMED = 3
"""How many resources a line names before it says how many more there are."""


def policy_lines(view: RunView) -> Iterator[Text]:
    """What the policies found, gravest first; nothing where there is nothing to say."""
    broken, waiting = view.broken_policies(), view.waiting_policies()
    if not (broken or waiting or view.remediations):
        return
    yield Text("Policies", style="bold")
    for one in broken:
        mandatory = one.level == "mandatory"
        line = Text("  ✗ " if mandatory else "  ! ", style="bold red" if mandatory else "yellow")
        line.append(one.policy, style="bold")
        line.append(f"  {one.level}", style="red" if mandatory else "yellow")
        line.append(f"  {one.severity}" if one.severity else "", style="dim")
        yield line.append(f"  {_named(one.urn)}", style="cyan")
        yield from (Text(f"      {text}") for text in clean(one.message).split("\n"))
    for remediation in view.remediations:
        line = Text("  ✓ ", style="green").append(remediation.policy, style="bold")
        yield line.append("  remediated", style="green").append(f"  {_named(remediation.urn)}")
        for change in _remediated(remediation):
            yield Text("      ").append(change_line(change))
    if waiting:
        yield Text("  ? not evaluated yet: they wait for values that only the update will know")
        for policy, found in waiting.items():
            yield Text(f"      {policy}  ", style="default").append(_listed(found), style="dim")


def _listed(found: list[str]) -> str:
    names = [_named(urn) for urn in dict.fromkeys(found)]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _named(urn: str) -> str:
    return " ".join(part for part in label(urn) if part)


def _remediated(remediation: PolicyRemediation) -> Iterator[PropertyChange]:
    before, after = _leaves(remediation.before), _leaves(remediation.after)
    for path in dict.fromkeys([*before, *after]):
        one, other = before.get(path), after.get(path)
        if one != other:
            kind: ChangeKind = "add" if one is None else "delete" if other is None else "update"
            yield PropertyChange(path, kind, one, other)


def _leaves(value: object, path: str = "") -> dict[str, str]:
    """Each leaf's path and JSON."""
    if isinstance(value, dict) and value:
        leaves: dict[str, str] = {}
        for key, item in cast("dict[str, object]", value).items():
            leaves |= _leaves(item, f"{path}.{key}" if path else key)
        return leaves
    return {path: json.dumps(value, ensure_ascii=False)}


def diagnostic_lines(view: RunView) -> Iterator[Text]:
    """Warnings and errors, each once, with the resource that it belongs to."""
    for one in [*view.warnings(), *view.errors()]:
        yield from diagnostic_line(one)


def is_remark(one: Diagnostic) -> bool:
    """Whether a message is written as it comes: what the program or a provider says on the way."""
    return one.severity == "info" and not one.ephemeral


def diagnostic_line(one: Diagnostic) -> Iterator[Text]:
    """A message below the resource that it is about."""
    style = {"error": "bold red", "warning": "yellow"}.get(one.severity, "dim")
    first, *rest = clean(one.message).strip("\n").split("\n")
    line = Text("" if is_remark(one) else f"{one.severity}: ", style=style)
    if one.urn:
        line.append(f"{_named(one.urn)}: ", style="bold")
    yield line.append(first)
    yield from (Text(f"  {text}") for text in rest)


def output_lines(outputs: Mapping[str, object]) -> Iterator[Text]:
    """The outputs of the stack, long ones over several lines."""
    if not outputs:
        return
    yield Text("Outputs", style="bold")
    width = max(map(len, outputs))
    for name in sorted(outputs):
        line = Text(f"  {name:<{width}}  ", style="cyan")
        first, *rest = _value_lines(outputs[name], _LINE_WIDTH - width)
        line.append(first, style="default")
        line.rstrip()
        yield line
        yield from (Text(f"    {text}") for text in rest)


def _value_lines(value: object, width: int) -> list[str]:
    """A value on one line if it fits, else below an empty line: a table, or a member a line."""
    if isinstance(value, str):
        return marked(value).split("\n")
    text = marked(json.dumps(value, ensure_ascii=False))
    if len(text) <= width:
        return [text]
    if isinstance(value, dict):
        pairs = cast("dict[str, object]", value).items()
        return ["", *(f"{key}: {_member(item)}" for key, item in pairs)]
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


def _member(item: object) -> str:
    """A member on one line; texts without quotes."""
    return marked(item if isinstance(item, str) else json.dumps(item, ensure_ascii=False))


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
    parts = [", ".join(_counted(summary)) or nothing, ", ".join(_violated(view))]
    told = "" if summary.result == "config-error" else "; ".join(filter(None, parts))
    line.append(f": {told}" if told else "", style="not bold default")
    yield line.append(f"  ({duration(summary.seconds)})", style="not bold dim")


def _counted(summary: Summary) -> Iterator[str]:
    preview = summary.operation == "preview"
    order = [op for op in DONE if op != "same"]
    for op in sorted(summary.changes, key=lambda op: order.index(op) if op in order else 99):
        count = summary.changes[op]
        if op == "same":
            yield f"{count} unchanged"
        elif count:
            yield f"{count} to {op}" if preview else f"{count} {DONE.get(op, op)}"


def _violated(view: RunView) -> Iterator[str]:
    broken = view.broken_policies()
    mandatory = sum(one.level == "mandatory" for one in broken)
    for count, level in ((mandatory, "mandatory"), (len(broken) - mandatory, "advisory")):
        if count:
            yield f"{count} {level} violation{'s' if count > 1 else ''}"
