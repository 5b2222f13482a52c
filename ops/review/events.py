"""Reads a preview told as events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ops.review import fields
from ops.review.model import Finding, Preview

if TYPE_CHECKING:
    from collections.abc import Iterator

_STACK = "pulumi:pulumi:Stack"


def preview(told: list[dict[str, Any]]) -> Preview:
    """The preview that events tell of."""
    steps = [fields.mapping(one.get("metadata")) for one in _payloads(told, "resourcePreEvent")]
    results = [fields.mapping(one.get("metadata")) for one in _payloads(told, "resOutputsEvent")]
    # A step of a refresh begins as `refresh`; only its result says what that came to. Where the
    # program then has a step of its own, that says whether it makes any difference.
    refreshed = {step.get("urn") for step in steps if step.get("op") == "refresh"}
    judged = {step.get("urn") for step in steps if step.get("op") != "refresh"}
    drifted = [step for step in results if step.get("urn") in refreshed - judged]
    # A stack's outputs come last, when the program has ended.
    root = fields.first(step for step in reversed(results) if step.get("type") == _STACK)
    summary = fields.first(_payloads(told, "summaryEvent"))
    findings = tuple(_finding(one) for one in _payloads(told, "policyEvent"))
    return Preview(
        stack=fields.stack_of(str(step.get("urn")) for step in steps),
        counts=fields.counts(summary.get("resourceChanges")),
        changes=fields.merged(fields.change(step, "keys", "diffs") for step in (*drifted, *steps)),
        judged=bool(findings or summary.get("PolicyPacks")),
        findings=findings,
        errors=_messages(told, "error"),
        warnings=_messages(told, "warning"),
        access_before=fields.grants(fields.mapping(root.get("old")).get("outputs")),
        access_after=fields.grants(fields.mapping(root.get("new")).get("outputs")),
    )


def _payloads(told: list[dict[str, Any]], name: str) -> Iterator[dict[str, Any]]:
    """The events of a kind."""
    return (fields.mapping(one[name]) for one in told if name in one)


def _finding(event: dict[str, Any]) -> Finding:
    return Finding(
        policy=str(event.get("policyName")),
        level=str(event.get("enforcementLevel")),
        urn=str(event.get("resourceUrn") or ""),
        message=fields.plain(event.get("message")),
    )


def _messages(told: list[dict[str, Any]], severity: str) -> tuple[str, ...]:
    said = [
        fields.plain(event.get("message"))
        for event in _payloads(told, "diagnosticEvent")
        if event.get("severity") == severity and not event.get("ephemeral")
    ]
    said += [fields.plain(one.get("error")) for one in _payloads(told, "errorEvent")] * (
        severity == "error"
    )
    return tuple(dict.fromkeys(filter(None, said)))
