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


class ImportFailedError(StepFailedError):
    """An object cannot be imported."""


class Importer:
    """Imports the objects that goals name by id."""

    def __init__(self, deployment: Deployment, executor: Executor) -> None:
        self._deployment = deployment
        self._executor = executor

    def imported(
        self,
        row: Resource,
        old: Resource | None,
        goal: Goal,
        *,
        deleted: bool,
        keeps_import_id: bool = True,
    ) -> Resource | None:
        """The row of the imported object; None if the goal imports nothing (any more).

        Args:
            row: What the program asks for.
            old: The row of the last run. It is replaced by the import.
            goal: The goal.
            deleted: The old row was deleted in this run, so there is nothing to replace.
            keeps_import_id: The row says what it was imported by.

        Raises:
            ImportFailedError: There is no such object, or it cannot be read.
        """
        if not goal.custom or not goal.import_id or goal.is_provider or _has(old, goal.import_id):
            return None
        self._deployment.check_running()
        report, ledger = self._deployment.report, self._deployment.ledger
        replaced = None if deleted else old
        op = "import" if replaced is None else "import-replacement"
        mark = report.started(op, row.urn, row.parent)
        with self._executor.pending("importing", replace(row, id=goal.import_id)) as pending:
            try:
                found = self._read(row, goal.import_id)
            except ImportFailedError:
                report.finished(mark, failed=True)
                raise
            if not keeps_import_id:
                found = replace(found, import_id="")
            marked = None if replaced is None else replace(replaced, delete=True)
            ledger.end(pending, old=old, new=found, marked=marked)
            if replaced is not None and marked is not None:
                self._deployment.marks[id(replaced)] = marked
        report.finished(mark, counted=replaced is None)
        if replaced is not None:
            report.finished(report.started("replace", row.urn, row.parent))
        return found

    def _read(self, row: Resource, identifier: str) -> Resource:
        known = replace(row, inputs={}, outputs={})
        try:
            made = self._executor.provider_of(row).read(known, identifier)
        except InitFailedError as error:
            # The update that follows gives it another chance to become ready.
            made = error.made
        except ProviderError as error:
            raise ImportFailedError(str(error), row.urn) from error
        if made is None:
            raise ImportFailedError(f"resource '{identifier}' does not exist", row.urn)
        if made.inputs is None:
            message = f"the provider of {row.type} cannot import: its Read gives no inputs"
            raise ImportFailedError(message, row.urn)
        time = now()
        found = completed(replace(row, inputs=made.inputs), made)
        return replace(found, created=time, modified=time)


def _has(old: Resource | None, identifier: str) -> bool:
    return old is not None and not old.external and identifier == (old.import_id or old.id)
