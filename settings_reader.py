"""Reads the mappings of a stack file key by key and collects every problem on the way.

A reader never raises: it notes the problem and answers a placeholder, so that one run tells all
problems. It knows nothing of what the keys are for.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from settings_rules import Rule

_LEGACY = {"clientappid", "serverappid", "serverappsecret"}


@dataclass
class Problems:
    """What is wrong with one stack file."""

    file: str
    """Path of the file, from the project's root."""
    lines: list[str] = field(default_factory=list[str])
    """One text a problem: file, key, what was given, what is allowed, what to do."""

    def note(self, key: str, given: str, allowed: str, remedy: str) -> None:
        """Add a problem; `given` is a predicate such as `is "x"`."""
        self.lines.append(f"{self.file}: {key} {given}; allowed: {allowed}; {remedy}")


class Reader:
    """One mapping of the stack file: ask for each key that is allowed, then `finish`."""

    def __init__(
        self,
        path: str,
        value: Any,
        problems: Problems,
        *,
        secrets: Collection[str] = (),
        hidden: bool = False,
    ) -> None:
        """Read `value`, which stands at `path`.

        Values of the keys in `secrets` are never shown, no value at all if `hidden`.
        """
        self.path = path
        self.problems = problems
        self._secrets = secrets
        self._hidden = hidden
        self._known: set[str] = set()
        self._value: Mapping[str, Any] = {}
        if isinstance(value, dict):
            self._value = cast("dict[str, Any]", value)
        elif value is not None:
            problems.note(path, self._is(value), "a mapping of keys", "write keys below it")

    def key(self, key: str) -> str:
        """The full name of a key, such as `aks-entra:cluster.name`."""
        joint = "" if self.path.endswith(":") else "."
        return f"{self.path}{joint}{key}"

    def has(self, key: str) -> bool:
        """Whether the key is there with a value."""
        self._known.add(key)
        return self._value.get(key) is not None

    def note(self, key: str, allowed: str, remedy: str) -> None:
        """Add a problem with the value of a key."""
        value = self._value.get(key)
        given = "is missing" if value is None else self._is(value, key)
        self.problems.note(self.key(key), given, allowed, remedy)

    def text(self, key: str, rule: Rule, default: str | None = None) -> str:
        """A text of a kind; `default` where the key is not there, and None means that it must."""
        if not self.has(key):
            if default is None:
                self.note(key, rule.allowed, rule.remedy)
            return default or ""
        value = self._value[key]
        if isinstance(value, str) and rule.accepts(value):
            return value
        self.note(key, rule.allowed, rule.remedy)
        return ""

    def quantity(self, key: str, rule: Rule) -> str:
        """A text of a kind or a whole number, as text; empty where the key is not there."""
        value = self._value.get(key)
        if self.has(key) and isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return str(value)
        return self.text(key, rule, "")

    def choice(self, key: str, allowed: Sequence[str], default: str) -> str:
        """One of the texts of `allowed`."""
        if not self.has(key):
            return default
        value = self._value[key]
        if value in allowed:
            return str(value)
        near = _nearest(str(value), allowed)
        self.note(key, ", ".join(allowed), f'write "{near}"' if near else "write one of them")
        return default

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self._value.get(key)
        if not self.has(key):
            return default
        if not isinstance(value, bool):
            self.note(key, "true, false", "write one of them without quotes")
        return value is True

    def number(self, key: str, least: int, greatest: int, default: int) -> int:
        """A whole number between two others, both included."""
        value = self._value.get(key)
        if not self.has(key):
            return default
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= greatest:
            return value
        self.note(key, f"a whole number from {least} to {greatest}", "write such a number")
        return default

    def items(self, key: str, least: int = 0) -> list[Any]:
        """The elements of a list, at least so many; none where the key is not there."""
        value: Any = self._value[key] if self.has(key) else []
        if isinstance(value, list) and len(cast("list[Any]", value)) >= least:
            return cast("list[Any]", value)
        allowed = f"a list of at least {least}" if least else "a list"
        self.note(key, allowed, "write its elements below it, each after a hyphen")
        return []

    def texts(self, key: str, rule: Rule, least: int = 0) -> list[str]:
        """A list of texts of a kind, in which none is there twice."""
        kept: list[str] = []
        for index, value in enumerate(self.items(key, least)):
            at = f"{key}[{index}]"
            if not (isinstance(value, str) and rule.accepts(value)):
                self.problems.note(self.key(at), self._is(value, key), rule.allowed, rule.remedy)
            elif value in kept:
                self.problems.note(
                    self.key(at), self._is(value, key), "each value once", "delete it here"
                )
            else:
                kept.append(value)
        return kept

    def table(self, key: str) -> Reader:
        """The mapping at a key; an empty one where the key is not there."""
        self._known.add(key)
        return self._below(key, key, self._value.get(key))

    def tables(self, key: str, least: int = 0) -> list[Reader]:
        """The mappings of a list, at least so many; none where the key is not there."""
        return [
            self._below(key, f"{key}[{index}]", value)
            for index, value in enumerate(self.items(key, least))
        ]

    def names(self) -> Iterator[str]:
        """The keys that are there, where any is allowed."""
        for key in self._value:
            self._known.add(key)
            yield key

    def finish(self) -> None:
        """Note each key that nobody asked for, with the nearest that somebody did."""
        for key in self._value:
            if key.lower() in _LEGACY:
                self.problems.note(
                    self.key(key),
                    "belongs to the legacy Entra integration",
                    "nothing: Azure has retired it and this program makes managed clusters only",
                    "delete the key; move a legacy cluster with: az aks update --enable-aad "
                    "--aad-admin-group-object-ids GROUP_ID",
                )
            elif key not in self._known:
                near = _nearest(key, self._known)
                self.problems.note(
                    self.key(key),
                    "is not a known key",
                    ", ".join(sorted(self._known)),
                    f'did you mean "{near}"?' if near else "delete it",
                )

    def _below(self, key: str, at: str, value: Any) -> Reader:
        return Reader(self.key(at), value, self.problems, hidden=self._hides(key))

    def _hides(self, key: str) -> bool:
        return self._hidden or key in self._secrets

    def _is(self, value: Any, key: str = "") -> str:
        if self._hides(key):
            return "is a secret that does not fit"
        return f"is {json.dumps(value, ensure_ascii=False, default=str)}"


def _nearest(word: str, words: Collection[str]) -> str:
    by_lower = {known.lower(): known for known in words}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[near[0]] if near else ""
