"""Members and owners: reading them, adding and removing them by reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.graph.directory import DirectoryError, ObjectKind, Relation
from rehearsal.cloud.graph.pages import TYPES, listing
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.graph.pages import Found
    from rehearsal.cloud.store import Json

DIRECTORY_OBJECTS = "directoryObjects"


def list_related(
    call: Call, kind: ObjectKind, relation: Relation, *, transitive: bool = False
) -> Reply:
    """Members or owners of an object; `{cast}` in the route keeps those of one type.

    Raises:
        CloudError: no such object, or the caller may not read it.
    """
    holder = call.readable(kind, call.request.params["id"])
    if transitive:
        ids = call.directory.transitive_members(holder["id"])
    elif relation == "members":
        ids = call.directory.members(holder["id"])
    else:
        ids = call.directory.owners(holder["id"])
    return list_ids(call, ids)


def list_ids(call: Call, ids: Iterable[str]) -> Reply:
    """Objects of these ids, in this order; of the type in the route's `{cast}` if it has one."""
    found = objects(call, ids)
    cast = call.request.params.get("cast")
    if cast is None:
        return listing(call, DIRECTORY_OBJECTS, found, typed=True)
    wanted = f"#{cast.lower()}"
    kept = [each for each in found if TYPES[each[0]].lower() == wanted]
    return listing(call, f"{DIRECTORY_OBJECTS}/{cast}", kept, typed=True)


def objects(call: Call, ids: Iterable[str]) -> list[Found]:
    """The objects of these ids that are there, in this order."""
    return [found for found in (call.directory.find(each) for each in ids) if found is not None]


def list_links(call: Call, kind: ObjectKind, relation: Relation) -> Reply:
    """Members or owners as addresses only."""
    holder = call.readable(kind, call.request.params["id"])
    known = call.directory
    ids = known.members(holder["id"]) if relation == "members" else known.owners(holder["id"])
    body: Json = {
        "@odata.context": f"{call.base}/$metadata#Collection($ref)",
        "value": [{"@odata.id": f"{call.base}/{DIRECTORY_OBJECTS}/{each}"} for each in ids],
    }
    return Reply(200, body)


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


def _holder(call: Call, kind: ObjectKind, relation: Relation) -> Json:
    if relation == "owners" or kind != "Group":
        return call.manageable(kind, call.request.params["id"])
    group = call.directory.get("Group", call.request.params["id"])
    if group is None:
        raise call.refuse.missing(call.request.params["id"])
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
