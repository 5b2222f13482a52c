"""What the parts of one run share: the old rows, the goals so far, and whether to go on."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rehearsal.engine.judge import PolicyStopError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rehearsal.engine.configuration import Configuration
    from rehearsal.engine.goal import Goal
    from rehearsal.engine.judge import Judge
    from rehearsal.engine.ledger import Ledger
    from rehearsal.engine.registry import Registry
    from rehearsal.engine.report import Report
    from rehearsal.engine.state import Resource, Snapshot
    from rehearsal.engine.values import Value


class StoppedError(Exception):
    """The run is ending: an earlier step failed, or somebody interrupted it."""


class StepFailedError(Exception):
    """A step cannot be decided on or carried out; `urn` is what it is about."""

    def __init__(self, message: str, urn: str) -> None:
        super().__init__(message)
        self.urn = urn


class ProtectedError(StepFailedError):
    """A protected resource is to be deleted."""

    def __init__(self, urn: str) -> None:
        super().__init__(
            f'resource "{urn}" cannot be deleted\nbecause it is protected. To unprotect '
            "the resource, remove the `protect` flag from it in your Pulumi program and run "
            "`up`, then try again",
            urn,
        )


def message_of(error: Exception) -> str:
    """What to tell of an error; one that only a mistake of the engine explains says so."""
    if isinstance(error, (AssertionError, AttributeError, LookupError, TypeError)):
        return f"internal error of the engine: {type(error).__name__}: {error}"
    return str(error)


@dataclass
class Deployment:
    """The state of one run.

    `olds` are the rows of the last run by URN, without those that only wait for their deletion;
    `news` the rows of this run; `marks` what stands in the journal for an old row (by identity)
    that was replaced, or deleted before its replacement.
    """

    stack: str
    project: str
    root: Path
    dry_run: bool
    base: Snapshot
    ledger: Ledger
    registry: Registry
    report: Report
    judge: Judge
    configuration: Configuration
    disabled_defaults: frozenset[str] = frozenset()
    olds: dict[str, Resource] = field(default_factory=dict[str, "Resource"])
    news: dict[str, Resource] = field(default_factory=dict[str, "Resource"])
    goals: dict[str, Goal] = field(default_factory=dict[str, "Goal"])
    aliased: dict[str, str] = field(default_factory=dict[str, str])
    """The new URN by the old one."""
    renamed: dict[str, str] = field(default_factory=dict[str, str])
    """The old URN by the new one."""
    replaced: set[str] = field(default_factory=set[str])
    """The URNs replaced in this run."""
    deleted_first: set[str] = field(default_factory=set[str])
    """The URNs that a delete-before-replace deleted; dependents until they are registered."""
    deleted: set[int] = field(default_factory=set[int])
    """The rows, by identity, that waited for their deletion and were deleted ahead of others."""
    marks: dict[int, Resource] = field(default_factory=dict[int, "Resource"])
    stack_outputs: Mapping[str, Value] | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    """A step failed, or the run was interrupted."""
    refused: threading.Event = field(default_factory=threading.Event)
    """A registration could not be planned."""
    interrupted: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.olds.update({row.urn: row for row in self.base.resources if not row.delete})

    def check_running(self) -> None:
        """Carry out a step only if nothing has failed so far.

        Raises:
            StoppedError: The run is ending.
        """
        if self.stopping.is_set():
            raise StoppedError("the run is ending")
        self.check_wanted()

    def check_wanted(self) -> None:
        """Look at further resources only if none was refused, in preview too.

        After a step that failed others are still planned: which ones is a matter of timing in
        pulumi/pulumi, too, where steps are carried out beside the planning.

        Raises:
            StoppedError: One was refused, or the run was interrupted.
        """
        if self.interrupted.is_set() or self.refused.is_set():
            raise StoppedError("the run is ending")

    def interrupt(self) -> None:
        """Start nothing new, and wait for no policy."""
        self.interrupted.set()
        self.stopping.set()
        self.judge.cancel()

    def fail(self, error: Exception, urn: str = "") -> None:
        """Tell an error, once, and start nothing new."""
        if not isinstance(error, (StoppedError, PolicyStopError)):
            about = error.urn if isinstance(error, StepFailedError) else urn
            self.report.error(message_of(error), about)
        self.stopping.set()
