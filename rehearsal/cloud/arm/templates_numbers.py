"""The functions of ARM templates that calculate and compare.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-numeric
and `template-functions-comparison` beside it.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, cast

from rehearsal.cloud.arm.templates_language import TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable

_LARGEST = 2**63 - 1
_LONGEST_RANGE = 10_000


def _calculated(function: Callable[[int, int], int]) -> Callable[[int, int], int]:
    def result(one: int, other: int) -> int:
        try:
            found = function(one, other)
        except ZeroDivisionError:
            raise TemplateError("it divides by zero") from None
        if not -_LARGEST <= found <= _LARGEST:
            raise TemplateError("the result is too large")
        return found

    return result


def _quotient(one: int, other: int) -> int:
    found = abs(one) // abs(other)
    return found if (one < 0) == (other < 0) else -found


def _remainder(one: int, other: int) -> int:
    return one - other * _quotient(one, other)


def _compared(function: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def result(one: Any, other: Any) -> bool:
        if type(one) is not type(other) or type(one) not in {int, str}:
            raise TemplateError("the arguments have to be two integers or two strings")
        return function(one, other)

    return result


def _extreme(function: Callable[[list[int]], int]) -> Callable[..., int]:
    def result(*given: Any) -> int:
        alone = len(given) == 1 and isinstance(given[0], list)
        numbers = cast("list[Any]", given[0]) if alone else list(given)
        if not numbers or any(type(number) is not int for number in numbers):
            raise TemplateError("the arguments have to be integers, or one array of them")
        return function(numbers)

    return result


def _range(start: int, count: int) -> list[int]:
    if not 0 <= count <= _LONGEST_RANGE:
        raise TemplateError(f"the count has to be 0 to {_LONGEST_RANGE}")
    return list(range(start, start + count))


ROWS: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("add", "nn", _calculated(operator.add)),
    ("div", "nn", _calculated(_quotient)),
    ("greater", "xx", _compared(operator.gt)),
    ("greaterOrEquals", "xx", _compared(operator.ge)),
    ("less", "xx", _compared(operator.lt)),
    ("lessOrEquals", "xx", _compared(operator.le)),
    ("max", "x+", _extreme(max)),
    ("min", "x+", _extreme(min)),
    ("mod", "nn", _calculated(_remainder)),
    ("mul", "nn", _calculated(operator.mul)),
    ("range", "nn", _range),
    ("sub", "nn", _calculated(operator.sub)),
)
"""As the rows of `templates_functions`."""
