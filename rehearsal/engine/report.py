"""What a run has told so far: events go out here, and counts, records and errors stay."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from rehearsal.engine import urns
from rehearsal.engine.events import (
    Diagnostic,
    PolicyRemediation,
    PolicyViolation,
    StepFinished,
    StepStarted,
)
from rehearsal.engine.masking import Mask, secret_texts, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rehearsal.engine.events import Event, Op, PropertyChange, Severity
    from rehearsal.engine.values import Properties, Value


@dataclass(frozen=True)
class StepRecord:
    """One step that was begun; `failed` is never set in preview, where nothing is carried out."""

    op: Op
    urn: str
    failed: bool = False
    seconds: float = 0.0


@dataclass(frozen=True)
class StepMark:
    """A step that `Report.started` told of."""

    op: Op
    urn: str
    at: float


class Report:
    """Emits events, one at a time, and keeps what the outcome needs. Safe for many threads."""

    def __init__(self, on_event: Callable[[Event], None], *, dry_run: bool) -> None:
        self._on_event = on_event
        self._dry_run = dry_run
        self._lock = threading.RLock()
        self._secrets: set[str] = set()
        self._mask = Mask()
        self._parents: dict[str, str] = {}
        self.changes: Counter[str] = Counter()
        self.steps: list[StepRecord] = []
        self.diagnostics: list[Diagnostic] = []
        self.violations: list[PolicyViolation] = []
        self.failed = False
        """Whether the run met an error, or a mandatory policy was violated."""

    def emit(self, event: Event) -> None:
        """Tell an event."""
        with self._lock:
            self._on_event(event)

    # --- steps -------------------------------------------------------------------------------

    def started(self, op: Op, urn: str, parent: str = "") -> StepMark:
        """Tell that a step begins; give what is returned to `finished`."""
        with self._lock:
            self._parents[urn] = parent
            self._on_event(StepStarted(op, urn, urns.type_of(urn), parent))
        return StepMark(op, urn, time.monotonic())

    def finished(  # noqa: PLR0913 - what there is to say about the end of a step
        self,
        mark: StepMark,
        *,
        failed: bool = False,
        diff: tuple[PropertyChange, ...] = (),
        counted: bool = True,
        recorded: bool = True,
        op: Op | None = None,
    ) -> None:
        """Tell that a step ended.

        Args:
            mark: What `started` returned.
            failed: It ended with an error.
            diff: What it changed.
            counted: It belongs to the change counts, if it did not fail.
            recorded: It belongs to the steps of the outcome.
            op: What the step came to, if that is another op than it began with.
        """
        seconds = time.monotonic() - mark.at
        found = op or mark.op
        counts = counted and not failed and not urns.is_default_provider(mark.urn)
        failed = failed and not self._dry_run
        with self._lock:
            if counts:
                self.changes[found] += 1
            if recorded:
                self.steps.append(StepRecord(found, mark.urn, failed, seconds))
            self._on_event(
                StepFinished(
                    op=found,
                    urn=mark.urn,
                    type=urns.type_of(mark.urn),
                    seconds=seconds,
                    failed=failed,
                    diff=self._masked_changes(diff),
                    parent=self._parents.get(mark.urn, ""),
                    counted=counts,
                )
            )

    def _masked_changes(self, diff: tuple[PropertyChange, ...]) -> tuple[PropertyChange, ...]:
        mask = self.mask if diff else Mask()
        return tuple(
            replace(
                change,
                before=None if change.before is None else mask(change.before),
                after=None if change.after is None else mask(change.after),
            )
            for change in diff
        )

    # --- messages ----------------------------------------------------------------------------

    def hide(self, texts: Iterable[str]) -> None:
        """Hide secret texts in every message from now on."""
        with self._lock:
            self._secrets.update(texts)

    def hide_secrets(self, value: Value) -> None:
        """Hide the texts inside the secrets of a value."""
        self.hide(secret_texts(value))

    @property
    def mask(self) -> Mask:
        """Hides the secrets that are known."""
        with self._lock:
            self._mask = self._mask.with_texts(self._secrets)
            return self._mask

    def masked(self, text: str) -> str:
        """The text without the secrets that are known."""
        return self.mask(text)

    def tell(
        self, severity: Severity, message: str, urn: str = "", *, ephemeral: bool = False
    ) -> None:
        """Tell a message, of whatever severity: only `error` makes the run fail."""
        with self._lock:
            diagnostic = Diagnostic(severity, urn, self.masked(message), ephemeral)
            if severity != "debug":
                self.diagnostics.append(diagnostic)
            self._on_event(diagnostic)

    def error(self, message: str, urn: str = "") -> None:
        """Tell an error of the run, which fails it."""
        self.failed = True
        self.tell("error", message, urn)

    def violation(self, found: PolicyViolation) -> None:
        """Tell a violation; a mandatory one (or one that no remediation mended) is a failure."""
        with self._lock:
            masked = replace(found, message=self.masked(found.message))
            self.violations.append(masked)
            self.failed = self.failed or found.is_mandatory
            self._on_event(masked)

    def remediation(self, found: PolicyRemediation) -> None:
        """Tell a remediation."""
        with self._lock:
            before, after = (
                shown(cast("Properties", side), self.mask) for side in (found.before, found.after)
            )
            self._on_event(replace(found, before=before, after=after))
