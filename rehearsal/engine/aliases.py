"""Aliases: the older URNs under which a resource may be in the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.engine import urns
from rehearsal.engine.deployment import StepFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rehearsal.engine.deployment import Deployment
    from rehearsal.engine.goal import Goal
    from rehearsal.engine.state import Resource


def candidates(goal: Goal, renamed_parent: str) -> Iterator[str]:
    """The older URNs of a goal: its own aliases, then those that follow from its parent's.

    Args:
        goal: The goal; its parent has its new URN.
        renamed_parent: The old URN of the parent, "" if it has kept its URN.
    """
    yield from goal.aliases
    if renamed_parent:
        yield _below(renamed_parent, goal.parent, goal.type, goal.name)
        for alias in goal.aliases:
            yield _below(renamed_parent, goal.parent, urns.type_of(alias), urns.name_of(alias))


def _below(old_parent: str, new_parent: str, type_token: str, name: str) -> str:
    """The URN of a child below the old parent; a name made from the parent's follows it."""
    new_name, old_name = urns.name_of(new_parent), urns.name_of(old_parent)
    if name.startswith(new_name):
        name = old_name + name.removeprefix(new_name)
    stack, project = urns.stack_of(old_parent), urns.project_of(old_parent)
    return urns.make(stack, project, old_parent, type_token, name)


def old_row(urn: str, goal: Goal, deployment: Deployment) -> Resource | None:
    """The row of the last run, found by the URN or by an alias.

    A row that is found by an alias moves to the new URN, and so do references to it.

    Raises:
        StepFailedError: Another resource of this run has the URN or the row already.
    """
    if urn in deployment.goals:
        message = f"Duplicate resource URN '{urn}'; try giving it a unique name"
        raise StepFailedError(message, urn)
    if urn in deployment.aliased:
        message = (
            f"Duplicate resource URN '{urn}': {deployment.aliased[urn]} has taken it over by an"
            " alias; give one of both another name, or drop the alias"
        )
        raise StepFailedError(message, urn)
    known = (urn, *candidates(goal, deployment.renamed.get(goal.parent, "")))
    found = next((one for one in known if one in deployment.olds), urn)
    if found != urn:
        _move(found, urn, goal, deployment)
    return deployment.olds.get(found)


def _move(alias: str, urn: str, goal: Goal, deployment: Deployment) -> None:
    claimant = alias if alias in deployment.goals else deployment.aliased.get(alias)
    if claimant is not None:
        message = (
            f"Duplicate resource alias '{alias}' of '{urn}': {claimant} has its row already; "
            "drop the alias, or give that resource another name"
        )
        raise StepFailedError(message, urn)
    deployment.aliased[alias] = urn
    deployment.renamed[urn] = alias
    if goal.is_provider:
        deployment.registry.rename(alias, urn)
    deployment.ledger.rename(alias, urn)
