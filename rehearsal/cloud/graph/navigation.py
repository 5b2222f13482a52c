"""From an object to what it is linked with: members, owners, groups above it, what it owns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.graph.directory import Directory, ObjectKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rehearsal.cloud.store import Json

Found = tuple[ObjectKind, "Json"]


def _groups_above(directory: Directory, object_id: str) -> list[str]:
    return sorted(directory.transitive_group_ids(object_id))


NAVIGATIONS: dict[str, Callable[[Directory, str], list[str]]] = {
    "members": Directory.members,
    "transitiveMembers": Directory.transitive_members,
    "owners": Directory.owners,
    "memberOf": Directory.direct_group_ids,
    "transitiveMemberOf": _groups_above,
    "ownedObjects": Directory.owned_ids,
}
"""What leads from an object's id to those of the related ones, by its name in paths."""

OF_KIND: dict[ObjectKind, tuple[str, ...]] = {
    "User": ("memberOf", "transitiveMemberOf", "ownedObjects"),
    "Group": ("members", "transitiveMembers", "owners", "memberOf", "transitiveMemberOf"),
    "ServicePrincipal": ("owners", "memberOf", "transitiveMemberOf", "ownedObjects"),
    "Application": ("owners",),
}
"""Which of them objects of a kind have."""


def objects(directory: Directory, ids: Iterable[str]) -> list[Found]:
    """The objects of these ids that are there, in this order."""
    return [found for found in map(directory.find, ids) if found is not None]
