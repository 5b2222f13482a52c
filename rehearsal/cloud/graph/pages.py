"""Collections as Graph returns them: filtered, ordered, cut into pages, with chosen properties."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from rehearsal.cloud.graph.filters import FilterError, parse_filter
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.graph.directory import ObjectKind
    from rehearsal.cloud.store import Json

DEFAULT_PAGE = 100
LARGEST_PAGE = 999
OPTIONS = frozenset({"$filter", "$select", "$top", "$skiptoken", "$count", "$orderby"})

SETS: dict[ObjectKind, str] = {
    "User": "users",
    "Group": "groups",
    "ServicePrincipal": "servicePrincipals",
    "Application": "applications",
}
TYPES: dict[ObjectKind, str] = {
    kind: f"#microsoft.graph.{kind[0].lower()}{kind[1:]}" for kind in SETS
}
# https://learn.microsoft.com/graph/api/user-get: the others only come when they are selected.
USER_DEFAULTS = (
    *("id", "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone"),
    *("officeLocation", "preferredLanguage", "surname", "userPrincipalName"),
)

Found = tuple["ObjectKind", "Json"]


def shown(call: Call, kind: ObjectKind, document: Json, *, typed: bool = False) -> Json:
    """The object with the selected properties, with its type where a collection mixes types."""
    selected = [name for name in call.request.query.get("$select", "").split(",") if name]
    if selected:
        names = {name.strip().lower() for name in selected}
        kept = {key: value for key, value in document.items() if key.lower() in names}
    elif kind == "User" and call.version == "v1.0":
        kept = {key: document[key] for key in USER_DEFAULTS}
    else:
        kept = document
    return {"@odata.type": TYPES[kind], **kept} if typed else kept


def entity(call: Call, kind: ObjectKind, document: Json, status: int = 200) -> Reply:
    """One object as a reply."""
    _check_options(call)
    context = f"{call.base}/$metadata#{SETS[kind]}/$entity"
    return Reply(status, {"@odata.context": context, **shown(call, kind, document)})


def listing(call: Call, context: str, found: Iterable[Found], *, typed: bool) -> Reply:
    """A page of objects as a reply.

    Args:
        call: Its `$filter`, `$orderby`, `$top`, `$skiptoken`, `$select` and `$count` are obeyed.
        context: What the collection is called in `@odata.context`.
        found: All objects of the collection.
        typed: Whether each says what it is.

    Raises:
        CloudError: an option that cannot be obeyed.
    """
    _check_options(call)
    kept = _ordered(call, _filtered(call, list(found)))
    start, size = _skip(call), _top(call)
    page = kept[start : start + size]
    body: Json = {"@odata.context": f"{call.base}/$metadata#{context}"}
    if call.request.query.get("$count", "").lower() == "true":
        body["@odata.count"] = len(kept)
    if start + size < len(kept):
        query = {**call.request.query, "$skiptoken": f"m~{start + size}"}
        body["@odata.nextLink"] = f"{call.cloud.origin}{call.request.path}?{urlencode(query)}"
    body["value"] = [shown(call, kind, document, typed=typed) for kind, document in page]
    return Reply(200, body)


def _check_options(call: Call) -> None:
    for name in call.request.query:
        if name.startswith("$") and name not in OPTIONS:
            allowed = ", ".join(sorted(OPTIONS))
            raise call.refuse.unsupported(
                f"The local Azure has no query option '{name}': {allowed}."
            )


def _filtered(call: Call, found: list[Found]) -> list[Found]:
    text = call.request.query.get("$filter")
    if not text:
        return found
    try:
        wanted = parse_filter(text)
    except FilterError as error:
        raise call.refuse.bad(f"Invalid filter clause: {error}.") from None
    if wanted.advanced and not _eventual(call):
        raise call.refuse.unsupported(
            "Unsupported Query. The query needs the header 'ConsistencyLevel: eventual' and"
            " '$count=true'."
        )
    return [each for each in found if wanted.fits(each[1])]


def _eventual(call: Call) -> bool:
    level = call.request.headers.get("consistencylevel", "")
    return level.lower() == "eventual" and call.request.query.get("$count", "").lower() == "true"


def _ordered(call: Call, found: list[Found]) -> list[Found]:
    text = call.request.query.get("$orderby")
    if not text:
        return found
    name, _, direction = text.partition(" ")
    return sorted(
        found,
        key=lambda each: str(each[1].get(name) or "").lower(),
        reverse=direction.strip().lower() == "desc",
    )


def _skip(call: Call) -> int:
    token = call.request.query.get("$skiptoken", "m~0").removeprefix("m~")
    if not token.isdecimal():
        raise call.refuse.bad("Invalid skip token.")
    return int(token)


def _top(call: Call) -> int:
    text = call.request.query.get("$top")
    if text is None:
        return DEFAULT_PAGE
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_PAGE:
        raise call.refuse.bad(
            f"Invalid page size specified: '{text}'."
            f" Must be between 1 and {LARGEST_PAGE} inclusive."
        )
    return int(text)
