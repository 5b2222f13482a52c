"""Where a value stands in the stack file, and what is wrong there.

Nothing here raises: a problem is noted and the reading goes on, so that one run tells all problems.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

_LONGEST = 120
"""Characters of a value that a message shows."""

_PART = 4
"""Least length of a word that is taken for a part of another."""


@dataclass(frozen=True)
class Reading:
    """One reading of one stack file."""

    file: str
    """Path of the file, from the project's root."""
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    """What `{project}` and `{stack}` stand for in defaults."""
    options: Mapping[str, Sequence[str]] = field(default_factory=dict[str, "Sequence[str]"])
    """Texts that are allowed in this run only, by the name that a `Choice` gives them."""
    secrets: Collection[str] = ()
    """Full names of the keys whose values, and those below them, are never shown."""
    problems: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """The path and the text of each problem."""

    def note(self, path: str, given: str, allowed: str, remedy: str) -> None:
        """Add a problem; `given` is a predicate such as `is "x"`."""
        text = f"{self.file}: {printable(path)} {given}; allowed: {allowed}; {remedy}"
        self.problems.append((path, text))


@dataclass(frozen=True)
class Place:
    """A place of the stack file, and the value there; None where there is none."""

    path: str
    """Its full name, such as `aks-entra:cluster.name`; `aks-entra:` for the file's root."""
    value: Any
    reading: Reading

    def child(self, key: str) -> Place:
        """The place of a key, whatever characters the key has."""
        joint = "" if self.path.endswith(":") else "."
        return replace(self, path=f"{self.path}{joint}{key}", value=self.mapping().get(key))

    def below(self, path: str) -> Place:
        """The place at the end of a path such as `apiServer.private`."""
        place = self
        for key in path.split("."):
            place = place.child(key)
        return place

    def element(self, index: int) -> Place:
        """The place of an element of a list that is there."""
        return replace(self, path=f"{self.path}[{index}]", value=self.value[index])

    def elements(self) -> list[Place]:
        """The places of the elements; none where there is no list."""
        return [self.element(index) for index in range(len(self.value))] if self.is_list else []

    def mapping(self) -> dict[str, Any]:
        """The value if it is a mapping; an empty one if not."""
        return cast("dict[str, Any]", self.value) if isinstance(self.value, dict) else {}

    @property
    def is_list(self) -> bool:
        """Whether a list is there."""
        return isinstance(self.value, list)

    @property
    def is_clean(self) -> bool:
        """Whether no problem was noted here or below."""
        below = (f"{self.path}.", f"{self.path}[")
        return not any(
            path == self.path or path.startswith(below) for path, _ in self.reading.problems
        )

    @property
    def is_hidden(self) -> bool:
        """Whether the value belongs to a secret."""
        return any(
            self.path == secret or self.path.startswith((f"{secret}.", f"{secret}["))
            for secret in self.reading.secrets
        )

    def refuse(self, allowed: str, remedy: str, given: str = "") -> None:
        """Note a problem here; `given` is a predicate, by default one that shows the value."""
        missing = "is missing" if self.value is None else f"is {self.shown(self.value)}"
        if self.is_hidden and self.value is not None:
            missing = "is a secret that does not fit"
        self.reading.note(self.path, given or missing, allowed, remedy)

    def shown(self, value: Any) -> str:
        """A value that may be given here, as a message shows it."""
        if self.is_hidden:
            return "a secret"
        text = printable(json.dumps(value, ensure_ascii=False, default=str))
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text)} characters)"

    def muted(self, value: Any) -> Place:
        """The same place with another value, and with problems that nobody hears of."""
        return replace(self, value=value, reading=replace(self.reading, problems=[]))


def printable(text: str) -> str:
    """`text` with what would move the cursor or hide other text spelled out."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def nearest(word: str, words: Iterable[str]) -> str:
    """The word that was probably meant; empty if none was."""
    plain = {_plain(known): known for known in words}
    meant = _plain(word)
    near = difflib.get_close_matches(meant, plain, n=1, cutoff=0.6) or [
        known
        for known in plain
        if min(len(known), len(meant)) >= _PART and (known in meant or meant in known)
    ]
    return plain[near[0]] if near else ""


def _plain(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "")
