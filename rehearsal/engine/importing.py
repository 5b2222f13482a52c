"""The `import` option: takes an object that exists into the state before it is compared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rehearsal.engine.deployment import StepFailedError
from rehearsal.engine.execute import completed
from rehearsal.engine.provider_wire import InitFailedError, ProviderError
from rehearsal.engine.state import now

if TYPE_CHECKING:
    from rehearsal.engine.deployment import Deployment
    from rehearsal.engine.execute import Executor
    from rehearsal.engine.goal import Goal
    from rehearsal.engine.state import Resource


class Importer:
    """Imports the objects that goals name by id."""

    def __init__(self, deployment: Deployment, executor: Executor) -> None:
        self._deployment = deployment
        self._executor = executor

    def imported(self, row: Resource, old: Resource | None, goal: Goal) -> Resource | None:
        """The row of the imported object; None if the goal imports nothing (any more).

        Raises:
            StepFailedError: There is no such object, or it cannot be read.
        """
        if not goal.custom or not goal.import_id or goal.is_provider or _has(old, goal.import_id):
            return None
        self._deployment.check_running()
        report, ledger = self._deployment.report, self._deployment.ledger
        mark = report.started("import", row.urn, row.parent)
        with self._executor.pending("importing", replace(row, id=goal.import_id)) as pending:
            try:
                found = self._read(row, goal.import_id)
            except StepFailedError:
                report.finished(mark, failed=True)
                raise
            kept = old is not None and old.external
            marked = replace(old, delete=True) if old is not None and not kept else None
            ledger.end(pending, old=old, new=found, marked=marked)
            if old is not None and marked is not None:
                self._deployment.marks[id(old)] = marked
        report.finished(mark)
        return found

    def _read(self, row: Resource, identifier: str) -> Resource:
        known = replace(row, inputs={}, outputs={})
        try:
            made = self._executor.provider_of(row).read(known, identifier)
        except (ProviderError, InitFailedError) as error:
            raise StepFailedError(str(error), row.urn) from error
        if made is None:
            raise StepFailedError(f"resource '{identifier}' does not exist", row.urn)
        if made.inputs is None:
            message = f"the provider of {row.type} cannot import: its Read gives no inputs"
            raise StepFailedError(message, row.urn)
        time = now()
        found = completed(replace(row, inputs=made.inputs), made)
        return replace(found, created=time, modified=time)


def _has(old: Resource | None, identifier: str) -> bool:
    return old is not None and not old.external and identifier in (old.import_id, old.id)
