"""What a stack is made of: its resources, and the operations of which nobody knows how they ended.

A `Resource` is a row of the state, in the engine's value model; `rows` and `checkpoint` write and
read it. Fields and their order are those of pulumi/pulumi `sdk/go/common/apitype/core.go`
(ResourceV3, OperationV2).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from rehearsal.engine.values import Properties, Value

PendingKind = Literal["creating", "updating", "deleting", "reading", "importing"]


@dataclass(frozen=True)
class Timeouts:
    """How long a provider may take, in seconds; 0 is the provider's default."""

    create: float = 0
    update: float = 0
    delete: float = 0
    read: float = 0


@dataclass(frozen=True)
class Resource:
    """One row. Empty texts, tuples and maps are absent ones.

    Rows are values: a change makes a new one with `dataclasses.replace`, so that several threads
    and the journal's cache can share them.
    """

    urn: str
    type: str
    custom: bool
    delete: bool = False
    id: str = ""
    inputs: Properties = field(default_factory=dict[str, Value])
    outputs: Properties = field(default_factory=dict[str, Value])
    parent: str = ""
    protect: bool = False
    external: bool = False
    dependencies: tuple[str, ...] = ()
    init_errors: tuple[str, ...] = ()
    provider: str = ""
    property_dependencies: dict[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]]
    )
    pending_replacement: bool = False
    additional_secret_outputs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    custom_timeouts: Timeouts = Timeouts()
    import_id: str = ""
    retain_on_delete: bool = False
    deleted_with: str = ""
    created: str = ""
    modified: str = ""
    source_position: str = ""
    ignore_changes: tuple[str, ...] = ()
    hide_diff: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PendingOperation:
    """A step that was begun and of which nobody knows how it ended."""

    resource: Resource
    type: PendingKind


@dataclass(frozen=True)
class Snapshot:
    """A whole state: rows in an order in which none refers to a later one."""

    resources: tuple[Resource, ...] = ()
    pending: tuple[PendingOperation, ...] = ()


def now() -> str:
    """The present as states write it: RFC 3339, UTC, nanoseconds without trailing zeros."""
    nanoseconds = time.time_ns()
    seconds, fraction = divmod(nanoseconds, 1_000_000_000)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    digits = f"{fraction:09}".rstrip("0")
    return f"{text}.{digits}Z" if digits else f"{text}Z"
