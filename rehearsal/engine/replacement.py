"""Which dependents have to be replaced with a resource that is deleted before its replacement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rehearsal.engine import urns
from rehearsal.engine.deployment import StepFailedError
from rehearsal.engine.stepping import Step
from rehearsal.engine.steps import NO_DIFF, replaced_on_changes, settled
from rehearsal.engine.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rehearsal.engine.deployment import Deployment
    from rehearsal.engine.state import Resource
    from rehearsal.engine.steps import Diff


def dependent_deletes(urn: str, old: Resource, deployment: Deployment) -> list[Step]:
    """The steps that delete what cannot outlive the old row of `urn`, the last first.

    Raises:
        StepFailedError: One of it is protected; nothing is to be deleted then.
        ProviderError: A provider that has to be asked fails.
    """
    deletes: list[Step] = []
    for row in reversed(_dependents(old, deployment)):
        if row.delete:
            deployment.deleted.add(id(row))
            deletes.append(Step("delete", row.urn, row))
            continue
        if row.protect:
            message = (
                f'unable to replace resource "{row.urn}" as part of replacing "{urn}" as it '
                "is currently marked for protection. To unprotect the resource, remove the "
                "`protect` flag from it in your Pulumi program and run `up`, then try again"
            )
            raise StepFailedError(message, urn)
        deployment.deleted_first.add(row.urn)
        deletes.append(Step("delete-replaced", row.urn, row, before=True))
    return deletes


def _dependents(root: Resource, deployment: Deployment) -> list[Resource]:
    """The old rows that a change of `root` would replace, in the order of the state.

    The rules are those of pulumi/pulumi, `pkg/resource/deploy/step_generator.go`,
    calculateDependentReplacements and findDependentCascadeReplacements. What this run has
    registered before `root` cannot depend on it any more, whatever it did in the last run.
    """
    doomed = {root.urn}
    found: list[Resource] = []
    for row in _later(root, deployment):
        if row.urn in deployment.goals or row.urn in deployment.aliased:
            continue
        if id(row) in deployment.deleted or (
            row.urn in deployment.deleted_first and not row.delete
        ):
            doomed.add(row.urn)
        elif row.deleted_with == root.urn or _is_replaced_with(row, doomed, deployment):
            doomed.add(row.urn)
            found.append(row)
    return found


def _later(root: Resource, deployment: Deployment) -> Iterator[Resource]:
    """The old rows after a row: all that can depend on it."""
    rows = iter(deployment.base.resources)
    for row in rows:
        if row is root:
            break
    return rows


def _is_replaced_with(row: Resource, doomed: Collection[str], deployment: Deployment) -> bool:
    if not row.custom or row.external:
        return False
    if row.provider and urns.split_reference(row.provider)[0] in doomed:
        return True
    if row.deleted_with in doomed:
        return True
    affected = {
        key
        for key, targets in row.property_dependencies.items()
        if key in row.inputs and any(target in doomed for target in targets)
    }
    if not affected:
        return False
    inputs = {key: UNKNOWN if key in affected else value for key, value in row.inputs.items()}
    diff = _diff(row, replace(row, inputs=inputs), deployment)
    return replaced_on_changes(diff, row.replace_on_changes, failed=False).is_replace


def _diff(row: Resource, changed: Resource, deployment: Deployment) -> Diff:
    registry = deployment.registry
    if urns.is_provider_type(row.type):
        provider = registry.get(urns.reference(row.urn, row.id))
        answer = provider.diff_config(row.urn, row, changed.inputs, row.ignore_changes)
        return answer or NO_DIFF
    provider = registry.get(row.provider)
    if not provider.known:
        return NO_DIFF
    return settled(provider.diff(row, changed), row.inputs, changed.inputs)
