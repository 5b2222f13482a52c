"""What a run has told so far, gathered for drawing: one row a resource, in the shape of a tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rehearsal.engine import urns
from rehearsal.engine.events import (
    Diagnostic,
    PolicyRemediation,
    PolicyViolation,
    RunStarted,
    StepFinished,
    StepStarted,
    Summary,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rehearsal.engine.events import Event, Op, PropertyChange

_REPLACING: frozenset[Op] = frozenset(
    {
        "replace",
        "create-replacement",
        "delete-replaced",
        "read-replacement",
        "import-replacement",
        "discard-replaced",
    }
)
_NOT_EVALUATED = ("can't run policy '", "can't run remediation '")
"""How the SDK's advisory begins where a policy meets a value that preview cannot know."""


@dataclass
class Row:
    """A resource of the run; several steps of a replacement are one row."""

    urn: str
    parent: str = ""
    op: Op | None = None
    running: int = 0
    """How many of its steps are under way."""
    started: float = 0.0
    seconds: float = 0.0
    failed: bool = False
    diff: tuple[PropertyChange, ...] = ()
    deleted_first: bool = False
    """It is replaced, and its old one goes before the new one comes."""
    doing: str = ""
    """What its provider last said that it does."""

    @property
    def changes(self) -> bool:
        """Whether anything happens to the resource."""
        return self.op not in {None, "same"}

    @property
    def shown(self) -> bool:
        """Whether the row is worth a line; default providers are not, unless they fail."""
        return self.failed or ((self.changes or bool(self.running)) and not is_default(self.urn))


@dataclass
class RunView:
    """Everything to show of a run; `now` of the methods is any clock in seconds."""

    started: RunStarted | None = None
    summary: Summary | None = None
    rows: dict[str, Row] = field(default_factory=dict[str, Row])
    active: dict[str, Row] = field(default_factory=dict[str, Row])
    """The rows with a step under way, longest first."""
    done: set[str] = field(default_factory=set[str])
    """The URNs whose steps so far have ended, without default providers, as the summary counts."""
    changing: set[str] = field(default_factory=set[str])
    """The URNs of the rows that are worth a line."""
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])
    violations: list[PolicyViolation] = field(default_factory=list[PolicyViolation])
    remediations: list[PolicyRemediation] = field(default_factory=list[PolicyRemediation])

    def take(self, event: Event, now: float) -> None:
        """Take in one event."""
        if isinstance(event, StepStarted):
            self._start(event, now)
        elif isinstance(event, StepFinished):
            self._finish(event)
        elif isinstance(event, Diagnostic):
            self._note(event)
        elif isinstance(event, PolicyViolation):
            if event not in self.violations:
                self.violations.append(event)
        elif isinstance(event, PolicyRemediation):
            self.remediations.append(event)
        elif isinstance(event, RunStarted):
            self.started = event
        else:
            self.summary = event

    def children(self) -> dict[str, list[Row]]:
        """The rows to draw under each parent, roots under "", so that two runs look alike.

        A row without a change is left out, unless one of its descendants has one. Leaves come
        first, but among roots, where the Stack does; then it goes by name.
        """
        shown = {one.urn: one for urn in self.changing for one in self._lineage(self.rows[urn])}
        under: dict[str, list[Row]] = {}
        for row in shown.values():
            under.setdefault(row.parent if row.parent in shown else "", []).append(row)
        for parent, rows in under.items():
            rows.sort(key=lambda row: ((row.urn in under) is bool(parent), label(row.urn)[::-1]))
        return under

    def errors(self) -> list[Diagnostic]:
        """Each error once."""
        return [one for one in self.diagnostics if one.severity == "error"]

    def warnings(self) -> list[Diagnostic]:
        """Each warning once."""
        return [one for one in self.diagnostics if one.severity == "warning"]

    def broken_policies(self) -> list[PolicyViolation]:
        """The violations without those of policies that only could not look."""
        return [one for one in self.violations if not is_not_evaluated(one)]

    def waiting_policies(self) -> dict[str, list[str]]:
        """Policies that preview could not evaluate, with the URNs that they wait for."""
        waiting: dict[str, list[str]] = {}
        for one in self.violations:
            if is_not_evaluated(one):
                waiting.setdefault(one.policy, []).append(one.urn)
        return dict(sorted(waiting.items()))

    def _row(self, urn: str, parent: str) -> Row:
        row = self.rows.setdefault(urn, Row(urn, parent))
        row.parent = row.parent or parent
        return row

    def _start(self, event: StepStarted, now: float) -> None:
        row = self._row(event.urn, event.parent)
        row.deleted_first = row.deleted_first or (row.op, event.op) == (None, "delete-replaced")
        row.op = _merged(row.op, event.op)
        if event.op not in {"same", "replace"}:
            if not row.running:
                row.started = now
            row.running += 1
        self._sort(row)

    def _finish(self, event: StepFinished) -> None:
        row = self._row(event.urn, event.parent)
        row.op = _merged(row.op, event.op)
        row.running = max(0, row.running - 1)
        row.seconds += event.seconds
        row.failed = row.failed or event.failed
        row.diff = event.diff or row.diff
        row.doing = ""
        if not is_default(event.urn):
            self.done.add(event.urn)
        self._sort(row)

    def _sort(self, row: Row) -> None:
        """Put the row where it belongs now; a frame of a large run must not look at all rows."""
        if row.running and row.shown:
            self.active.setdefault(row.urn, row)
            self.done.discard(row.urn)
        else:
            self.active.pop(row.urn, None)
        if row.shown:
            self.changing.add(row.urn)
        else:
            self.changing.discard(row.urn)

    def _note(self, event: Diagnostic) -> None:
        if event.ephemeral:
            if event.urn in self.rows:
                self.rows[event.urn].doing = event.message
        elif event not in self.diagnostics:
            self.diagnostics.append(event)

    def _lineage(self, row: Row) -> Iterator[Row]:
        """The row after its ancestors, the outermost first."""
        chain = [row]
        while (parent := self.rows.get(chain[-1].parent)) is not None and parent not in chain:
            chain.append(parent)
        yield from reversed(chain)


def is_not_evaluated(violation: PolicyViolation) -> bool:
    """Whether the policy could not look, rather than found something."""
    return violation.level == "advisory" and violation.message.startswith(_NOT_EVALUATED)


def _merged(before: Op | None, op: Op) -> Op:
    """What to call a row that had one step and gets another."""
    if before in {None, "refresh"}:
        before = op
    if op in _REPLACING or before == "replace":
        return "replace"
    return before if before is not None and op == "same" else op


def is_default(urn: str) -> bool:
    """Whether the URN is that of a default provider, which nobody asked for."""
    return urns.is_valid(urn) and urns.is_default_provider(urn)


def named(urn: str) -> str:
    """A resource as people call it: `Namespace payments`."""
    return " ".join(part for part in label(urn) if part)


def label(urn: str) -> tuple[str, str]:
    """Kind and name of a resource: `("Namespace", "payments")`."""
    if not urns.is_valid(urn):
        return "", urn
    token = urns.type_of(urn)
    if urns.is_provider_type(token):
        return "Provider", f"{urns.provider_package(token)}/{urns.name_of(urn)}"
    return token.rpartition(":")[2], urns.name_of(urn)
