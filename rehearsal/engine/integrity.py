"""The rules every state keeps.

They are those of pulumi/pulumi, `pkg/resource/deploy/snapshot.go` (VerifyIntegrity); the real CLI
refuses to preview on a state that breaks one.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rehearsal.engine import urns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rehearsal.engine.state import Resource, Snapshot


_PROBLEMS_SHOWN = 3


class IntegrityError(Exception):
    """A state that breaks its rules; `problems` has a line for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        more = len(problems) - _PROBLEMS_SHOWN
        shown = [*problems[:_PROBLEMS_SHOWN], *([f"and {more} more"] if more > 0 else [])]
        super().__init__("; ".join(shown))
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


class Watch:
    """The rules of a state that changes, at a cost for each change that is that of the change.

    Old rows keep the order in which they were read, and so each other; new rows, which stand before
    them, are added one by one.
    """

    def __init__(self, old: Iterable[Resource]) -> None:
        self._new: Counter[str] = Counter()
        self._rows: Counter[str] = Counter()
        self._live: Counter[str] = Counter()
        self._needed: Counter[str] = Counter()
        self._absent: set[str] = set()
        self._doubled: set[str] = set()
        self._early: dict[int, str] = {}
        for row in old:
            self._count(row, 1)

    def add(self, row: Resource) -> None:
        """A row was added behind the new ones."""
        self._note_early(row)
        self._new[row.urn] += 1
        self._count(row, 1)

    def swap(self, row: Resource, replacement: Resource | None, *, is_new: bool) -> None:
        """A row gave its place to another one, or to none."""
        was_early = self._early.pop(id(row), None) is not None
        if replacement is not None:
            self._count(replacement, 1)
            if was_early:
                self._note_early(replacement)
        self._count(row, -1)
        if is_new:
            self._new[row.urn] -= 1
            if replacement is not None:
                self._new[replacement.urn] += 1

    def check(self) -> None:
        """Check the state as it is now.

        Raises:
            IntegrityError: It breaks a rule of `verify`.
        """
        problems = [
            *self._early.values(),
            *(f"a row refers to {urn}, which is absent" for urn in sorted(self._absent)),
            *(f"{urn} appears twice" for urn in sorted(self._doubled)),
        ]
        if problems:
            raise IntegrityError(problems)

    def _note_early(self, row: Resource) -> None:
        for kind, target in _references(row):
            if not self._new[target]:
                self._early[id(row)] = (
                    f"{row.urn} refers to its {kind} {target}, which is not there before it"
                )

    def _count(self, row: Resource, by: int) -> None:
        self._rows[row.urn] += by
        if not row.delete:
            self._live[row.urn] += by
            _keep(self._doubled, row.urn, wanted=self._live[row.urn] > 1)
        targets = [target for _, target in _references(row)]
        self._needed.update(dict.fromkeys(targets, by))
        for urn in (row.urn, *targets):
            _keep(self._absent, urn, wanted=self._needed[urn] > 0 and not self._rows[urn])


def _keep(urns: set[str], urn: str, *, wanted: bool) -> None:
    if wanted:
        urns.add(urn)
    else:
        urns.discard(urn)


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
