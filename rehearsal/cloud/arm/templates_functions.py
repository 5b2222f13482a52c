"""The functions of ARM templates whose value follows from their arguments alone.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions; a
template that uses one that is not here is refused by its name.
"""

from __future__ import annotations

import json
import operator
import re
import uuid
from typing import TYPE_CHECKING, Any, cast

from rehearsal.cloud.arm import templates_numbers, templates_parts
from rehearsal.cloud.arm.templates_absent import is_absent
from rehearsal.cloud.arm.templates_hash import unique_string
from rehearsal.cloud.arm.templates_language import (
    SIZE_LIMIT,
    TemplateError,
    UnsupportedError,
    bounded,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.cloud.store import Json

# The namespace that the vendor's documentation of Bicep's `guid` tells.
_GUID_NAMESPACE = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{(\d{1,4})\}|[{}]")


def text(value: Any) -> str:
    """A value as a text, as `string` and `concat` write it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _check_room(times: int, inserted: str) -> None:
    """Refuse to put a text in so often that the result is larger than any template may be."""
    if times * len(inserted) > SIZE_LIMIT:
        raise TemplateError("the result is too large")


def _concat(*parts: Any) -> Any:
    if all(isinstance(part, list) for part in parts):
        return [element for part in parts for element in part]
    if any(isinstance(part, (list, dict)) for part in parts):
        raise TemplateError("the arguments have to be all strings or all arrays")
    return "".join(map(text, parts))


def _format(pattern: str, *values: Any) -> str:
    def filled(found: re.Match[str]) -> str:
        if found[0] in {"{{", "}}"}:
            return found[0][0]
        if found[1] is None:
            raise TemplateError("only placeholders such as {0} are known here")
        if int(found[1]) >= len(values):
            raise TemplateError(f"there is no value for {found[0]}")
        return texts[int(found[1])]

    texts = [text(value) for value in values]
    _check_room(pattern.count("{"), max(texts, key=len, default=""))
    return _PLACEHOLDER.sub(filled, pattern)


def _replace(given: str, old: str, new: str) -> str:
    _check_room(given.count(old), new)
    return given.replace(old, new) if old else given


def _join(given: list[Any], mark: str) -> str:
    _check_room(len(given), mark)
    return mark.join(map(text, given))


def _equal(one: Any, other: Any) -> bool:
    # As JSON, since True and 1 are the same to Python and not to a template.
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _object(*pairs: Any) -> Json:
    names, values = pairs[::2], pairs[1::2]
    if len(names) != len(values) or not all(isinstance(name, str) for name in names):
        raise TemplateError("the arguments have to be pairs of a name and a value")
    return dict(zip(names, values, strict=True))


def _split(given: str, delimiters: str | list[Any]) -> list[str]:
    marks = [delimiters] if isinstance(delimiters, str) else [text(each) for each in delimiters]
    known = [re.escape(mark) for mark in marks if mark]
    return re.split("|".join(known), given) if known else [given]


def _substring(given: str, start: int, length: int | None = None) -> str:
    end = len(given) if length is None else start + length
    if start < 0 or not start <= end <= len(given):
        raise TemplateError(
            "The index and length parameters must refer to a location within the string"
        )
    return given[start:end]


def _union(*parts: Any) -> Any:
    if all(isinstance(part, dict) for part in parts):
        merged: Json = {}
        for part in parts:
            for name, value in part.items():
                both = isinstance(value, dict) and isinstance(merged.get(name), dict)
                merged[name] = _union(merged[name], value) if both else value
        return merged
    if not all(isinstance(part, list) for part in parts):
        raise TemplateError("the arguments have to be all arrays or all objects")
    return list({json.dumps(each, sort_keys=True): each for each in _concat(*parts)}.values())


def _contains(container: Any, wanted: Any) -> bool:
    if isinstance(container, list):
        return any(_equal(each, wanted) for each in cast("list[Any]", container))
    if isinstance(container, dict):
        return text(wanted).lower() in {name.lower() for name in cast("Json", container)}
    return text(wanted) in container


def _end(position: int) -> Callable[[Any], Any]:
    def found(given: str | list[Any]) -> Any:
        return given[position] if given else ("" if isinstance(given, str) else None)

    return found


def _int(given: Any) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", text(given)):
        raise TemplateError("the argument is no whole number")
    return int(given)


def _guid(*parts: str) -> str:
    return str(uuid.uuid5(_GUID_NAMESPACE, "-".join(parts)))


# What an argument may be, by a letter.
_KINDS: dict[str, tuple[type, ...]] = {
    "t": (str,),
    "n": (int,),
    "f": (bool,),
    "l": (list,),
    "c": (str, list),
    "o": (str, list, dict),
    "e": (str, list, dict, type(None)),
    "x": (object,),
}
# Name as it is written, a letter for each argument (those after `|` may be left out, the one before
# `+` comes any number of times), and the function.
_ROWS: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("and", "f+", lambda *given: all(given)),
    ("coalesce", "x+", lambda *given: next((each for each in given if each is not None), None)),
    ("concat", "x+", _concat),
    ("contains", "ox", _contains),
    ("createArray", "|x+", lambda *given: list(given)),
    ("createObject", "|x+", _object),
    ("empty", "e", operator.not_),
    ("equals", "xx", _equal),
    ("false", "", lambda: False),
    ("first", "c", _end(0)),
    ("format", "t|x+", _format),
    ("guid", "t+", _guid),
    ("int", "x", _int),
    ("join", "lt", _join),
    ("last", "c", _end(-1)),
    ("length", "o", len),
    ("not", "f", operator.not_),
    ("null", "", lambda: None),
    ("or", "f+", lambda *given: any(given)),
    ("replace", "ttt", _replace),
    ("split", "tc", _split),
    ("string", "x", text),
    ("substring", "tn|n", _substring),
    ("toLower", "t", str.lower),
    ("toUpper", "t", str.upper),
    ("true", "", lambda: True),
    ("union", "o+", _union),
    ("uniqueString", "t+", lambda *given: unique_string("-".join(given))),
    *templates_numbers.ROWS,
    *templates_parts.ROWS,
)
_BY_NAME = {name.lower(): (name, takes, function) for name, takes, function in _ROWS}


def call(name: str, arguments: list[Any]) -> Any:
    """The value of a function, whose name is compared without case.

    Raises:
        TemplateError: there is no such function, or it does not take these arguments.
        UnsupportedError: Azure has the function.
    """
    if is_absent(name):
        raise UnsupportedError(f"template function '{name}'")
    if name.lower() not in _BY_NAME:
        raise TemplateError(
            f"The template function '{name}' is not valid. Please see"
            " https://aka.ms/arm-functions for usage details."
        )
    known, takes, function = _BY_NAME[name.lower()]
    try:
        _check(takes, bounded(arguments))
        return function(*arguments)
    except TemplateError as problem:
        message = f"Unable to evaluate template language function '{known}': {problem}."
        raise TemplateError(message) from None


def _check(takes: str, arguments: list[Any]) -> None:
    needed, _, rest = takes.rstrip("+").partition("|")
    letters = needed + rest
    if len(arguments) < len(needed) or (len(arguments) > len(letters) and takes[-1:] != "+"):
        expected = f"{len(needed)} or more" if takes[-1:] == "+" else str(len(letters))
        raise TemplateError(
            f"it requires {expected} argument(s) while {len(arguments)} were provided"
        )
    letters += letters[-1:] * (len(arguments) - len(letters))
    for position, (letter, given) in enumerate(zip(letters, arguments, strict=False), 1):
        allowed = _KINDS[letter]
        # A flag is a number to Python.
        if not isinstance(given, allowed) or (isinstance(given, bool) and letter == "n"):
            raise TemplateError(f"its argument {position} is of the wrong type")
