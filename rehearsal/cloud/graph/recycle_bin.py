"""/directory/deletedItems: users, applications and Microsoft 365 groups for 30 days after deletion.

By https://learn.microsoft.com/graph/api/resources/directory. Security groups do not come here
(https://learn.microsoft.com/graph/api/group-delete).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rehearsal.cloud.clock import wire_time
from rehearsal.cloud.graph.directory import OBJECT_KINDS
from rehearsal.cloud.graph.federated import forget_credentials
from rehearsal.cloud.graph.options import names_in
from rehearsal.cloud.graph.pages import SETS, listing, shown
from rehearsal.cloud.graph.relations import RELATIONS, DirectoryError
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.graph.directory import ObjectKind
    from rehearsal.cloud.graph.navigation import Found
    from rehearsal.cloud.store import Json

STORED = "graph/deleted"
KEPT = timedelta(days=30)
UNIQUE: dict[ObjectKind, str] = {
    "User": "userPrincipalName",
    "Group": "mail",
    "ServicePrincipal": "appId",
}


class RecycleBin:
    """Deleted objects with what it takes to put them back."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def put(self, kind: ObjectKind, object_id: str) -> None:
        """Take the object out of the directory, and keep it here."""
        directory, key = self._cloud.directory, object_id.lower()
        with self._cloud.store.transaction():
            document = directory.get(kind, key)
            if document is None:
                return
            kept: Json = {
                "kind": kind,
                "document": {**document, "deletedDateTime": wire_time(self._cloud.clock.now())},
                "members": directory.members(key),
                "owners": directory.owners(key),
                "members of": directory.direct_group_ids(key),
                "owners of": directory.owned_ids(key),
                "graph": sorted(directory.permissions(key)),
                "roles": sorted(directory.directory_roles(key)),
            }
            directory.remove(kind, key)
            self._cloud.store.put(STORED, key, kept)

    def all(self) -> list[Found]:
        """What is here, by id."""
        self._empty()
        return [(kept["kind"], kept["document"]) for _, kept in self._cloud.store.all(STORED)]

    def restore(self, object_id: str) -> None:
        """Put the object back, with its links to what is still there."""
        directory, key = self._cloud.directory, object_id.lower()
        with self._cloud.store.transaction():
            kept = self._cloud.store.get(STORED, key) or {}
            self._cloud.store.delete(STORED, key)
            directory.put(kept["kind"], {**kept["document"], "deletedDateTime": None})
            roles, graph = frozenset[str](kept["roles"]), frozenset[str](kept["graph"])
            directory.grant(key, graph=graph, directory_roles=roles)
            for relation in RELATIONS:
                links = [(key, other) for other in kept[relation]]
                links += [(holder, key) for holder in kept[f"{relation} of"]]
                for holder, other in links:
                    try:
                        directory.add(relation, holder, other)
                    except DirectoryError:
                        continue

    def purge(self, object_id: str) -> None:
        """Forget the object, and an application's secrets with it."""
        key = object_id.lower()
        with self._cloud.store.transaction():
            kept = self._cloud.store.get(STORED, key) or {}
            self._cloud.store.delete(STORED, key)
            if kept["kind"] == "Application":
                self._cloud.store.delete("secret", kept["document"]["appId"])
                forget_credentials(self._cloud.store, kept["document"]["appId"])
            if kept["kind"] == "User":
                self._cloud.store.delete("password", key)

    def _empty(self) -> None:
        before = wire_time(self._cloud.clock.now() - KEPT)
        for key, kept in self._cloud.store.all(STORED):
            if kept["document"]["deletedDateTime"] < before:
                self.purge(key)


def list_deleted(call: Call) -> Reply:
    """Deleted objects of the type in the route."""
    wanted = call.request.params["type"]
    kinds: dict[str, ObjectKind] = {each.lower(): each for each in OBJECT_KINDS}
    kind = kinds.get(wanted.lower())
    if kind is None:
        raise call.refuse.bad(f"Resource not found for the segment 'microsoft.graph.{wanted}'.")
    if not call.rights.read(kind):
        raise call.refuse.denied()
    found = [each for each in RecycleBin(call.cloud).all() if each[0] == kind]
    return listing(call, SETS[kind], found, typed=False)


def get_deleted(call: Call) -> Reply:
    """One deleted object."""
    found = _deleted(call)
    if not call.rights.read(found[0]):
        raise call.refuse.denied()
    context = f"{call.base}/$metadata#directoryObjects/$entity"
    select = names_in(call.request.query.get("$select", ""))
    return Reply(200, {"@odata.context": context, **shown(call, found, select)})


def restore_deleted(call: Call) -> Reply:
    """Put a deleted object back into the directory.

    Raises:
        CloudError: 409, its name has been given to another one.
    """
    kind, document = _manageable(call)
    name = UNIQUE.get(kind)
    if name and document[name] and call.directory.taken(kind, name, document[name]):
        raise call.refuse.error(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            f"Another object with the same value for property {name} already exists.",
        )
    RecycleBin(call.cloud).restore(document["id"])
    context = f"{call.base}/$metadata#directoryObjects/$entity"
    restored = (kind, {**document, "deletedDateTime": None})
    return Reply(200, {"@odata.context": context, **shown(call, restored)})


def purge_deleted(call: Call) -> Reply:
    """Delete for good."""
    RecycleBin(call.cloud).purge(_manageable(call)[1]["id"])
    return Reply(204)


def _deleted(call: Call) -> Found:
    wanted = call.request.params["id"]
    for found in RecycleBin(call.cloud).all():
        if found[1]["id"] == wanted.lower():
            return found
    raise call.refuse.missing(wanted)


def _manageable(call: Call) -> Found:
    found = _deleted(call)
    if not call.rights.manage(*found):
        raise call.refuse.denied()
    return found
