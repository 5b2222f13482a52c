"""Deletes what is no more wanted: what the program dropped, and what replacements left behind."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from rehearsal.engine.deployment import ProtectedError, StepFailedError, StoppedError
from rehearsal.engine.graph import Graph, references
from rehearsal.engine.stepping import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rehearsal.engine.deployment import Deployment
    from rehearsal.engine.events import Op
    from rehearsal.engine.execute import Executor
    from rehearsal.engine.state import Resource


def condemned(deployment: Deployment) -> list[Resource]:
    """The old rows that have to go, once the program ended well; all of them in a destroy."""
    return [row for row in deployment.base.resources if _op(row, deployment) is not None]


def tell_protected(deployment: Deployment, rows: Sequence[Resource]) -> bool:
    """Tell of the first protected one among the rows that are to go; whether there is any."""
    protected = [row.urn for row in rows if row.protect]
    if protected:
        others = f", and {len(protected) - 1} more are protected" if len(protected) > 1 else ""
        message = f"{ProtectedError(protected[0])}. Nothing was deleted{others}"
        deployment.report.error(message, protected[0])
    return bool(protected)


def _op(row: Resource, deployment: Deployment) -> Op | None:
    """What has to happen to an old row; None if it stays."""
    current = deployment.marks.get(id(row), row)
    if id(row) in deployment.deleted:
        return None
    if current.delete:
        return "discard-replaced" if row.external else "delete-replaced"
    if row.urn in deployment.news or row.urn in deployment.aliased:
        return None
    if current.pending_replacement:
        return "remove-pending-replace"
    return "discard" if row.external else "delete"


def _has_providers(deployment: Deployment, rows: Sequence[Resource]) -> bool:
    """Start the providers of rows; whether that worked. A failure is told."""
    for reference, row in {row.provider: row for row in rows if row.provider}.items():
        try:
            deployment.registry.get(reference)
        except Exception as error:  # noqa: BLE001 - whatever a provider does is told
            deployment.fail(error, row.urn)
            return False
    return True


def delete_all(
    deployment: Deployment, executor: Executor, rows: Sequence[Resource], parallel: int
) -> bool:
    """Delete rows in groups: what depends on a row goes before it.

    A failure is told. The rest of its group is deleted all the same, and nothing after it; only of
    a protected row everything goes on that the row does not need. Nothing is deleted if a provider
    cannot be had, even one that has nothing to do.

    Returns:
        Whether all that could be tried is gone.
    """
    if not _has_providers(deployment, rows):
        return False
    deleter = _Deleter(deployment, executor, rows)
    with ThreadPoolExecutor(max_workers=parallel, thread_name_prefix="delete") as pool:
        for group in Graph(deployment.base.resources).delete_order(rows):
            for row, is_gone in zip(group, pool.map(deleter.delete, group), strict=True):
                if not is_gone:
                    deleter.blocked.update(references(row))
            if deleter.failed.is_set():
                return False
    return not deleter.blocked


class _Deleter:
    """Deletes rows; `blocked` are the URNs that something needs that is still there."""

    def __init__(
        self, deployment: Deployment, executor: Executor, rows: Sequence[Resource]
    ) -> None:
        self._deployment = deployment
        self._executor = executor
        self._doomed = {row.urn for row in rows} | deployment.deleted_first
        self.blocked: set[str] = set()
        self.failed = threading.Event()
        """A row could not be deleted, for another reason than its protection."""

    def delete(self, row: Resource) -> bool:
        """Delete a row unless it is blocked; whether it is gone."""
        op = _op(row, self._deployment)
        if op is None or row.urn in self.blocked:
            return op is None
        try:
            self._executor.run([Step(op, row.urn, row)], self._doomed)
        except StoppedError:
            return False
        except StepFailedError as error:
            if not isinstance(error, ProtectedError):
                self.failed.set()
            self._deployment.report.error(str(error), error.urn)
            return False
        return True
