"""OData filters: the part of `$filter` that Graph answers for directory objects.

    filter  = both { "or" both }
    both    = one { "and" one }
    one     = "not" one | "(" filter ")" | function | any | comparison
    function= ("startswith" | "endswith") "(" property "," literal ")"
    any     = property "/any(" name ":" name "eq" literal ")"
    comparison = property ("eq" | "ne" | "ge" | "le" | "in") literal(s)

Text is compared without case, as Graph does; `ge` and `le` compare moments.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

Document = dict[str, Any]
Predicate = Callable[[Document], bool]
# A filter deeper than this is no filter that a client writes.
DEEPEST = 20

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<word>[A-Za-z_@][\w.@]*(?:/[\w.]+)*|[0-9a-fA-F-]{36}"
    r"|\d{4}-\d\d-\d\d(?:T[\d:.]+Z?)?|-?\d{1,18})"
    r"|(?P<mark>[(),:]))"
)
_LITERALS: dict[str, Any] = {"true": True, "false": False, "null": None}


class FilterError(Exception):
    """The filter cannot be read; the message says where."""


@dataclass(frozen=True)
class Filter:
    """A filter that was read."""

    fits: Predicate
    advanced: str
    """The operator for which Graph wants `ConsistencyLevel: eventual` and `$count=true`, or ""."""
    paths: tuple[str, ...]
    """The properties that it is about."""


def parse_filter(text: str) -> Filter:
    """Read a filter.

    Raises:
        FilterError: it is not of the form above.
    """
    reader = _Reader(_tokens(text))
    predicate = reader.either()
    if reader.peek() is not None:
        message = f"unexpected '{reader.peek()}'"
        raise FilterError(message)
    return Filter(predicate, reader.advanced, tuple(reader.paths))


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    position = 0
    while position < len(text.rstrip()):
        found = _TOKEN.match(text, position)
        if found is None:
            message = f"cannot read '{text[position:].strip()[:20]}'"
            raise FilterError(message)
        tokens.append(found.group().strip())
        position = found.end()
    return tokens


@dataclass
class _Reader:
    tokens: list[str]
    position: int = 0
    depth: int = 0
    advanced: str = ""
    paths: list[str] = field(default_factory=list[str])

    def peek(self) -> str | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def take(self) -> str:
        token = self.peek()
        if token is None:
            message = "it ends too early"
            raise FilterError(message)
        self.position += 1
        return token

    def expect(self, mark: str) -> None:
        token = self.take()
        if token.lower() != mark:
            message = f"expected '{mark}' where '{token}' is"
            raise FilterError(message)

    def is_next(self, word: str) -> bool:
        token = self.peek()
        return token is not None and token.lower() == word

    def either(self) -> Predicate:
        choices = [self.both()]
        while self.is_next("or"):
            self.take()
            choices.append(self.both())
        return lambda document: any(choice(document) for choice in choices)

    def both(self) -> Predicate:
        parts = [self.one()]
        while self.is_next("and"):
            self.take()
            parts.append(self.one())
        return lambda document: all(part(document) for part in parts)

    def one(self) -> Predicate:
        self.depth += 1
        if self.depth > DEEPEST:
            message = f"it is nested more than {DEEPEST} deep"
            raise FilterError(message)
        predicate = self.term()
        self.depth -= 1
        return predicate

    def term(self) -> Predicate:
        if self.is_next("("):
            self.take()
            inside = self.either()
            self.expect(")")
            return inside
        word = self.take()
        if word.lower() == "not":
            self.advanced = "not"
            inside = self.one()
            return lambda document: not inside(document)
        if word.lower() in ("startswith", "endswith"):
            return self.function(word.lower())
        if word.lower().endswith("/any"):
            return self.any_of(word[: -len("/any")])
        return self.comparison(word)

    def function(self, name: str) -> Predicate:
        self.expect("(")
        path = self.take()
        self.paths.append(path)
        self.expect(",")
        value = str(self.literal()).lower()
        self.expect(")")
        if name == "endswith":
            self.advanced = "endsWith"
            return lambda document: _text(document, path).endswith(value)
        return lambda document: _text(document, path).startswith(value)

    def any_of(self, path: str) -> Predicate:
        self.paths.append(path)
        self.expect("(")
        name = self.take()
        self.expect(":")
        self.expect(name.lower())
        self.expect("eq")
        value = _folded(self.literal())
        self.expect(")")

        def holds(document: Document) -> bool:
            values = _value(document, path)
            if not isinstance(values, list):
                return False
            return value in [_folded(each) for each in cast("list[Any]", values)]

        return holds

    def comparison(self, path: str) -> Predicate:
        self.paths.append(path)
        operator = self.take().lower()
        if operator == "in":
            self.expect("(")
            values = [_folded(self.literal())]
            while self.is_next(","):
                self.take()
                values.append(_folded(self.literal()))
            self.expect(")")
            return lambda document: _folded(_value(document, path)) in values
        if operator in ("ge", "le") and path.lower().endswith("datetime"):
            moment = str(self.literal()).lower()
            if operator == "ge":
                return lambda document: _text(document, path) >= moment
            return lambda document: "" < _text(document, path) <= moment
        if operator not in ("eq", "ne"):
            message = f"the operator '{operator}' is not supported"
            raise FilterError(message)
        value = _folded(self.literal())
        if operator == "eq":
            return lambda document: _folded(_value(document, path)) == value
        self.advanced = "ne"
        return lambda document: _folded(_value(document, path)) != value

    def literal(self) -> Any:
        token = self.take()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token.lower() in _LITERALS:
            return _LITERALS[token.lower()]
        return int(token) if re.fullmatch(r"-?\d+", token) else token


def _value(document: Document, path: str) -> Any:
    found: Any = document
    for name in path.split("/"):
        found = cast("Document", found).get(name) if isinstance(found, dict) else None
    return found


def _text(document: Document, path: str) -> str:
    return str(_value(document, path) or "").lower()


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value
