"""ReadResource: objects that the program looks at and does not manage."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rehearsal.engine.annotate import with_secret_outputs
from rehearsal.engine.deployment import StepFailedError, message_of
from rehearsal.engine.execute import completed
from rehearsal.engine.registry import UNKNOWN_ID
from rehearsal.engine.rowmaking import inherited, row_of
from rehearsal.engine.state import now

if TYPE_CHECKING:
    from rehearsal.engine.deployment import Deployment
    from rehearsal.engine.goal import Goal
    from rehearsal.engine.registrar import Registrar
    from rehearsal.engine.state import Resource


class Reader:
    """Reads objects for the program. Safe for many threads."""

    def __init__(self, deployment: Deployment, registrar: Registrar) -> None:
        self._deployment = deployment
        self._registrar = registrar

    def read(self, goal: Goal, identifier: str) -> Resource:
        """Read an object of the goal's type; its row.

        Raises:
            StoppedError: The run is ending.
            StepFailedError: There is no such object, or it cannot be read; that was told.
        """
        goal = inherited(goal, self._deployment.goals.get(goal.parent))
        urn = self._registrar.urn_of(goal)
        self._registrar.resources += 1
        if not goal.provider:
            goal = replace(goal, provider=self._registrar.default_provider(goal, urn))
        row = self._registrar.guarded(urn, lambda: self._read(urn, goal, identifier))
        if row is None:
            raise StepFailedError("the read came to nothing", urn)
        return row

    def _read(self, urn: str, goal: Goal, identifier: str) -> Resource:
        deployment, executor = self._deployment, self._registrar.executor
        deployment.check_running()
        if urn in deployment.goals:
            message = f"Duplicate resource URN '{urn}'; try giving it a unique name"
            raise StepFailedError(message, urn)
        row = replace(row_of(urn, goal, deployment.goals), external=True, id=identifier)
        row = replace(row, property_dependencies={})
        deployment.goals[urn] = goal
        old = deployment.olds.get(urn)
        is_owned = old is not None and not old.external and old.id != identifier
        mark = deployment.report.started(
            "read-replacement" if is_owned else "read", urn, row.parent
        )
        marked = replace(old, delete=True) if old is not None and is_owned else None
        try:
            with executor.pending("reading", row) as pending:
                found = _dated(self._found(row, identifier), old)
                deployment.ledger.end(pending, old=old, new=found, marked=marked)
        except Exception as error:
            deployment.report.finished(mark, failed=True)
            raise StepFailedError(message_of(error), urn) from error
        if old is not None and marked is not None:
            deployment.marks[id(old)] = marked
            deployment.replaced.add(urn)
        deployment.news[urn] = found
        deployment.report.finished(mark, counted=old is not None and not is_owned)
        if is_owned:
            deployment.report.finished(deployment.report.started("replace", urn, row.parent))
        return found

    def _found(self, row: Resource, identifier: str) -> Resource:
        if identifier == UNKNOWN_ID:
            return row
        made = self._registrar.executor.provider_of(row).read(row, identifier)
        if made is None:
            raise StepFailedError(f"resource '{identifier}' does not exist", row.urn)
        return with_secret_outputs(completed(row, made))


def _dated(row: Resource, old: Resource | None) -> Resource:
    """The row with the times of the old one; what has changed since was modified now."""
    if old is None:
        return row
    is_changed = row.inputs != old.inputs or row.outputs != old.outputs
    return replace(row, created=old.created, modified=now() if is_changed else old.modified)
