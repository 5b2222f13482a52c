"""ReadResource: objects that the program looks at and does not manage."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rehearsal.engine.aliases import old_row
from rehearsal.engine.annotate import with_secret_outputs
from rehearsal.engine.deployment import StepFailedError, message_of
from rehearsal.engine.execute import completed, init_message
from rehearsal.engine.provider_wire import InitFailedError
from rehearsal.engine.registry import UNKNOWN_ID
from rehearsal.engine.rowmaking import inherited, row_of
from rehearsal.engine.state import now
from rehearsal.engine.values import equal

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
        # Of its parent's options only the provider means anything to what is not managed.
        goal = replace(goal, protect=None, retain_on_delete=None, deleted_with="")
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
        if not identifier:
            raise StepFailedError(f"Expected an ID for {urn}", urn)
        row = replace(row_of(urn, goal, deployment.goals), external=True, id=identifier)
        row = replace(row, property_dependencies={})
        old = old_row(urn, goal, deployment)
        deployment.goals[urn] = goal
        is_owned = old is not None and not old.external and old.id != identifier
        mark = deployment.report.started(
            "read-replacement" if is_owned else "read", urn, row.parent
        )
        marked = replace(old, delete=True) if old is not None and is_owned else None
        found = row
        try:
            with executor.pending("reading", row) as pending:
                found = _dated(self._found(row, identifier), old)
                deployment.ledger.end(pending, old=old, new=found, marked=marked)
        except Exception as error:
            deployment.report.finished(mark, failed=True)
            raise StepFailedError(message_of(error), urn) from error
        if found.init_errors:
            deployment.report.finished(mark, failed=True)
            raise StepFailedError(init_message(found.init_errors), urn)
        if old is not None and marked is not None:
            deployment.marks[id(old)] = marked
            deployment.replaced.add(urn)
        deployment.news[urn] = found
        deployment.report.finished(mark, counted=not is_owned and _is_change(old, found))
        if is_owned:
            deployment.report.finished(deployment.report.started("replace", urn, row.parent))
        return found

    def _found(self, row: Resource, identifier: str) -> Resource:
        if identifier == UNKNOWN_ID:
            return row
        provider = self._registrar.executor.provider_of(row)
        try:
            # Pulumi gives a Read the program's inputs as the state too.
            made = provider.read(replace(row, outputs=row.inputs), identifier)
        except InitFailedError as error:
            made = error.made
        if made is None:
            raise StepFailedError(f"resource '{identifier}' does not exist", row.urn)
        return with_secret_outputs(completed(row, made))


def _dated(row: Resource, old: Resource | None) -> Resource:
    """The row with the times of the old one; what has changed since was modified now."""
    if old is None:
        return row
    is_same = equal(row.inputs, old.inputs) and equal(row.outputs, old.outputs)
    return replace(row, created=old.created, modified=old.modified if is_same else now())


def _is_change(old: Resource | None, found: Resource) -> bool:
    """Whether a read counts (pulumi/pulumi, `pkg/engine/update.go`, shouldRecordReadStep)."""
    return old is not None and not equal(old.outputs, found.outputs)
