"""Makes the row of a goal: its URN, what it takes over from its parent, its provider."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rehearsal.engine.deployment import StepFailedError
from rehearsal.engine.state import Resource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rehearsal.engine.goal import Goal


def inherited(goal: Goal, parent: Goal | None) -> Goal:
    """The goal with what it does not say taken from its parent.

    The rules are those of pulumi/pulumi, `pkg/resource/deploy/source_eval.go`, inheritFromParent.
    """
    if parent is None:
        return goal
    provider = goal.provider
    if not provider and goal.custom and not goal.is_provider:
        provider = goal.providers.get(goal.package) or parent.providers.get(goal.package, "")
        if not provider and parent.custom and parent.package == goal.package:
            provider = parent.provider
    return replace(
        goal,
        provider=provider,
        providers=goal.providers if goal.custom else {**parent.providers, **goal.providers},
        protect=parent.protect if goal.protect is None else goal.protect,
        retain_on_delete=(
            parent.retain_on_delete if goal.retain_on_delete is None else goal.retain_on_delete
        ),
        deleted_with=goal.deleted_with or parent.deleted_with,
    )


def row_of(urn: str, goal: Goal, known: Mapping[str, object]) -> Resource:
    """The row of a goal, without id and outputs; `known` has the URNs it may refer to.

    Raises:
        StepFailedError: It refers to a resource that was not registered.
    """
    dependencies = tuple(found for found in goal.dependencies if found in known)
    if goal.parent and goal.parent not in known:
        raise StepFailedError(f"could not find parent resource {goal.parent}", urn)
    return Resource(
        urn=urn,
        type=goal.type,
        custom=goal.custom,
        inputs=goal.inputs,
        parent=goal.parent,
        protect=bool(goal.protect),
        dependencies=dependencies,
        provider=goal.provider if goal.custom and not goal.is_provider else "",
        property_dependencies=property_dependencies(goal, known),
        additional_secret_outputs=goal.additional_secret_outputs,
        custom_timeouts=goal.custom_timeouts,
        import_id=goal.import_id,
        retain_on_delete=bool(goal.retain_on_delete),
        deleted_with=goal.deleted_with,
        source_position=goal.source_position,
        ignore_changes=goal.ignore_changes,
        hide_diff=goal.hide_diff,
        replace_on_changes=goal.replace_on_changes,
    )


def property_dependencies(goal: Goal, known: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """The URNs by input; a program that tells none means that all inputs depend on all."""
    if not goal.property_dependencies and goal.dependencies and goal.custom:
        return dict.fromkeys(goal.inputs, tuple(u for u in goal.dependencies if u in known))
    return {
        key: tuple(found for found in targets if found in known)
        for key, targets in goal.property_dependencies.items()
    }
