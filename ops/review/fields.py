"""Reads parts of what a preview printed; what is absent or of another form is empty."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from ops.review.model import Change, Grant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ops.review.model import Kind

_KINDS: dict[str, Kind] = {
    "create": "create",
    "update": "update",
    "delete": "delete",
    "import": "import",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "read-replacement": "replace",
    "discard-replaced": "replace",
    "import-replacement": "replace",
}
"""What each step comes to (pulumi/pulumi, `pkg/resource/deploy/step.go`); others change nothing."""

_COLOURS = re.compile(r"<\{%.*?%\}>|\x1b\[[0-9;]*m")
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Stands for a text that a preview cannot know (pulumi/pulumi, `sdk/go/common/resource/plugin`)."""
_DEFAULT_PROVIDER = re.compile(r"pulumi:providers:[^:]+::default")


def mapping(value: object) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def first(objects: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The first object, or an empty one if there is none."""
    nothing: dict[str, Any] = {}
    return next(iter(objects), nothing)


def items(value: object) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def texts(value: object) -> tuple[str, ...]:
    """The texts in a list."""
    return tuple(item for item in items(value) if isinstance(item, str))


def plain(message: object) -> str:
    """A message without colours and outer space."""
    return _COLOURS.sub("", message).strip() if isinstance(message, str) else ""


def counts(value: object) -> dict[str, int]:
    """Numbers by name."""
    return {name: count for name, count in mapping(value).items() if isinstance(count, int)}


def stack_of(urns: Iterable[str]) -> str:
    """The stack that the first URN belongs to."""
    for urn in urns:
        if urn.startswith("urn:pulumi:"):
            return urn.split(":")[2]
    return ""


def change(step: dict[str, Any], causes: str, changed: str) -> Change | None:
    """The change that a step makes; None if it makes none that a reviewer asks about.

    Args:
        step: `op`, `urn` and `detailedDiff`, and the two lists below.
        causes: Name of the list of properties that cause a replacement.
        changed: Name of the list of properties that change.
    """
    kind, urn = _KINDS.get(str(step.get("op"))), step.get("urn")
    if kind is None or not isinstance(urn, str) or _DEFAULT_PROVIDER.search(urn):
        return None
    detailed = mapping(step.get("detailedDiff"))
    replacing = [path for path, diff in detailed.items() if _replaces(diff)]
    return Change(
        kind,
        urn,
        causes=tuple(replacing) or texts(step.get(causes)),
        changed=tuple(detailed) or texts(step.get(changed)),
    )


def _replaces(diff: object) -> bool:
    """Whether a property's difference is one that replaces the resource."""
    fields = mapping(diff)
    return str(fields.get("kind") or fields.get("diffKind")).endswith("-replace")


def merged(changes: Iterable[Change | None]) -> tuple[Change, ...]:
    """One change a resource: a replacement is told in up to three steps."""
    found: dict[str, Change] = {}
    for one in changes:
        if one is None:
            continue
        before = found.get(one.urn, one)
        found[one.urn] = Change(
            "replace" if "replace" in (before.kind, one.kind) else one.kind,
            one.urn,
            causes=tuple(dict.fromkeys((*before.causes, *one.causes))),
            changed=tuple(dict.fromkeys((*before.changed, *one.changed))),
        )
    return tuple(found.values())


def grants(outputs: object) -> frozenset[Grant] | None:
    """The stack output `access`; None if it is absent or cannot be known yet."""
    rows = mapping(outputs).get("access")
    if not isinstance(rows, list):
        return None
    found: set[Grant] = set()
    for row in items(cast("object", rows)):
        fields = mapping(row)
        values = [fields.get(name) for name in ("where", "role", "kind", "who")]
        if not all(isinstance(value, str) and value != _UNKNOWN for value in values):
            return None
        found.add(Grant(*map(str, values)))
    return frozenset(found)
