"""Faults as data: the rules in force, kept in the store, and how often each did something.

Rules are tried in order; the first that acts decides what becomes of the request, and those after
it do not see it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Literal

from rehearsal.cloud.faults_rules import Rule, checked

if TYPE_CHECKING:
    from rehearsal.cloud.faults_rules import Effect
    from rehearsal.cloud.store import Json, Store
    from rehearsal.cloud.web import Request

_KIND, _KEY = "faults", "rules"


class Faults:
    """The faults of one local Azure; safe to use from several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        kept = store.get(_KIND, _KEY) or {"document": checked({}), "counts": []}
        self._take(kept["document"], kept["counts"])

    def lag(self, what: Literal["graph", "roleAssignments"]) -> float:
        """Seconds of eventual consistency now switched on; 0: none."""
        return float(self._document["lag"].get(what, 0))

    def replace(self, document: Any) -> None:
        """Take other rules instead; their counts begin at 0.

        Raises:
            FaultsError: they cannot be used; those in force stay.
        """
        taken = checked(document)
        with self._lock:
            self._keep(taken, [[0, 0] for _ in taken["rules"]])

    def add(self, document: Any) -> None:
        """Take more rules, tried after those in force; lag and seed replace the ones there are.

        Raises:
            FaultsError: they cannot be used; those in force stay as they are.
        """
        more = checked(document)
        with self._lock:
            old = self._document
            merged = {
                "seed": document.get("seed", old["seed"]),
                "lag": {**old["lag"], **more["lag"]},
                "rules": [*old["rules"], *more["rules"]],
            }
            self._keep(merged, [*self._counts, *([0, 0] for _ in more["rules"])])

    def describe(self) -> Json:
        """The document in force, each rule with `matched` and `acted`."""
        with self._lock:
            counted = [
                {**rule, "matched": matched, "acted": acted}
                for rule, (matched, acted) in zip(
                    self._document["rules"], self._counts, strict=True
                )
            ]
            return {**self._document, "rules": counted}

    def effect_on(self, request: Request) -> Effect | None:
        """What the rules do to this request, which has its operation's name; counts it."""
        with self._lock:
            for rule, count in zip(self._rules, self._counts, strict=True):
                if not rule.matches(request):
                    continue
                effect = rule.effect(*count)
                count[0] += 1
                count[1] += effect is not None
                self._save()
                if effect:
                    return effect
        return None

    def _keep(self, document: Json, counts: list[list[int]]) -> None:
        self._take(document, counts)
        self._save()

    def _take(self, document: Json, counts: list[list[int]]) -> None:
        self._document = document
        self._counts = counts
        self._rules = [
            Rule(rule, f"{document['seed']}/{index}")
            for index, rule in enumerate(document["rules"])
        ]

    def _save(self) -> None:
        self._store.put(_KIND, _KEY, {"document": self._document, "counts": self._counts})
