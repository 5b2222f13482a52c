"""Decides on the steps of one registration: finds the old row, asks Check, policies and Diff.

Runs for one registration at a time (the caller holds the lock), in the order of pulumi/pulumi,
`pkg/resource/deploy/step_generator.go`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rehearsal.engine import paths, steps, urns
from rehearsal.engine.aliases import old_row
from rehearsal.engine.deployment import StepFailedError, StoppedError
from rehearsal.engine.importing import Importer
from rehearsal.engine.provider import new_seed
from rehearsal.engine.refusal import refusal_of
from rehearsal.engine.replacement import dependent_deletes
from rehearsal.engine.rowmaking import row_of
from rehearsal.engine.stepping import Step

if TYPE_CHECKING:
    from rehearsal.engine.deployment import Deployment
    from rehearsal.engine.execute import Executor
    from rehearsal.engine.goal import Goal
    from rehearsal.engine.state import Resource
    from rehearsal.engine.values import Properties


class Planner:
    """Makes steps of goals."""

    def __init__(self, deployment: Deployment, executor: Executor) -> None:
        self._deployment = deployment
        self._executor = executor
        self._importer = Importer(deployment, executor)

    def steps(self, urn: str, goal: Goal) -> list[Step]:
        """The steps of a registration, to be carried out one after the other.

        Raises:
            StepFailedError: The goal cannot be reached.
            StoppedError: Its inputs are refused, which was told.
            PolicyStopError: A mandatory policy forbids it.
        """
        deployment = self._deployment
        row = row_of(urn, goal, deployment.goals)
        old = old_row(urn, goal, deployment)
        deployment.goals[urn] = goal
        deleted = urn in deployment.deleted_first
        deployment.deleted_first.discard(urn)
        imported = self._importer.imported(row, old, goal, deleted=deleted)
        if imported is not None:
            old = imported
        seed = new_seed()
        olds: Properties = {}
        if old is not None and not deleted and not old.external:
            row, olds = self._ignoring(row, old), old.inputs
        row, is_mended = self._accepted(row, olds, goal, seed)
        decision = steps.without_diff(old, deleted=deleted)
        if old is None or decision is not None:
            return self._fresh(urn, old, row, decision or steps.Create())
        options = steps.Options(
            custom=goal.custom,
            protect=row.protect,
            delete_before_replace=goal.delete_before_replace,
            replace_on_changes=goal.replace_on_changes,
            import_id=goal.import_id,
        )
        found = self._allowed(steps.with_diff(old, options, self._diff(old, row)), urn)
        if not goal.custom and not is_mended:
            # What a component ignores is only left out of the comparison.
            row = replace(row, inputs=goal.inputs)
        if isinstance(found, steps.Replace):
            row, refusal = self._check(replace(row, inputs=goal.inputs), {}, seed)
            if refusal:
                raise StepFailedError(refusal, urn)
            return self._replacing(urn, old, row, found)
        if isinstance(found, steps.Update):
            return [Step("update", urn, old, row, found.diff)]
        if imported is not None:
            return [Step("same", urn, old, imported, counted=False)]
        return [Step("same", urn, old, row)]

    # --- before the decision -----------------------------------------------------------------

    def _ignoring(self, row: Resource, old: Resource) -> Resource:
        """The row with what its options ignore as it was."""
        if not row.ignore_changes:
            return row
        inputs, failed = paths.reset(row.inputs, old.inputs, row.ignore_changes)
        if failed:
            message = (
                "cannot ignore changes where elements were added or removed, at the path"
                f"{'s' if len(failed) > 1 else ''} {', '.join(failed)}"
            )
            self._deployment.report.tell("info", message, row.urn)
        return replace(row, inputs=inputs)

    def _accepted(
        self, row: Resource, olds: Properties, goal: Goal, seed: bytes
    ) -> tuple[Resource, bool]:
        """The row as provider and policies take it, and whether a policy changed it.

        Raises:
            StoppedError: The provider refuses the inputs, which was told.
            PolicyStopError: A mandatory policy forbids it.
        """
        row, refusal = self._check(row, olds, seed)
        if refusal:
            # The policies judge it all the same, so that both are seen at once.
            self._deployment.report.error(refusal, row.urn)
        inputs = self._deployment.judge.inspect(
            row, self._provider_row(row), delete_first=goal.delete_before_replace
        )
        if refusal:
            raise StoppedError("the provider refuses the inputs")
        return replace(row, inputs=inputs), inputs is not row.inputs

    def _check(self, row: Resource, olds: Properties, seed: bytes) -> tuple[Resource, str]:
        """The row with the inputs as its provider takes them, and what it says against them.

        Args:
            row: The row with the inputs that the program gives.
            olds: The inputs of the last run, if they are still those of anything.
            seed: What a provider makes random names from.
        """
        if not row.custom:
            return row, ""
        if urns.is_provider_type(row.type):
            checked = self._deployment.registry.check(row.urn, olds, row.inputs)
        else:
            provider = self._executor.provider_of(row)
            checked = provider.check(row.urn, olds, row.inputs, seed)
        refusal = refusal_of(row, checked) if checked.failures else ""
        return replace(row, inputs=checked.inputs), refusal

    def _provider_row(self, row: Resource) -> Resource | None:
        if not row.provider:
            return None
        return self._deployment.news.get(urns.split_reference(row.provider)[0])

    def _diff(self, old: Resource, row: Resource) -> steps.Diff:
        """What changes, and whether that needs a replacement."""
        deployment = self._deployment
        if not row.custom:
            return steps.compared(old.inputs, row.inputs, sees_secrets=True)
        if row.deleted_with and row.deleted_with in deployment.replaced:
            return steps.Diff("some", replaces=("deletedWith",))
        if urns.is_provider_type(row.type):
            return deployment.registry.diff(old, row)
        provider = self._executor.provider_of(row)
        if self._is_moved(old, row):
            return steps.Diff("some", replaces=("provider",))
        if not provider.known:
            message = (
                "The provider for this resource has inputs that are not known during preview.\n"
                "This preview may not correctly represent the changes that will be applied"
                " during an update."
            )
            deployment.report.tell("warning", message, row.urn)
            return steps.Diff("some")
        return steps.settled(provider.diff(old, row), old.inputs, row.inputs)

    def _is_moved(self, old: Resource, row: Resource) -> bool:
        """Whether the resource has another provider, one that cannot go on with it."""
        if not old.provider:
            return True
        old_urn, new_urn = (urns.split_reference(one.provider)[0] for one in (old, row))
        if self._deployment.aliased.get(old_urn) == new_urn:
            return False
        return self._deployment.registry.needs_replacement(old.provider, row.provider)

    # --- the steps of a decision -------------------------------------------------------------

    def _fresh(
        self, urn: str, old: Resource | None, row: Resource, decision: steps.Create
    ) -> list[Step]:
        if not decision.replaces:
            return [Step("create", urn, None, row)]
        create = Step("create-replacement", urn, old, row, keep_old=decision.keep_old)
        replaced = Step("replace", urn, old, row)
        if decision.keep_old:
            return [create, replaced]
        self._deployment.replaced.add(urn)
        return [replaced, create]

    def _allowed(self, decision: steps.Decision, urn: str) -> steps.Decision:
        """The decision, or what a preview shows in place of a refused one.

        Raises:
            StepFailedError: It is refused, and this is no preview.
        """
        if not isinstance(decision, steps.Refuse):
            return decision
        if not self._deployment.dry_run:
            raise StepFailedError(decision.message, urn)
        report = self._deployment.report
        if decision.is_error_in_preview:
            report.error(decision.message, urn)
        else:
            report.tell("warning", decision.message, urn)
        return decision.instead

    def _replacing(
        self, urn: str, old: Resource, row: Resource, decision: steps.Replace
    ) -> list[Step]:
        deployment = self._deployment
        deployment.replaced.add(urn)
        replaced = Step("replace", urn, old, row, decision.diff)
        if not decision.delete_first:
            create = Step("create-replacement", urn, old, row, decision.diff, keep_old=True)
            return [create, replaced]
        deletes = dependent_deletes(urn, old, deployment)
        if old.provider:
            deployment.registry.get(old.provider)
        if not old.pending_replacement:
            deployment.deleted_first.add(old.urn)
            deletes.append(Step("delete-replaced", old.urn, old, before=True))
        return [*deletes, replaced, Step("create-replacement", urn, old, row, decision.diff)]
