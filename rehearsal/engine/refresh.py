"""Refresh: takes over what providers say about the objects of a state."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from rehearsal.engine import urns
from rehearsal.engine.annotate import with_secret_outputs
from rehearsal.engine.deployment import StoppedError
from rehearsal.engine.propertychanges import property_changes
from rehearsal.engine.provider_wire import InitFailedError
from rehearsal.engine.state import now
from rehearsal.engine.steps import NO_DIFF, Diff, compared
from rehearsal.engine.values import equal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from rehearsal.engine.deployment import Deployment
    from rehearsal.engine.events import Op
    from rehearsal.engine.provider import Provider
    from rehearsal.engine.provider_wire import Made
    from rehearsal.engine.state import Resource
    from rehearsal.engine.values import Properties


class Refresher:
    """Refreshes the rows of a deployment's base.

    Args:
        deployment: The run.
        recorded: The steps belong to the outcome; false for a refresh before an update.
    """

    def __init__(self, deployment: Deployment, *, recorded: bool) -> None:
        self._deployment = deployment
        self._recorded = recorded

    def run(self, rows: Iterable[Resource], parallel: int) -> None:
        """Read the objects of rows of the base, `parallel` at a time.

        A failure is told, and the other rows are read all the same.

        The state is written once, at the end: in between, rows refer to others that are gone.
        """
        with ThreadPoolExecutor(max_workers=parallel, thread_name_prefix="refresh") as pool:
            list(pool.map(self._refresh, rows))
        self._drop_dangling()

    def _refresh(self, row: Resource) -> None:
        deployment = self._deployment
        if deployment.interrupted.is_set():
            return
        mark = deployment.report.started("refresh", row.urn, row.parent)
        try:
            op, diff, new = self._refreshed(row)
        except StoppedError:
            return
        except Exception as error:  # noqa: BLE001 - whatever a provider does is told
            deployment.report.finished(mark, failed=True, recorded=self._recorded)
            deployment.fail(error, row.urn)
            return
        changes = property_changes(diff, _compared_of(row), _compared_of(new) if new else {})
        deployment.report.finished(
            mark, op=op, diff=changes, counted=self._recorded, recorded=self._recorded
        )

    def _refreshed(self, row: Resource) -> tuple[Op, Diff, Resource | None]:
        """What refreshing came to; the journal has it."""
        if not _is_read(row):
            return "same", NO_DIFF, row
        deployment = self._deployment
        provider = deployment.registry.get(row.provider)
        try:
            made = provider.read(row, row.id)
        except InitFailedError as error:
            made = error.made
            reasons = "\n".join(f"* {reason}" for reason in made.init_errors)
            message = f"Refreshed resource is in an unhealthy state:\n{reasons}"
            deployment.report.tell("warning", message, row.urn)
        if made is None:
            deployment.ledger.end(old=row, write=False)
            return "delete", NO_DIFF, None
        new = _with(row, made)
        seen = (made.inputs or {}) if row.external else new.inputs
        is_same = equal(seen, row.inputs) and equal(new.outputs, row.outputs)
        new = new if is_same else replace(new, modified=now())
        if new != row:
            deployment.ledger.end(old=row, marked=new, write=False)
        if row.external:
            diff = compared(_compared_of(row), _compared_of(new))
        else:
            diff = NO_DIFF if new == row else _difference(provider, row, new)
        return ("same" if diff.changes == "none" else "update"), diff, new

    def _drop_dangling(self) -> None:
        """Drop what rows say about dependencies that are gone."""
        ledger = self._deployment.ledger
        rows = ledger.snapshot().resources
        known = {row.urn for row in rows}
        for row in rows:
            kept = replace(
                row,
                dependencies=tuple(urn for urn in row.dependencies if urn in known),
                property_dependencies=_known_only(row.property_dependencies, known),
                parent=row.parent if row.parent in known else "",
                deleted_with=row.deleted_with if row.deleted_with in known else "",
            )
            if kept != row:
                ledger.end(old=row, marked=kept, write=False)
        ledger.end()


def _is_read(row: Resource) -> bool:
    return row.custom and not urns.is_provider_type(row.type) and not row.pending_replacement


def _compared_of(row: Resource) -> Properties:
    """What tells whether an object changed: of one that is not managed only the outputs do."""
    return row.outputs if row.external else row.inputs


def _with(row: Resource, made: Made) -> Resource:
    """The row with what was read."""
    inputs = row.inputs if made.inputs is None else made.inputs
    found = replace(
        row, id=made.id, inputs=inputs, outputs=made.outputs, init_errors=made.init_errors
    )
    return with_secret_outputs(found)


def _known_only(
    dependencies: Mapping[str, tuple[str, ...]], known: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """The dependencies by property that are still there, without properties that have none."""
    kept = {
        key: tuple(urn for urn in targets if urn in known) for key, targets in dependencies.items()
    }
    return {key: targets for key, targets in kept.items() if targets}


def _difference(provider: Provider, old: Resource, new: Resource) -> Diff:
    """What changed outside, as the change from the old row to the new one.

    The provider is asked the other way round: what an update would have to change back.
    """
    found = provider.diff(new, replace(new, inputs=old.inputs))
    return compared(old.inputs, new.inputs) if found.changes != "none" else found
