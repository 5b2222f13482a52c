"""Carries steps out: calls the provider, writes the journal, tells what happened."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from rehearsal.engine import urns
from rehearsal.engine.annotate import with_secret_outputs
from rehearsal.engine.deployment import ProtectedError, StepFailedError, StoppedError, message_of
from rehearsal.engine.journal import must_write
from rehearsal.engine.propertychanges import property_changes
from rehearsal.engine.provider_wire import InitFailedError, Made, ProviderError
from rehearsal.engine.registry import UNKNOWN_ID, outputs_of
from rehearsal.engine.state import now
from rehearsal.engine.stepping import UNCOUNTED, is_asked_for

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Sequence

    from rehearsal.engine.deployment import Deployment
    from rehearsal.engine.provider import Provider
    from rehearsal.engine.state import PendingKind, PendingOperation, Resource
    from rehearsal.engine.stepping import Step


_OPEN_ID = "The 'id' property cannot be made secret. See pulumi/pulumi#2717 for more details."


class Executor:
    """Carries out the steps of a deployment. Safe for many threads."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._report = deployment.report
        self._ledger = deployment.ledger
        self._dry_run = deployment.dry_run

    def run(self, steps: Sequence[Step], doomed: Collection[str] = ()) -> Resource | None:
        """Carry out steps one after the other.

        Args:
            steps: The steps.
            doomed: URNs that are deleted in this run; what is deleted with them is not asked for.

        Returns:
            The new row of the last step that has one.

        Raises:
            StepFailedError: One failed; it was told, but not why.
            StoppedError: The run is ending.
        """
        row = None
        for step in steps:
            if step.op != "same":
                self._deployment.check_running()
            row = self._run(step, doomed) or row
        return row

    def _run(self, step: Step, doomed: Collection[str]) -> Resource | None:
        if step.op == "replace":
            self._report.finished(self._report.started("replace", step.urn))
            return None
        subject = step.new or step.old
        mark = self._report.started(step.op, step.urn, subject.parent if subject else "")
        changes = ()
        if step.old is not None and step.new is not None:
            changes = property_changes(step.diff, step.old.inputs, step.new.inputs)
        try:
            row = self._apply(step, doomed)
        except StoppedError:
            raise
        except Exception as error:
            self._report.finished(mark, failed=True, counted=False, diff=changes)
            if isinstance(error, StepFailedError):
                raise
            raise StepFailedError(message_of(error), step.urn) from error
        counted = step.counted and step.op not in UNCOUNTED
        self._report.finished(mark, diff=changes, counted=counted)
        return row

    def _apply(self, step: Step, doomed: Collection[str]) -> Resource | None:
        old, new = step.old, step.new
        if step.op in ("create", "create-replacement") and new is not None:
            return self._create(step, new)
        if step.op == "same" and old is not None and new is not None:
            return self._same(old, new)
        if step.op == "update" and old is not None and new is not None:
            return self._update(old, new)
        if old is not None:
            self._delete(step, old, doomed)
        return None

    # --- steps -------------------------------------------------------------------------------

    def _same(self, old: Resource, new: Resource) -> Resource:
        row = replace(
            new,
            id=old.id,
            outputs=old.outputs,
            init_errors=old.init_errors,
            created=old.created,
            modified=old.modified,
        )
        if urns.is_provider_type(row.type):
            # What a provider calls no change must not make a difference to it in this run either.
            self._deployment.registry.keep(row.urn, row.id, old.inputs)
        row = with_secret_outputs(row)
        return self._done(row, None, old=old, write=old.urn != row.urn or must_write(old, row))

    def _create(self, step: Step, new: Resource) -> Resource:
        time = now()
        new = replace(new, created=time, modified=time)

        def make() -> Made:
            if not new.custom:
                return Made("", {})
            if urns.is_provider_type(new.type):
                identifier = UNKNOWN_ID if self._dry_run else str(uuid.uuid4())
                self._deployment.registry.configure(new.urn, identifier, new.inputs)
                return Made(identifier, outputs_of(new.inputs))
            made = self.provider_of(new).create(new, preview=self._dry_run)
            if not made.id and not self._dry_run:
                raise StepFailedError("the provider gave no id for what it created", new.urn)
            return made

        old = step.old
        if old is not None:
            old = self._deployment.marks.get(id(old), old)
        marked = replace(old, delete=True) if old is not None and step.keep_old else None
        if step.old is not None and marked is not None:
            self._deployment.marks[id(step.old)] = marked
        if old is not None and old.pending_replacement:
            marked = None  # its row has waited for no more than its replacement
        return self._carry_out("creating", new, make, old=old, marked=marked)

    def _update(self, old: Resource, new: Resource) -> Resource:
        modified = now() if new.custom else old.modified
        new = replace(new, id=old.id, created=old.created, modified=modified)

        def make() -> Made:
            if not new.custom:
                return Made("", {})
            if urns.is_provider_type(new.type):
                self._deployment.registry.configure(new.urn, new.id, new.inputs)
                return Made(new.id, outputs_of(new.inputs))
            return self.provider_of(new).update(old, new, preview=self._dry_run)

        return self._carry_out("updating", new, make, old=old)

    def _carry_out(
        self,
        kind: PendingKind,
        new: Resource,
        make: Callable[[], Made],
        *,
        old: Resource | None,
        marked: Resource | None = None,
    ) -> Resource:
        with self.pending(kind, new) as pending:
            try:
                made = make()
            except InitFailedError as error:
                row = completed(new, error.made)
                if kind == "updating" and old is not None:
                    row = replace(row, inputs=old.inputs)
                self._done(row, pending, old=old, marked=marked)
                raise StepFailedError(init_message(error.made.init_errors), new.urn) from error
            return self._done(completed(new, made), pending, old=old, marked=marked)

    def _done(
        self,
        row: Resource,
        pending: PendingOperation | None,
        *,
        old: Resource | None,
        marked: Resource | None = None,
        write: bool = True,
    ) -> Resource:
        self._report.hide_secrets(row.outputs)
        if "id" in row.additional_secret_outputs:
            self._report.tell("warning", _OPEN_ID, row.urn)
        self._ledger.end(pending, old=old, new=row, marked=marked, write=write)
        self._deployment.news[row.urn] = row
        return row

    def _delete(self, step: Step, old: Resource, doomed: Collection[str]) -> None:
        if step.op == "delete" and old.protect:
            raise ProtectedError(old.urn)
        current = self._deployment.marks.get(id(old), old)
        if step.op == "remove-pending-replace":
            self._ledger.end(old=current)
            return
        with self.pending("deleting", current) as pending:
            if not self._dry_run and is_asked_for(current, doomed):
                self.provider_of(current).delete(current)
            if current.pending_replacement:
                # Its row went when its replacement was there (see `_create`).
                self._ledger.end(pending)
                return
            marked = replace(current, pending_replacement=True) if step.before else None
            if marked is not None:
                self._deployment.marks[id(old)] = marked
            self._ledger.end(pending, old=current, marked=marked)

    # --- shared with reads and refresh -------------------------------------------------------

    def provider_of(self, row: Resource) -> Provider:
        """The provider of a row."""
        return self._deployment.registry.get(row.provider)

    @contextmanager
    def pending(self, kind: PendingKind, row: Resource) -> Generator[PendingOperation]:
        """Note an operation while the body runs; a body that ends well has ended it itself.

        The note stays where nobody knows what came of it.
        """
        pending = self._ledger.begin(kind, row)
        try:
            yield pending
        except Exception as error:
            if not (isinstance(error, ProviderError) and error.is_unanswered):
                self._ledger.end(pending)
            raise


def init_message(reasons: Sequence[str]) -> str:
    """What to tell of an object that is there, and did not become ready."""
    count = len(reasons)
    noun = "error" if count == 1 else "errors"
    return f"{count} {noun} occurred:\n" + "\n".join(f"\t* {reason}" for reason in reasons)


def completed(row: Resource, made: Made) -> Resource:
    """The row with what a provider made of it."""
    found = replace(
        row,
        id=made.id if row.custom else "",
        outputs=made.outputs,
        init_errors=made.init_errors,
    )
    return with_secret_outputs(found)
