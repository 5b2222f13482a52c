"""The kinds of values that a key may have; `settings.keys` has the mappings of keys."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from settings.place import nearest

if TYPE_CHECKING:
    from settings.place import Place

_WRITE = "write such a text"
_QUOTE = "write it as a text, in quotes"


class Kind(Protocol):
    """What a value may be."""

    def read(self, place: Place) -> Any:
        """The value at a place; a problem noted and a stand-in if it is not of this kind."""
        ...


@dataclass(frozen=True)
class Text:
    """A text that a regular expression matches as a whole; never one with control characters."""

    pattern: str
    allowed: str
    remedy: str = _WRITE
    """What to do about another text."""
    numbers: bool = False
    """Whether a whole number may stand for the text of its digits."""

    def accepts(self, text: str) -> bool:
        """Whether the whole text is of this kind."""
        return text.strip().isprintable() and self.matches(text)

    def matches(self, text: str) -> bool:
        """Whether the regular expression matches the whole text."""
        return re.fullmatch(self.pattern, text) is not None

    def read(self, place: Place) -> str:
        """The text; empty if there is none of this kind."""
        value, remedy = place.value, self.remedy
        number = isinstance(value, (bool, int, float))
        if self.numbers and number and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and self.accepts(value):
            return value
        if isinstance(value, str) and not place.is_hidden:
            remedy = self.advice(value)
        elif number and not self.numbers:
            remedy = _QUOTE if remedy == _WRITE else f"{_QUOTE}; {remedy}"
        place.refuse(self.allowed, remedy)
        return ""

    def advice(self, text: str) -> str:
        """What to do about a text of another kind."""
        for near in (text.strip(), text.lower(), re.sub(r"\s", "", text.lower())):
            if near != text and self.accepts(near):
                return f'write "{near}"; {self.remedy}'
        return self.remedy


@dataclass(frozen=True)
class Choice:
    """One of some texts: `options`, or those that the run has under the name `known`."""

    options: tuple[str, ...] = ()
    known: str = ""

    def read(self, place: Place) -> str:
        """The option; the first one if another value is there."""
        options = self.options or tuple(place.reading.options[self.known])
        if isinstance(place.value, str) and place.value in options:
            return place.value
        near = "" if place.is_hidden else nearest(str(place.value), options)
        place.refuse(", ".join(options), f'write "{near}"' if near else "write one of them")
        return options[0]


@dataclass(frozen=True)
class Flag:
    """True or false."""

    allowed: str = "true, false"

    def read(self, place: Place) -> bool:
        """The flag; False if it is none."""
        if not isinstance(place.value, bool):
            place.refuse(self.allowed, "write one of them without quotes")
        return place.value is True


@dataclass(frozen=True)
class Number:
    """A whole number between two others, both included."""

    least: int
    greatest: int

    @property
    def allowed(self) -> str:
        """The range."""
        return f"a whole number from {self.least} to {self.greatest}"

    def read(self, place: Place) -> int:
        """The number; the least if it is none."""
        value = place.value
        if type(value) is int and self.least <= value <= self.greatest:
            return value
        place.refuse(self.allowed, "write such a number, without quotes")
        return self.least


@dataclass(frozen=True)
class Each:
    """A list of values of one kind, none of them twice."""

    kind: Kind
    least: int = 0
    most: int | None = None
    remedy: str = "write its elements below it, each after a hyphen"

    @property
    def allowed(self) -> str:
        """How many there may be."""
        if self.most:
            return f"a list of {self.least} to {self.most}"
        return f"a list of at least {self.least}" if self.least else "a list"

    def read(self, place: Place) -> list[Any]:
        """The elements, with stand-ins for those of another kind; none if there is no list."""
        places = place.elements()
        if not place.is_list or not self.least <= len(places) <= (self.most or len(places)):
            place.refuse(self.allowed, self.remedy)
            return []
        for index, each in enumerate(places):
            if each.value in place.value[:index]:
                each.refuse("each value once", "delete it here")
        return [self.kind.read(each) for each in places]


@dataclass(frozen=True)
class Named:
    """A mapping of freely chosen names to values of one kind."""

    name: Text
    kind: Kind
    most: int | None = None

    @property
    def allowed(self) -> str:
        """How many there may be."""
        return f"a mapping of at most {self.most} names" if self.most else "a mapping of names"

    def read(self, place: Place) -> dict[str, Any]:
        """The values by name; empty if there is no mapping."""
        names = list(place.mapping())
        if not isinstance(place.value, dict) or (self.most and len(names) > self.most):
            place.refuse(self.allowed, "write each name and its value below it")
            return {}
        for name in names:
            if not self.name.accepts(name):
                at = place.child(name)
                at.refuse(self.name.allowed, self.name.remedy, "has a bad name")
        return {name: self.kind.read(place.child(name)) for name in names}
