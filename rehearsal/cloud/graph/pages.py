"""Objects and collections as Graph returns them: filtered, ordered, in pages, as selected."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from rehearsal.cloud.graph.navigation import NAVIGATIONS, OF_KIND, objects
from rehearsal.cloud.graph.options import Options, read_options
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.graph.directory import ObjectKind
    from rehearsal.cloud.graph.navigation import Found
    from rehearsal.cloud.store import Json

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
# https://learn.microsoft.com/graph/query-parameters#expand-parameter
EXPANDED_AT_MOST = 20
NO_NAMES: frozenset[str] = frozenset()


def entity(call: Call, kind: ObjectKind, document: Json) -> Reply:
    """One object as a reply."""
    options = read_options(call)
    context = f"{call.base}/$metadata#{SETS[kind]}/$entity"
    body = {
        **_shown(call, kind, document, options.select),
        **_expanded(call, kind, document, options),
    }
    return Reply(200, {"@odata.context": context, **body})


def created(call: Call, kind: ObjectKind, document: Json) -> Reply:
    """A new object as a reply, seen or not yet."""
    context = f"{call.base}/$metadata#{SETS[kind]}/$entity"
    return Reply(201, {"@odata.context": context, **_shown(call, kind, document, NO_NAMES)})


def shown(call: Call, found: Found, select: frozenset[str] = NO_NAMES) -> Json:
    """An object of a collection of mixed types: it says its type.

    Of what the caller may not read it is shown that it is there, and nothing else
    (https://learn.microsoft.com/graph/permissions-overview#limited-information-returned).
    """
    kind, document = found
    kept = _shown(call, kind, document, select)
    if not call.rights.read(kind, document["id"]):
        kept = {name: value if name == "id" else None for name, value in kept.items()}
    return {"@odata.type": TYPES[kind], **kept}


def listing(call: Call, context: str, found: Iterable[Found], *, typed: bool = True) -> Reply:
    """A page of objects, or for `/$count` how many there are.

    Args:
        call: Its query options are obeyed.
        context: What the collection is called in `@odata.context`.
        found: All objects of the collection.
        typed: Whether each says what it is.

    Raises:
        CloudError: an option that cannot be obeyed.
    """
    options = read_options(call)
    kept = _ordered([each for each in found if options.fits(each[1])], options)
    if call.request.path.lower().endswith("/$count"):
        return _count(call, len(kept))
    page = kept[options.skip : options.skip + options.top]
    body: Json = {"@odata.context": f"{call.base}/$metadata#{context}"}
    if options.count:
        body["@odata.count"] = len(kept)
    following = options.skip + options.top
    if following < len(kept):
        query = urlencode({**call.request.query, "$skiptoken": f"m~{following}"}, safe="$~")
        body["@odata.nextLink"] = f"{call.cloud.origin}{quote(call.request.path)}?{query}"
    body["value"] = [
        shown(call, each, options.select)
        if typed
        else {**_shown(call, *each, options.select), **_expanded(call, *each, options)}
        for each in page
    ]
    return Reply(200, body)


def _shown(call: Call, kind: ObjectKind, document: Json, select: frozenset[str]) -> Json:
    if select:
        kept = {name: value for name, value in document.items() if name.lower() in select}
    elif kind == "User" and call.version == "v1.0":
        kept = {name: document[name] for name in USER_DEFAULTS}
    else:
        kept = dict(document)
    if "keyCredentials" in kept and "keycredentials" not in select:
        # https://learn.microsoft.com/graph/api/resources/keycredential: only when selected.
        kept["keyCredentials"] = [{**each, "key": None} for each in kept["keyCredentials"]]
    return kept


def _expanded(call: Call, kind: ObjectKind, document: Json, options: Options) -> Json:
    body: Json = {}
    for wanted in options.expand:
        if wanted.name not in OF_KIND[kind]:
            raise call.refuse.bad(
                "Parsing OData Select and Expand failed: Could not find a property named"
                f" '{wanted.name}'."
            )
        ids = NAVIGATIONS[wanted.name](call.directory, document["id"])
        found = objects(call.directory, ids)[:EXPANDED_AT_MOST]
        body[wanted.name] = [shown(call, each, wanted.select) for each in found]
    return body


def _count(call: Call, number: int) -> Reply:
    if call.request.headers.get("consistencylevel", "").lower() != "eventual":
        raise call.refuse.bad("$count is not currently supported.")
    return Reply(200, str(number).encode(), {"content-type": "text/plain"})


def _ordered(found: list[Found], options: Options) -> list[Found]:
    if options.order is None:
        return found
    wanted, descends = options.order

    def key(each: Found) -> str:
        values = (str(value or "") for name, value in each[1].items() if name.lower() == wanted)
        return next(values, "").lower()

    return sorted(found, key=key, reverse=descends)
