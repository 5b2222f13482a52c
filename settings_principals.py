"""The part of the settings that names groups, people and service principals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import settings_rules as rules

if TYPE_CHECKING:
    from settings_reader import Reader


@dataclass(frozen=True)
class GroupSettings:
    """A group of the directory, named in one of three ways; the other two are empty."""

    key: str
    """The text that names it, unique among groups, people and service principals."""
    display_name: str = ""
    """Name of a group to create."""
    existing: str = ""
    """Display name of a group that is there."""
    existing_object_id: str = ""
    """Object id of a group that is there."""
    owners: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


class Principals:
    """Reads the entries that name somebody, and keeps each of them once."""

    def __init__(self) -> None:
        self._groups: dict[str, GroupSettings] = {}
        self._users: dict[str, None] = {}
        self._service_principals: dict[str, None] = {}

    def groups(self) -> tuple[GroupSettings, ...]:
        """Every group met: first those that are there, then those to create."""
        return tuple(sorted(self._groups.values(), key=lambda group: bool(group.display_name)))

    def users(self) -> tuple[str, ...]:
        """Every person met, in the order of the file."""
        return tuple(self._users)

    def service_principals(self) -> tuple[str, ...]:
        """Every service principal met, in the order of the file."""
        return tuple(self._service_principals)

    def one_of(self, reader: Reader) -> str:
        """Key of the one principal of an entry; empty, with a problem noted, if there is none."""
        ways = ("group", "user", "servicePrincipal")
        given = [way for way in ways if reader.has(way)]
        if len(given) != 1:
            reader.problems.note(
                reader.path,
                f"has {' and '.join(given) or 'nobody'}",
                f"exactly one of {', '.join(ways)}",
                "write one; a second one needs an entry of its own",
            )
        if "group" in given:
            return self.group(reader.table("group"))
        if "user" in given:
            user = reader.text("user", rules.PERSON)
            return self._person(reader, "user", user, self._users)
        if "servicePrincipal" in given:
            object_id = reader.text("servicePrincipal", rules.SERVICE_PRINCIPAL_ID)
            return self._person(reader, "servicePrincipal", object_id, self._service_principals)
        return ""

    def _person(self, reader: Reader, way: str, key: str, known: dict[str, None]) -> str:
        others = {*self._groups, *self._users, *self._service_principals} - set(known)
        if key in others:
            reader.note(way, "one kind for each name", "it is another kind elsewhere in the file")
        if key:
            known[key] = None
        return key

    def group(self, reader: Reader) -> str:
        """Key of the group of an entry; empty, with a problem noted, if there is none."""
        ways = ("displayName", "existing", "objectId")
        given = [way for way in ways if reader.has(way)]
        if len(given) != 1:
            reader.problems.note(
                reader.path,
                f"has {' and '.join(given) or 'no group'}",
                "exactly one of displayName (a group to create), existing (the name of a group "
                "that is there) and objectId (its object id)",
                "write one of them",
            )
        created, existing = (
            reader.text(way, rules.GROUP_NAME, "") for way in ("displayName", "existing")
        )
        object_id = reader.text("objectId", rules.GROUP_ID, "")
        people = {way: tuple(reader.texts(way, rules.PERSON)) for way in ("owners", "members")}
        for way, names in people.items():
            if names and not created:
                reader.note(way, "nothing for a group that is there", "change it in Entra ID")
        reader.finish()
        key = created or existing or object_id
        if key and len(given) == 1:
            group = GroupSettings(key, created, existing, object_id, **people)
            self._remember(reader, group)
        return key

    def _remember(self, reader: Reader, group: GroupSettings) -> None:
        """Keep the group; a second entry may repeat the first or only its name."""
        bare = replace(group, owners=(), members=())
        known = self._groups.get(group.key, bare)
        taken = group.key in self._users or group.key in self._service_principals
        differs = replace(known, owners=(), members=()) != bare
        if taken or differs or (known != bare and group not in (bare, known)):
            reader.problems.note(
                reader.path,
                f'describes "{group.key}" in another way than an earlier entry',
                "one description for each group",
                "repeat only its displayName (if the stack creates it) or existing (if not)",
            )
        self._groups[group.key] = group if known == bare else known
