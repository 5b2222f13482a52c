"""What the policies found, at the end of a run's display."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from rehearsal.engine.display.changes import change_lines, object_changes
from rehearsal.engine.display.text import clean
from rehearsal.engine.display.view import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rehearsal.engine.display.view import RunView
    from rehearsal.engine.events import PolicyRemediation, PolicyViolation

_NAMED = 3
"""How many resources a line names before it says how many more there are."""
_SEVERITIES = ("", "low", "medium", "high", "critical")


def policy_lines(view: RunView) -> Iterator[Text]:
    """Nothing where there is nothing to say, else from what could not look to what forbids."""
    broken, waiting = view.broken_policies(), view.waiting_policies()
    if not (broken or waiting or view.remediations):
        return
    yield Text("Policies", style="bold")
    if waiting:
        yield Text("  ? not evaluated yet: they wait for values that only the update will know")
        for policy, urns in waiting.items():
            yield Text(f"      {clean(policy)}  ", style="default").append(_list(urns), style="dim")
    yield from _remediated(view.remediations)
    for found in _by_policy(broken):
        yield from _violated(found)


def _remediated(told: Iterable[PolicyRemediation]) -> Iterator[Text]:
    """What the policies mended; the resources to which one did the same are named together."""
    mended: dict[tuple[str, str], tuple[list[Text], list[str]]] = {}
    for one in told:
        changes = list(change_lines(object_changes(one.before, one.after)))
        key = one.policy, Text("\n").join(changes).plain
        mended.setdefault(key, (changes, []))[1].append(one.urn)
    for (policy, _), (changes, urns) in sorted(mended.items(), key=lambda item: item[0]):
        line = Text("  ").append("✓ ", style="green").append(clean(policy), style="bold")
        yield line.append("  remediated  ", style="green").append(_list(urns), style="cyan")
        yield from (Text("      ").append_text(change) for change in changes)


def _by_policy(broken: Iterable[PolicyViolation]) -> list[list[PolicyViolation]]:
    """The violations of each policy together, the gravest policy last."""
    groups: dict[tuple[object, ...], list[PolicyViolation]] = {}
    for one in broken:
        severity = _SEVERITIES.index(one.severity) if one.severity in _SEVERITIES else 0
        key = (one.is_mandatory, severity, one.policy, one.pack, one.level, _split(one)[0])
        groups.setdefault(key, []).append(one)
    return [groups[key] for key in sorted(groups)]


def _violated(found: list[PolicyViolation]) -> Iterator[Text]:
    """What one policy has against resources; those with the same fault are named together."""
    one = found[0]
    sign, style = ("✗", "red") if one.is_mandatory else ("!", "yellow")
    line = Text("  ").append(f"{sign} ", style=f"bold {style}")
    line.append(clean(one.policy), style="bold")
    line.append(f"  {one.level}", style=style)
    yield line.append(f"  {one.severity}" if one.severity else "", style="dim")
    yield Text(f"      {_split(one)[0]}")
    faults: dict[str, list[str]] = {}
    for violation in found:
        faults.setdefault(_split(violation)[1], []).append(violation.urn)
    for fault, urns in sorted(faults.items(), key=lambda pair: sorted(pair[1])):
        yield Text(f"      {_list(urns)}", style="cyan")
        yield from (Text(f"        {line}") for line in fault.split("\n") if line)


def _split(one: PolicyViolation) -> tuple[str, str]:
    """The policy's description, which the SDK puts first, and what it found."""
    description, _, fault = clean(one.message).strip("\n").partition("\n")
    return description, fault


def _list(urns: Iterable[str]) -> str:
    names = sorted({clean(named(urn)) for urn in urns})
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
