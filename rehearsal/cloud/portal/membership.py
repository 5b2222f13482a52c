"""Who is in what: the groups of somebody and the way there, the members of a group as a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rehearsal.cloud.graph.directory import Directory, Principal
    from rehearsal.cloud.store import Json


@dataclass(frozen=True)
class Membership:
    """A group that somebody is in."""

    group: Json
    through: tuple[Json, ...]
    """The groups between, the one they are a direct member of first; empty for a direct member."""


@dataclass(frozen=True)
class Member:
    """A direct member of a group and, if it is a group itself, the members it brings along."""

    principal: Principal
    members: tuple[Member, ...] = ()


def memberships(directory: Directory, object_id: str) -> list[Membership]:
    """All groups that the object is in, each by the shortest way, ordered by name."""
    groups = {group["id"].lower(): group for group in directory.all("Group")}
    holders: dict[str, list[str]] = {}
    for group_id in groups:
        for member in directory.members(group_id):
            holders.setdefault(member, []).append(group_id)
    found: dict[str, Membership] = {}
    frontier: list[tuple[str, tuple[Json, ...]]] = [(object_id.lower(), ())]
    for member, through in frontier:
        for group_id in holders.get(member, ()):
            if group_id not in found:
                found[group_id] = Membership(groups[group_id], through)
                frontier.append((group_id, (*through, groups[group_id])))
    return sorted(found.values(), key=lambda membership: by_name(membership.group))


def member_tree(
    directory: Directory, group_id: str, above: frozenset[str] = frozenset()
) -> tuple[Member, ...]:
    """The group's members; a group that is inside itself is not opened again."""
    path = above | {group_id.lower()}
    found = [directory.principal(member) for member in directory.members(group_id)]
    return tuple(
        Member(
            principal,
            member_tree(directory, principal.object_id, path)
            if principal.kind == "Group" and principal.object_id.lower() not in path
            else (),
        )
        for principal in found
        if principal is not None
    )


def by_name(document: Json) -> str:
    """Directory objects are listed by their names, whatever the case."""
    return document["displayName"].lower()
