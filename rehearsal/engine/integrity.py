"""The rules every state keeps.

They are those of pulumi/pulumi, `pkg/resource/deploy/snapshot.go` (VerifyIntegrity); the real CLI
refuses to preview on a state that breaks one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.engine import urns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rehearsal.engine.state import Resource, Snapshot


class IntegrityError(Exception):
    """A state that breaks its rules; `problems` has a line for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


def verify(snapshot: Snapshot) -> None:
    """Check a state.

    Raises:
        IntegrityError: A row refers to one that is absent or later, a URN appears twice, or a row
            that is no custom resource has an id.
    """
    problems = list(find_problems(snapshot.resources))
    if problems:
        raise IntegrityError(problems)


def find_problems(resources: Sequence[Resource]) -> Iterator[str]:
    """A line for each broken rule, in the order of the rows."""
    everywhere = {row.urn for row in resources}
    seen: set[str] = set()
    live: set[str] = set()
    for row in resources:
        if not row.custom and row.id:
            yield f"{row.urn} is no custom resource, yet has the id '{row.id}'"
        if not urns.is_valid(row.urn):
            yield f"'{row.urn}' is no URN"
        for kind, target in _references(row):
            if target not in seen:
                where = "comes later" if target in everywhere else "is absent"
                yield f"{row.urn} refers to its {kind} {target}, which {where}"
        if not row.delete:
            if row.urn in live:
                yield f"{row.urn} appears twice"
            live.add(row.urn)
        seen.add(row.urn)


def _references(row: Resource) -> Iterator[tuple[str, str]]:
    """Kind and URN of each row that this one needs before it."""
    if row.provider:
        try:
            yield "provider", urns.split_reference(row.provider)[0]
        except urns.InvalidUrnError:
            yield "provider", row.provider
    if row.parent:
        yield "parent", row.parent
    for urn in row.dependencies:
        yield "dependency", urn
    for name, targets in row.property_dependencies.items():
        for urn in targets:
            yield f"dependency by '{name}'", urn
    if row.deleted_with:
        yield "deletedWith", row.deleted_with
