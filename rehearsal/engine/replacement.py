"""Which dependents have to be replaced with a resource that is deleted before its replacement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rehearsal.engine import urns
from rehearsal.engine.graph import Graph
from rehearsal.engine.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Collection

    from rehearsal.engine.deployment import Deployment
    from rehearsal.engine.state import Resource


def dependents_to_replace(root: Resource, deployment: Deployment) -> list[Resource]:
    """The old rows that a change of `root` would replace, in the order of the state.

    The rules are those of pulumi/pulumi, `pkg/resource/deploy/step_generator.go`,
    calculateDependentReplacements.
    """
    doomed = {root.urn}
    found: list[Resource] = []
    for row in Graph(deployment.base.resources).later(root):
        if not row.delete and _is_replaced_with(row, doomed, deployment):
            doomed.add(row.urn)
            found.append(row)
    return found


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
    if not affected or urns.is_provider_type(row.type):
        return False
    inputs = {key: UNKNOWN if key in affected else value for key, value in row.inputs.items()}
    changed = replace(row, inputs=inputs, ignore_changes=())
    provider = deployment.registry.get(row.provider)
    return bool(provider.known and provider.diff(row, changed).replaces)
