"""Reads a preview told as a digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ops.review import fields
from ops.review.model import Preview

if TYPE_CHECKING:
    from collections.abc import Iterator

_STACK = "::pulumi:pulumi:Stack::"


def preview(told: dict[str, Any]) -> Preview:
    """The preview that a digest tells of; it does not tell what the policies say."""
    steps = [fields.mapping(step) for step in fields.items(told.get("steps"))]
    root = fields.first(step for step in steps if _STACK in str(step.get("urn")))
    return Preview(
        stack=fields.stack_of(str(step.get("urn")) for step in steps),
        counts=fields.counts(told.get("changeSummary")),
        changes=fields.merged(
            fields.change(step, "replaceReasons", "diffReasons") for step in steps
        ),
        judged=False,
        errors=tuple(_messages(told, "error")),
        warnings=tuple(_messages(told, "warning")),
        access_before=fields.grants(fields.mapping(root.get("oldState")).get("outputs")),
        access_after=fields.grants(fields.mapping(root.get("newState")).get("outputs")),
    )


def _messages(told: dict[str, Any], severity: str) -> Iterator[str]:
    for item in fields.items(told.get("diagnostics")):
        diagnostic = fields.mapping(item)
        if diagnostic.get("severity") == severity:
            yield fields.plain(diagnostic.get("message"))
