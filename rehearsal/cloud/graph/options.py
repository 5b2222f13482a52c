"""Query options of a request: `$filter`, `$search`, `$orderby`, `$top`, `$expand` and their kin.

What needs `ConsistencyLevel: eventual` and `$count=true`, and the words of the refusals:
https://learn.microsoft.com/graph/aad-advanced-queries.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rehearsal.cloud.graph.filters import FilterError, Predicate, parse_filter

if TYPE_CHECKING:
    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.store import Json

DEFAULT_PAGE = 100
LARGEST_PAGE = 999
OPTIONS = frozenset(
    {"$filter", "$select", "$top", "$skiptoken", "$count", "$orderby", "$search", "$expand"}
)
PLAIN_ORDERS = frozenset({"displayname", "userprincipalname"})
ADVANCED_ORDERS = frozenset({"createddatetime", "deleteddatetime"})
# `"displayName:text"`; clauses are joined by AND and OR, AND first.
_CLAUSE = re.compile(r'\s*"(?P<name>\w+):(?P<text>(?:[^"\\]|\\.)*)"\s*(?P<join>AND|OR|$)')
_EXPANSION = re.compile(r"\s*(?P<name>\w+)\s*(?:\(\s*\$select=(?P<select>[\w.,\s]+)\))?\s*(?:,|$)")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Expansion:
    """A relationship to show within each object."""

    name: str
    select: frozenset[str]


@dataclass(frozen=True)
class Options:
    """What a request asks of a collection or of an object."""

    fits: Predicate
    order: tuple[str, bool] | None
    """Property in lower case, and whether it descends."""
    skip: int
    top: int
    select: frozenset[str]
    """Names in lower case; none is the default set."""
    expand: tuple[Expansion, ...]
    count: bool


def read_options(call: Call) -> Options:
    """The request's options.

    Raises:
        CloudError: 400, one that cannot be read or obeyed.
    """
    query = call.request.query
    for name in query:
        if name.startswith("$") and name not in OPTIONS:
            allowed = ", ".join(sorted(OPTIONS))
            raise call.refuse.unsupported(
                f"The local Azure has no query option '{name}': {allowed}."
            )
    eventual = call.request.headers.get("consistencylevel", "").lower() == "eventual"
    counted = eventual and query.get("$count", "").lower() == "true"
    kept, found = _filter(call, advanced=counted), _search(call, eventual=eventual)
    return Options(
        fits=lambda document: kept(document) and found(document),
        order=_order(call, advanced=counted),
        skip=_skip(call),
        top=_top(call),
        select=names_in(query.get("$select", "")),
        expand=_expand(call),
        count=counted,
    )


def names_in(text: str) -> frozenset[str]:
    """Names between commas, in lower case."""
    return frozenset(name.strip().lower() for name in text.split(",") if name.strip())


def _anything(_document: Json) -> bool:
    return True


def _filter(call: Call, *, advanced: bool) -> Predicate:
    text = call.request.query.get("$filter")
    if not text:
        return _anything
    try:
        wanted = parse_filter(text)
    except FilterError as error:
        raise call.refuse.bad(f"Invalid filter clause: {error}.") from None
    if wanted.advanced and not advanced:
        raise call.refuse.unsupported(
            f"Operator '{wanted.advanced}' is not supported because the required parameters might"
            " be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual"
            " header. Refer to https://aka.ms/graph-docs/advanced-queries for more information"
        )
    return wanted.fits


def _search(call: Call, *, eventual: bool) -> Predicate:
    text = call.request.query.get("$search")
    if text is None:
        return _anything
    if not eventual:
        raise call.refuse.unsupported(
            "Request with $search query parameter only works through MSGraph with a special"
            " request header: 'ConsistencyLevel: eventual'"
        )
    choices: list[list[tuple[str, str]]] = [[]]
    position, more = 0, True
    while more:
        clause = _CLAUSE.match(text, position)
        if clause is None:
            raise call.refuse.bad(
                f'Syntax error in $search at position {position}: expected "property:text".'
            )
        choices[-1].append((clause["name"], clause["text"].lower()))
        if clause["join"] == "OR":
            choices.append([])
        position, more = clause.end(), bool(clause["join"])
    return lambda document: any(
        all(_has_words(document, name, wanted) for name, wanted in choice) for choice in choices
    )


def _has_words(document: Json, name: str, text: str) -> bool:
    """Whether the property has, for each word of the text, a word that starts so."""
    words = _WORD.findall(str(document.get(name) or "").lower())
    wanted = _WORD.findall(text)
    return bool(wanted) and all(any(word.startswith(each) for word in words) for each in wanted)


def _order(call: Call, *, advanced: bool) -> tuple[str, bool] | None:
    text = call.request.query.get("$orderby", "").strip().lower()
    if not text:
        return None
    name, _, direction = text.partition(" ")
    if direction.strip() not in ("", "asc", "desc"):
        raise call.refuse.bad(f"Syntax error in $orderby: '{direction.strip()}' is no direction.")
    if name not in PLAIN_ORDERS | ADVANCED_ORDERS:
        raise call.refuse.unsupported(f"Sorting by the property '{name}' is not supported.")
    if not advanced and (name in ADVANCED_ORDERS or "$filter" in call.request.query):
        raise call.refuse.unsupported("Sorting not supported for current query.")
    return name, direction.strip() == "desc"


def _expand(call: Call) -> tuple[Expansion, ...]:
    text = call.request.query.get("$expand", "")
    found: list[Expansion] = []
    position = 0
    while position < len(text):
        part = _EXPANSION.match(text, position)
        if part is None:
            raise call.refuse.bad(f"Parsing OData Select and Expand failed: '{text[position:]}'.")
        found.append(Expansion(part["name"], names_in(part["select"] or "")))
        position = part.end()
    return tuple(found)


def _skip(call: Call) -> int:
    token = call.request.query.get("$skiptoken", "m~0").removeprefix("m~")
    if not (token.isascii() and token.isdecimal() and len(token) <= len(str(2**31))):
        raise call.refuse.bad("Invalid skip token.")
    return int(token)


def _top(call: Call) -> int:
    text = call.request.query.get("$top")
    if text is None:
        return DEFAULT_PAGE
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len("999") else 0
    if not 1 <= number <= LARGEST_PAGE:
        raise call.refuse.bad(
            f"Invalid page size specified: '{text}'."
            f" Must be between 1 and {LARGEST_PAGE} inclusive."
        )
    return number
