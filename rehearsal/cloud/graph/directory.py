"""The directory: who there is, who belongs to what, and who may administer it. No HTTP.

Objects are kept in the shape Graph shows them, links between them beside (`relations`). Object ids
are compared in lower case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rehearsal.cloud.clock import SystemClock
from rehearsal.cloud.graph.relations import DirectoryError, Relation, Relations
from rehearsal.cloud.graph.unseen import Unseen

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.cloud.store import Json, Store

PrincipalKind = Literal["User", "Group", "ServicePrincipal"]
ObjectKind = Literal["User", "Group", "ServicePrincipal", "Application"]
PRINCIPAL_KINDS: tuple[PrincipalKind, ...] = ("User", "Group", "ServicePrincipal")
OBJECT_KINDS: tuple[ObjectKind, ...] = (*PRINCIPAL_KINDS, "Application")


@dataclass(frozen=True)
class Tenant:
    """The tenant; the local Azure has one."""

    id: str
    display_name: str
    domain: str


@dataclass(frozen=True)
class Principal:
    """Who a role can be assigned to."""

    kind: PrincipalKind
    object_id: str
    display_name: str
    upn: str | None = None
    """Of users only."""
    app_id: str | None = None
    """Of service principals only."""
    enabled: bool = True
    guest: bool = False


class Directory:
    """Users, groups, service principals and applications of the one tenant, in the store.

    Readers see new objects and changed links as late as `unseen` says: at once unless given.
    """

    def __init__(self, store: Store, unseen: Unseen | None = None) -> None:
        self._store = store
        self._unseen = unseen or Unseen(store, SystemClock(), lambda: 0)
        self._relations = Relations(store, self._unseen)

    def tenant(self) -> Tenant:
        """The tenant; LookupError before the world was seeded."""
        found = self._store.all("tenant")
        if not found:
            message = "the directory has no tenant: the store has not been seeded"
            raise LookupError(message)
        document = found[0][1]
        return Tenant(document["id"], document["displayName"], document["domain"])

    def set_tenant(self, tenant: Tenant) -> None:
        """Name the tenant."""
        self._store.put(
            "tenant",
            tenant.id,
            {"id": tenant.id, "displayName": tenant.display_name, "domain": tenant.domain},
        )

    # Objects as Graph shows them.

    def get(self, kind: ObjectKind, object_id: str) -> Json | None:
        """The object, or None."""
        key = object_id.lower()
        return None if self._unseen.under(f"object/{key}") else self._store.get(kind, key)

    def put(self, kind: ObjectKind, document: Json) -> None:
        """Write the object under its `id`."""
        key = document["id"].lower()
        with self._store.transaction():
            if self._store.get(kind, key) is None:
                self._unseen.note(f"object/{key}", added=True)
            self._store.put(kind, key, document)

    def all(self, kind: ObjectKind) -> list[Json]:
        """All objects of a kind, ordered by id."""
        unseen = self._unseen.under("object/")
        return [document for key, document in self._store.all(kind) if key not in unseen]

    def find(self, object_id: str) -> tuple[ObjectKind, Json] | None:
        """The object of whatever kind, or None."""
        for kind in OBJECT_KINDS:
            document = self.get(kind, object_id)
            if document is not None:
                return kind, document
        return None

    def taken(self, kind: ObjectKind, name: str, value: str) -> bool:
        """Whether an object of the kind, seen or not yet, has this text as that property."""
        wanted = value.lower()
        return any(
            (document.get(name) or "").lower() == wanted for _, document in self._store.all(kind)
        )

    def remove(self, kind: ObjectKind, object_id: str) -> bool:
        """Delete the object and every membership and ownership of it; whether there was one."""
        key = object_id.lower()
        with self._store.transaction():
            if not self._store.delete(kind, key):
                return False
            self._relations.forget(key)
            self._store.delete("permissions", key)
        return True

    # Principals.

    def principal(self, object_id: str) -> Principal | None:
        """The user, group or service principal with this object id, or None."""
        for kind in PRINCIPAL_KINDS:
            document = self.get(kind, object_id)
            if document is not None:
                return as_principal(kind, document)
        return None

    def find_by_upn(self, upn: str) -> Principal | None:
        """The user with this user principal name, compared without case, or None."""
        return self._first("User", lambda user: user["userPrincipalName"].lower() == upn.lower())

    def find_by_app_id(self, app_id: str) -> Principal | None:
        """The service principal of this application (client) id, or None."""
        return self._first(
            "ServicePrincipal", lambda found: found["appId"].lower() == app_id.lower()
        )

    def _first(self, kind: PrincipalKind, fits: Callable[[Json], bool]) -> Principal | None:
        for document in self.all(kind):
            if fits(document):
                return as_principal(kind, document)
        return None

    # Memberships and ownerships.

    def members(self, group_id: str) -> list[str]:
        """Object ids of the group's direct members, in the order they were added."""
        return self._relations.related("members", group_id.lower())

    def owners(self, object_id: str) -> list[str]:
        """Object ids of the owners of a group, application or service principal, oldest first."""
        return self._relations.related("owners", object_id.lower())

    def add(self, relation: Relation, holder_id: str, object_id: str) -> None:
        """Add a member or an owner.

        Raises:
            DirectoryError: `not-found` for the added object, `exists` if it is there already,
                `cycle` for a group in itself.
        """
        with self._store.transaction():
            if self.principal(object_id) is None:
                raise DirectoryError("not-found", object_id)
            self._relations.add(relation, holder_id.lower(), object_id.lower())

    def drop(self, relation: Relation, holder_id: str, object_id: str) -> None:
        """Take a member or an owner out.

        Raises:
            DirectoryError: `not-found` if it is none.
        """
        self._relations.drop(relation, holder_id.lower(), object_id.lower())

    def direct_group_ids(self, object_id: str) -> list[str]:
        """Ids of the groups that the object is a direct member of."""
        return self._relations.holders("members", object_id.lower())

    def owned_ids(self, object_id: str) -> list[str]:
        """Ids of what the object is an owner of."""
        return self._relations.holders("owners", object_id.lower())

    def transitive_group_ids(
        self, object_id: str, *, security_enabled_only: bool = False
    ) -> frozenset[str]:
        """Ids of all groups that the object is in, directly or through other groups."""
        reached = self._relations.groups_above(object_id.lower())
        if not security_enabled_only:
            return frozenset(reached)
        groups = {group["id"] for group in self.all("Group") if group["securityEnabled"]}
        return frozenset(reached & groups)

    def transitive_members(self, group_id: str) -> list[str]:
        """Ids of all members of the group, directly or through member groups, nearest first."""
        return self._relations.members_below(group_id.lower())

    # What an object may do in Graph.

    def permissions(self, object_id: str) -> frozenset[str]:
        """Graph application permissions (`Group.ReadWrite.All`) that an administrator granted."""
        document = self._store.get("permissions", object_id.lower()) or {}
        return frozenset(document.get("graph", ()))

    def directory_roles(self, object_id: str) -> frozenset[str]:
        """Display names of the directory roles (`Groups Administrator`) it holds."""
        document = self._store.get("permissions", object_id.lower()) or {}
        return frozenset(document.get("directoryRoles", ()))

    def grant(
        self, object_id: str, *, graph: frozenset[str], directory_roles: frozenset[str]
    ) -> None:
        """Set the Graph permissions and directory roles of an object."""
        document: Json = {"graph": sorted(graph), "directoryRoles": sorted(directory_roles)}
        self._store.put("permissions", object_id.lower(), document)


def as_principal(kind: PrincipalKind, document: Json) -> Principal:
    """What the rest of the local Azure needs of a directory object."""
    return Principal(
        kind=kind,
        object_id=document["id"],
        display_name=document["displayName"],
        upn=document.get("userPrincipalName"),
        app_id=document.get("appId"),
        enabled=document.get("accountEnabled", True) is not False,
        guest=document.get("userType") == "Guest",
    )
