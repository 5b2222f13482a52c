"""The expressions of ARM templates, such as `[concat('a', parameters('b')[0].c)]`.

Syntax: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions.
What a function gives is no matter of this module.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.cloud.store import Json

# Azure's limits, and how deep calls may be nested, of which nothing is published:
# https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices
_EXPRESSION_LIMIT = 24_576
SIZE_LIMIT = 4 * 1024 * 1024
_DEPTH_LIMIT = 60
_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|-?\d+|\w+|[][(),.])")


class TemplateError(Exception):
    """A template, or a value given to it, that is wrong; the text is what a client reads."""

    def about(self, part: str) -> TemplateError:
        """The same, where `part` says which part of the template it is about."""
        return TemplateError(f"{part} is not valid: {self}")


class UnsupportedError(TemplateError):
    """Something that Azure takes, and the local Azure does not have."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The local Azure has no {what}; docs/fidelity.md says what it has.")

    def about(self, part: str) -> TemplateError:  # noqa: ARG002 -- it names itself already
        """The same."""
        return self


UNKNOWN: Final = cast("Any", object())
"""Stands for a value that only the deployment will tell, such as what `reference` gives."""


@dataclass(frozen=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Member:
    """`of.key` and `of[key]`."""

    of: Expression
    key: Expression


Expression: TypeAlias = "str | int | Call | Member"
"""A parsed expression; texts and numbers stand for themselves."""
Functions: TypeAlias = "Callable[[Call], Any]"
"""Gives the value of a call, whose arguments are not evaluated yet."""


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._depth = 0
        self._tokens: list[str] = []
        position, end = 0, len(text.rstrip())
        while position < end:
            found = _TOKEN.match(text, position)
            if found is None:
                raise self.wrong(f"unexpected '{text[position]}' at position '{position}'")
            self._tokens.append(found[1])
            position = found.end()
        self._tokens.append("")
        self._tokens.reverse()

    def wrong(self, problem: str) -> TemplateError:
        shown = self._text if len(self._text) < 300 else f"{self._text[:300]}..."  # noqa: PLR2004
        return TemplateError(f"The language expression '{shown}' is not valid: {problem}.")

    def whole(self) -> Expression:
        found = self._expression()
        self._expect("")
        return found

    def _expect(self, token: str) -> None:
        given = self._tokens.pop()
        if given != token:
            expected = f"expected '{token}'" if token else "expected its end"
            raise self.wrong(f"{expected}, found '{given}'")

    def _expression(self) -> Expression:
        self._depth += 1
        if self._depth > _DEPTH_LIMIT:
            raise self.wrong("it is nested too deeply")
        found = self._start()
        while self._tokens[-1] in {".", "["}:
            found = Member(found, self._key())
        self._depth -= 1
        return found

    def _start(self) -> Expression:
        token = self._tokens.pop()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if re.fullmatch(r"-?[0-9]{1,18}", token):
            return int(token)
        if not re.fullmatch(r"[A-Za-z_]\w*", token):
            raise self.wrong(f"unexpected '{token}'")
        while self._tokens[-1] == ".":
            # A function of the template's own stands in a namespace.
            self._tokens.pop()
            token = f"{token}.{self._tokens.pop()}"
        self._expect("(")
        arguments: list[Expression] = []
        while self._tokens[-1] != ")":
            if arguments:
                self._expect(",")
            arguments.append(self._expression())
        self._expect(")")
        return Call(token, tuple(arguments))

    def _key(self) -> Expression:
        if self._tokens.pop() == ".":
            name = self._tokens.pop()
            if not re.fullmatch(r"[A-Za-z_]\w*", name):
                raise self.wrong(f"unexpected '{name}' after a dot")
            return name
        found = self._expression()
        self._expect("]")
        return found


def evaluate(expression: Expression, functions: Functions) -> Any:
    """The value of an expression.

    Raises:
        TemplateError: it has none.
    """
    if isinstance(expression, Call):
        return bounded(functions(expression))
    if isinstance(expression, Member):
        key = evaluate(expression.key, functions)
        return _member(evaluate(expression.of, functions), key)
    return expression


def value_of(raw: Any, functions: Functions) -> Any:
    """A value of a template with all expressions in it evaluated, those in names included.

    A text is an expression if it stands in brackets; `[[` stands for a bracket that begins a text.

    Raises:
        TemplateError: an expression is malformed, or has no value.
    """
    if isinstance(raw, dict):
        members = cast("Json", raw)
        return {
            _name(value_of(key, functions)): value_of(member, functions)
            for key, member in members.items()
        }
    if isinstance(raw, list):
        return [value_of(element, functions) for element in cast("list[Any]", raw)]
    if not isinstance(raw, str) or not (raw.startswith("[") and raw.endswith("]")):
        return raw
    if raw.startswith("[["):
        return raw[1:]
    if len(raw) > _EXPRESSION_LIMIT:
        raise TemplateError(f"The language expression has more than {_EXPRESSION_LIMIT} characters")
    return evaluate(_Parser(raw[1:-1]).whole(), functions)


def _name(value: Any) -> Any:
    if value is not UNKNOWN and not isinstance(value, str):
        raise TemplateError("The name of a property has to be a string.")
    return value


def _member(value: Any, key: Any) -> Any:
    """An element of an array, or a property of an object, whose name is compared without case."""
    if value is UNKNOWN or key is UNKNOWN:
        return UNKNOWN
    if isinstance(value, list) and isinstance(key, int):
        elements = cast("list[Any]", value)
        if not 0 <= key < len(elements):
            raise TemplateError(
                f"The language expression property array index '{key}' is out of bounds."
            )
        return elements[key]
    if not isinstance(value, dict) or not isinstance(key, str):
        raise TemplateError(f"The language expression property '{key}' can't be evaluated.")
    members = cast("Json", value)
    for name, member in members.items():
        if name.lower() == key.lower():
            return member
    raise TemplateError(
        f"The language expression property '{key}' doesn't exist, available properties are"
        f" '{', '.join(members)}'."
    )


def bounded(value: Any) -> Any:
    """The value, if it is not larger than a template may become.

    Raises:
        TemplateError: it is.
    """
    left, waiting = SIZE_LIMIT, [value]
    while waiting:
        each: Any = waiting.pop()
        left -= 1 + (len(each) if isinstance(each, str) else 0)
        if left < 0:
            raise TemplateError("The template is larger than 4 MB once it is evaluated.")
        if isinstance(each, dict):
            members = cast("Json", each)
            waiting.extend(members)
            waiting.extend(members.values())
        elif isinstance(each, list):
            waiting.extend(cast("list[Any]", each))
    return value
