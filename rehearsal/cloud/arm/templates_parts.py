"""The functions of ARM templates that take texts and arrays apart, and turn values into others.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-string
and `template-functions-array` beside it.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, cast

from rehearsal.cloud.arm.templates_language import TemplateError
from rehearsal.cloud.web import Request

if TYPE_CHECKING:
    from collections.abc import Callable

_FLAGS: dict[Any, bool] = {"true": True, "false": False, "1": True, "0": False}


def _index_of(given: str | list[Any], wanted: Any) -> int:
    """The first place, or -1; in a text without regard to case."""
    if isinstance(given, list):
        return next((n for n, each in enumerate(given) if _same(each, wanted)), -1)
    return given.lower().find(_text(wanted))


def _last_index_of(given: str | list[Any], wanted: Any) -> int:
    if isinstance(given, list):
        last = next((n for n, each in enumerate(reversed(given)) if _same(each, wanted)), None)
        return -1 if last is None else len(given) - 1 - last
    return given.lower().rfind(_text(wanted))


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise TemplateError("its argument 2 is of the wrong type")
    return given.lower()


def _json(given: str) -> Any:
    try:
        # As a request's body: without NaN, half a surrogate pair, thousands of levels.
        return Request("PUT", "", body=given.encode()).json()
    except ValueError:
        raise TemplateError("the argument is no JSON") from None


def _from_base64(given: str) -> str:
    try:
        return base64.b64decode(given, validate=True).decode()
    except ValueError:
        raise TemplateError("the argument is no base64 of a text") from None


def _bool(given: Any) -> bool:
    text = str(given).lower()
    if not isinstance(given, (str, int)) or text not in _FLAGS:
        raise TemplateError("the argument is neither true nor false")
    return _FLAGS[text]


def _array(given: Any) -> list[Any]:
    return cast("list[Any]", given) if isinstance(given, list) else [given]


def _to_base64(given: str) -> str:
    return base64.b64encode(given.encode()).decode()


def _json_of_base64(given: str) -> Any:
    return _json(_from_base64(given))


def _starts_with(given: str, start: str) -> bool:
    return given.lower().startswith(start.lower())


def _ends_with(given: str, end: str) -> bool:
    return given.lower().endswith(end.lower())


def _skip(given: str | list[Any], count: int) -> str | list[Any]:
    return given[max(count, 0) :]


def _take(given: str | list[Any], count: int) -> str | list[Any]:
    return given[: max(count, 0)]


ROWS: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("array", "x", _array),
    ("base64", "t", _to_base64),
    ("base64ToJson", "t", _json_of_base64),
    ("base64ToString", "t", _from_base64),
    ("bool", "x", _bool),
    ("endsWith", "tt", _ends_with),
    ("indexOf", "cx", _index_of),
    ("json", "t", _json),
    ("lastIndexOf", "cx", _last_index_of),
    ("skip", "cn", _skip),
    ("startsWith", "tt", _starts_with),
    ("take", "cn", _take),
    ("trim", "t", str.strip),
)
"""As the rows of `templates_functions`."""
