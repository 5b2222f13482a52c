"""Members, owners and memberships: reading them, adding and removing them by reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.graph.navigation import NAVIGATIONS, objects
from rehearsal.cloud.graph.pages import TYPES, listing
from rehearsal.cloud.graph.relations import DirectoryError
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.graph.directory import ObjectKind
    from rehearsal.cloud.graph.relations import Relation
    from rehearsal.cloud.store import Json

DIRECTORY_OBJECTS = "directoryObjects"
# Types that Graph knows and this directory has no objects of.
OTHER_TYPES = frozenset(
    f"#microsoft.graph.{name}"
    for name in ("administrativeunit", "device", "directoryobject", "directoryrole", "orgcontact")
)
UP = frozenset({"memberOf", "transitiveMemberOf"})


def list_related(call: Call, kind: ObjectKind | None, navigation: str) -> Reply:
    """What a navigation leads to; `{cast}` in the route keeps those of one type.

    Raises:
        CloudError: no such object or type, or the caller may not read it.
    """
    found = objects(call.directory, _related_ids(call, kind, navigation))
    cast = call.request.params.get("cast")
    if cast is None:
        return listing(call, DIRECTORY_OBJECTS, found)
    # msgraph sends the namespace's alias: `graph.user`.
    namespace, _, name = cast.lower().rpartition(".")
    wanted = f"#microsoft.graph.{name}"
    known = OTHER_TYPES | {each.lower() for each in TYPES.values()}
    if namespace not in ("graph", "microsoft.graph") or wanted not in known:
        raise call.refuse.bad(f"Resource not found for the segment '{cast}'.")
    every = wanted == "#microsoft.graph.directoryobject"
    kept = [each for each in found if every or TYPES[each[0]].lower() == wanted]
    return listing(call, f"{DIRECTORY_OBJECTS}/{cast}", kept)


def list_links(call: Call, kind: ObjectKind | None, navigation: str) -> Reply:
    """What a navigation leads to, as addresses only."""
    ids = _related_ids(call, kind, navigation)
    body: Json = {
        "@odata.context": f"{call.base}/$metadata#Collection($ref)",
        "value": [{"@odata.id": f"{call.base}/{DIRECTORY_OBJECTS}/{each}"} for each in ids],
    }
    return Reply(200, body)


def readable_subject(call: Call, kind: ObjectKind | None) -> str:
    """Id of the object that the route names and that may be asked for its memberships.

    Everybody may ask for their own.

    Raises:
        CloudError: there is none (404), or the caller may not (403).
    """
    object_id = call.named(kind)
    known = call.directory.find(object_id)
    if known is None or kind not in (None, known[0]):
        raise call.refuse.missing(object_id)
    may_read = call.rights.read(known[0], object_id.lower()) and call.rights.read("Group")
    if object_id.lower() != call.caller.object_id and not may_read:
        raise call.refuse.denied()
    return object_id.lower()


def add_link(call: Call, kind: ObjectKind, relation: Relation) -> Reply:
    """Add the member or owner that the body's `@odata.id` names."""
    holder = _holder(call, kind, relation)
    body = call.body()
    object_id = _last_segment(call, body.get("@odata.id"))
    add_reference(call, relation, holder, object_id)
    return Reply(204)


def remove_link(call: Call, kind: ObjectKind, relation: Relation) -> Reply:
    """Remove the member or owner that the route names."""
    holder = _holder(call, kind, relation)
    object_id = call.request.params["object"].lower()
    if relation == "owners" and kind == "Group":
        _keep_an_owner(call, holder["id"], object_id)
    try:
        call.directory.drop(relation, holder["id"], object_id)
    except DirectoryError:
        raise call.refuse.missing(object_id) from None
    return Reply(204)


def add_reference(call: Call, relation: Relation, holder: Json, object_id: str) -> None:
    """Add a member or an owner.

    Raises:
        CloudError: it is not there (404), is one already or cannot be one (400).
    """
    principal = call.directory.principal(object_id)
    if principal is None:
        raise call.refuse.missing(object_id)
    if relation == "owners" and principal.kind == "Group":
        raise call.refuse.bad("The specified object cannot be an owner: it is a group.")
    if principal.kind == "Group" and holder.get("isAssignableToRole"):
        raise call.refuse.bad("A group that roles can be assigned to cannot have groups in it.")
    try:
        call.directory.add(relation, holder["id"], object_id)
    except DirectoryError as error:
        if error.code == "cycle":
            raise call.refuse.bad("A group cannot be a member of itself.") from None
        raise call.refuse.exists(relation) from None


def bound_ids(call: Call, body: Json, name: str) -> list[str]:
    """Object ids in a list of references such as `owners@odata.bind`, each once."""
    if body.get(name) is None:
        return []
    links = call.texts(body, name)
    return list(dict.fromkeys(_last_segment(call, link).lower() for link in links))


def _related_ids(call: Call, kind: ObjectKind | None, navigation: str) -> list[str]:
    if kind is None or navigation in UP:
        object_id = readable_subject(call, kind)
    else:
        object_id = call.readable(kind)["id"]
    return NAVIGATIONS[navigation](call.directory, object_id)


def _holder(call: Call, kind: ObjectKind, relation: Relation) -> Json:
    if relation == "owners":
        return call.manageable(kind)
    group = call.found(kind)
    if not call.rights.manage_members(group):
        raise call.refuse.denied()
    return group


def _keep_an_owner(call: Call, group_id: str, object_id: str) -> None:
    if call.directory.owners(group_id) == [object_id]:
        raise call.refuse.bad(
            "The group must have at least one owner, hence this owner cannot be removed."
        )


def _last_segment(call: Call, link: object) -> str:
    """Clients send `/v1.0/{tenant}/directoryObjects/{id}`, `/beta/users/{id}` and the like."""
    found = link.rstrip("/").rpartition("/")[2] if isinstance(link, str) else ""
    if not found:
        raise call.refuse.bad("Invalid URL specified for property '@odata.id'.")
    return found
