"""Writes the comment that a pull request gets for each stack."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ops.review.guard import dangers
from ops.review.markdown import block, code, table
from ops.review.model import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ops.review.model import Change, Finding, Grant, Preview

LONGEST = 60_000
"""Characters of a comment; GitHub takes 65,536."""

_LOUD = {"replace", "delete"}
_CUT = "\n\n*The rest is left out; the job's log has all of it.*\n"
_NOT_JUDGED = (
    "None ran, or this output leaves out what they say: plain `pulumi preview --json` does, "
    "unless `PULUMI_ENABLE_STREAMING_JSON_PREVIEW` is set."
)


def marker(stack: str) -> str:
    """The line by which the comment of a stack is found again, to be written anew."""
    return f"<!-- aks-entra preview {stack} -->"


def comment(preview: Preview) -> str:
    """The comment, in Markdown; its first line is `marker`."""
    lines = [marker(preview.stack), f"## Preview of {code(preview.stack or 'a stack')}", ""]
    for section in (_verdict, _errors, _changes, _access, _policies, _warnings):
        found = list(section(preview))
        if found:
            lines += [*found, ""]
    text = "\n".join(lines)
    return text if len(text) <= LONGEST else text[: LONGEST - len(_CUT)] + _CUT


def _verdict(preview: Preview) -> Iterator[str]:
    found = [f"**Stop**: {danger}." for danger in dangers(preview)]
    mandatory = sum(finding.level == "mandatory" for finding in preview.findings)
    if mandatory:
        found.append(f"**Stop**: policies refuse it ({_count(mandatory, 'mandatory violation')}).")
    if preview.errors:
        found.append("**The preview failed**, so what follows may not be all of it.")
    if found:
        yield from (f"> {line}" if line else ">" for line in _apart(found))
        yield ""
    yield _counted(preview)


def _apart(lines: list[str]) -> Iterator[str]:
    """The lines, each a paragraph."""
    for number, line in enumerate(lines):
        if number:
            yield ""
        yield line


def _counted(preview: Preview) -> str:
    counts = Counter(change.kind for change in preview.changes)
    told = dict(counts) if preview.complete else preview.counts
    parts = [f"**{told[kind]} to {kind}**" for kind in KINDS if told.get(kind)]
    same = preview.counts.get("same", 0)
    return ", ".join(parts or ["**No changes**"]) + f"; {same} stay as they are."


def _errors(preview: Preview) -> Iterator[str]:
    if preview.errors:
        yield "### Errors"
        yield from block("\n\n".join(preview.errors))


def _changes(preview: Preview) -> Iterator[str]:
    if not preview.changes:
        return
    yield "### Changes"
    ordered = sorted(preview.changes, key=lambda one: (KINDS.index(one.kind), one.urn))
    yield from table(("", "resource", "type", "properties"), map(_row, ordered))


def _row(change: Change) -> tuple[str, str, str, str]:
    return (
        f"**{change.kind}**" if change.kind in _LOUD else change.kind,
        code(change.name),
        code(change.type),
        _properties(change),
    )


def _properties(change: Change) -> str:
    if change.kind == "replace":
        causes = ", ".join(map(code, change.causes))
        return f"replaced because of {causes}" if causes else "replaced; the preview gives no cause"
    return ", ".join(map(code, change.changed)) if change.kind == "update" else ""


def _access(preview: Preview) -> Iterator[str]:
    before, after = preview.access_before, preview.access_after
    if after is None or (before is None and not preview.complete):
        return
    yield "### Access"
    gained = sorted(after - (before or frozenset()))
    lost = sorted((before or frozenset()) - after)
    if not gained and not lost:
        yield "Nobody gains or loses any."
        return
    rows = [_grant("**loses**", one) for one in lost] + [_grant("gains", one) for one in gained]
    yield from table(("", "who", "kind", "where", "role"), rows)


def _grant(what: str, grant: Grant) -> tuple[str, ...]:
    return (what, code(grant.who), code(grant.kind), code(grant.where), code(grant.role))


def _policies(preview: Preview) -> Iterator[str]:
    yield "### Policies"
    if not preview.judged:
        yield _NOT_JUDGED
        return
    if not preview.findings:
        yield "No policy objects." if not preview.errors else "No policy spoke before it failed."
        return
    levels = sorted({one.level for one in preview.findings}, key=lambda level: level != "mandatory")
    for level in levels:
        findings = [one for one in preview.findings if one.level == level]
        yield f"**{level}** ({len(findings)})"
        yield ""
        yield from _listed(findings)
        yield ""


def _listed(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        name = finding.urn.rpartition("::")[2] or "the stack"
        yield f"- {code(finding.policy)} on {code(name)}"
        yield from (f"  {line}" for line in block(finding.message.replace("\n", "\n  ")))


def _warnings(preview: Preview) -> Iterator[str]:
    if preview.warnings:
        yield "### Warnings"
        yield from block("\n\n".join(preview.warnings))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}"
