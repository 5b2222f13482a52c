"""Who is a member and who an owner of what: links between object ids, in the store.

Links are kept as ordered lists of ids beside the objects. Readers see them as late as `Unseen`
says; writers compare with what is really kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rehearsal.cloud.graph.unseen import Unseen
    from rehearsal.cloud.store import Store

Relation = Literal["members", "owners"]
RELATIONS: tuple[Relation, ...] = ("members", "owners")


class DirectoryError(Exception):
    """A change that the directory does not allow; `code` says why, `subject` what it is about."""

    def __init__(self, code: Literal["not-found", "exists", "cycle"], subject: str) -> None:
        super().__init__(f"{code}: {subject}")
        self.code = code
        self.subject = subject


class Relations:
    """Links between objects, all ids in lower case."""

    def __init__(self, store: Store, unseen: Unseen) -> None:
        self._store = store
        self._unseen = unseen

    def related(self, relation: Relation, holder: str) -> list[str]:
        """Ids of the holder's members or owners, in the order they were added."""
        changes = self._unseen.under(f"{relation}/{holder}/")
        return _seen(self._kept(relation, holder), changes)

    def holders(self, relation: Relation, object_id: str) -> list[str]:
        """Ids of what the object is a member or an owner of."""
        return [holder for holder, ids in self._links(relation).items() if object_id in ids]

    def groups_above(self, object_id: str) -> set[str]:
        """Ids of all groups that the object is in, directly or through other groups."""
        members = self._links("members")
        reached: set[str] = set()
        frontier = {object_id}
        while frontier:
            above = {group for group, ids in members.items() if frontier.intersection(ids)}
            frontier = above - reached
            reached |= above
        return reached

    def members_below(self, group_id: str) -> list[str]:
        """Ids of all members of the group, directly or through member groups, nearest first."""
        reached: dict[str, None] = {}
        frontier = [group_id]
        while frontier:
            below = [each for group in frontier for each in self.related("members", group)]
            frontier = [each for each in dict.fromkeys(below) if each not in reached]
            reached.update(dict.fromkeys(frontier))
        return list(reached)

    def add(self, relation: Relation, holder: str, object_id: str) -> None:
        """Add a link.

        Raises:
            DirectoryError: `exists` if it is there, `cycle` for a member of itself.
        """
        if relation == "members" and object_id == holder:
            raise DirectoryError("cycle", object_id)
        with self._store.transaction():
            kept = self._kept(relation, holder)
            if object_id in kept:
                raise DirectoryError("exists", object_id)
            self._store.put(relation, holder, {"ids": [*kept, object_id]})
            self._unseen.note(f"{relation}/{holder}/{object_id}", added=True)

    def drop(self, relation: Relation, holder: str, object_id: str) -> None:
        """Take a link out.

        Raises:
            DirectoryError: `not-found` if it is not there.
        """
        with self._store.transaction():
            kept = self._kept(relation, holder)
            if object_id not in kept:
                raise DirectoryError("not-found", object_id)
            self._store.put(relation, holder, {"ids": [each for each in kept if each != object_id]})
            self._unseen.note(f"{relation}/{holder}/{object_id}", added=False)

    def forget(self, object_id: str) -> None:
        """Take out every link from and to the object."""
        for relation in RELATIONS:
            self._store.delete(relation, object_id)
            for holder, document in self._store.all(relation):
                if object_id in document["ids"]:
                    kept = [each for each in document["ids"] if each != object_id]
                    self._store.put(relation, holder, {"ids": kept})

    def _kept(self, relation: Relation, holder: str) -> list[str]:
        document = self._store.get(relation, holder)
        return [] if document is None else document["ids"]

    def _links(self, relation: Relation) -> dict[str, list[str]]:
        """Every holder's ids, as readers see them."""
        links: dict[str, list[str]] = {
            holder: document["ids"] for holder, document in self._store.all(relation)
        }
        for name, added in self._unseen.under(f"{relation}/").items():
            holder, _, object_id = name.partition("/")
            links[holder] = _seen(links.get(holder, []), {object_id: added})
        return links


def _seen(ids: list[str], changes: dict[str, bool]) -> list[str]:
    """The ids without those added unseen, with those removed unseen."""
    kept = [each for each in ids if each not in changes]
    return kept + [each for each, added in changes.items() if not added]
