"""The `$filter` of the lists of roles and role assignments: terms joined by `and`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from rehearsal.cloud.arm import errors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")


def filter_test(
    expression: str, terms: Mapping[str, Callable[[str], Callable[[T], bool]]]
) -> Callable[[T], bool]:
    """The test that an expression asks for; an empty one lets everything pass.

    Args:
        expression: As the client sent it.
        terms: By the beginning of each term (`roleName eq`, `assignedTo()`), what makes its test
            of the value it has, quotes taken off.

    Raises:
        CloudError: 400 UnsupportedQuery, a term is none of these.
    """
    given = re.split(r"\s+and\s+", expression.strip(), flags=re.IGNORECASE)
    tests = [_test(term, terms) for term in given if term]
    return lambda row: all(test(row) for test in tests)


def _test(
    term: str, terms: Mapping[str, Callable[[str], Callable[[T], bool]]]
) -> Callable[[T], bool]:
    found = re.fullmatch(r"(?:(\w+\()'?([^']*?)'?(\))|(\w+\s+eq)\s+'?([^']*)'?)", term)
    if found:
        name = "".join(found.group(1, 3)) if found[1] else " ".join(found[4].split())
        for known, make in terms.items():
            if known.lower() == name.lower():
                return make((found[2] if found[1] else found[5]) or "")
    allowed = ", ".join(terms)
    raise errors.arm_error(
        400, "UnsupportedQuery", f"The filter '{term}' is not supported. Supported are {allowed}."
    )
