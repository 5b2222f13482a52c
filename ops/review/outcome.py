"""Reads a preview that the rehearsal ran."""

from __future__ import annotations

from typing import Any

from ops.review import fields
from ops.review.model import Finding, Preview


def preview(told: dict[str, Any]) -> Preview:
    """The preview that the rehearsal's outcome tells of; it counts changes without naming them."""
    violations = [fields.mapping(item) for item in fields.items(told.get("violations"))]
    return Preview(
        stack=fields.stack_of(str(one.get("urn")) for one in violations),
        counts=fields.counts(told.get("changes")),
        complete=False,
        findings=tuple(
            Finding(
                policy=str(one.get("policy")),
                level=str(one.get("level")),
                urn=str(one.get("urn") or ""),
                message=fields.plain(one.get("message")),
            )
            for one in violations
        ),
        errors=() if told.get("result") != "failed" else ("the preview failed",),
        access_after=fields.grants(told.get("outputs")),
    )
