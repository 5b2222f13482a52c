"""The part of the settings that names groups, people and service principals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from settings import rules
from settings.keys import Table, key
from settings.kinds import Each

if TYPE_CHECKING:
    from settings.place import Place


@dataclass(frozen=True)
class GroupEntry:
    """A group as the stack file names it; the first three are one and two Nones."""

    display_name: str | None = key(
        "displayName",
        rules.GROUP_NAME,
        "Name of a group to create; no other group of the tenant may bear it.",
        default=None,
        change="replaces the group",
    )
    existing: str | None = key(
        "existing",
        rules.GROUP_NAME,
        "Display name of a group that is there; none or two of that name is an error.",
        default=None,
    )
    object_id: str | None = key(
        "objectId", rules.GROUP_ID, "Object id of a group that is there.", default=None
    )
    owners: list[str] = key(
        "owners",
        Each(rules.PERSON),
        "Owners of a group to create, besides whoever deploys: always the same, or name the "
        "others.",
        default=[],
    )
    members: list[str] = key(
        "members",
        Each(rules.PERSON),
        "Members of a group to create. Whoever deploys is one of an admin group too: always the "
        "same, or name the others.",
        default=[],
    )


GROUP = Table(GroupEntry, one_of=(("displayName", "existing", "objectId"),))


@dataclass(frozen=True)
class PrincipalEntry:
    """Somebody as the stack file names them: one of the three and two Nones."""

    group: GroupEntry | None = key("group", GROUP, "A group.", default=None)
    user: str | None = key("user", rules.PERSON, "A person.", default=None)
    service_principal: str | None = key(
        "servicePrincipal",
        rules.SERVICE_PRINCIPAL_ID,
        "A program: the object id of its service principal, not its application id.",
        default=None,
    )


PRINCIPAL = ("group", "user", "servicePrincipal")


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
    """Keeps everybody that the entries name, each of them once."""

    def __init__(self) -> None:
        self._groups: dict[str, GroupSettings] = {}
        self._kinds: dict[str, str] = {}
        self._spelled: dict[str, str] = {}

    def groups(self) -> tuple[GroupSettings, ...]:
        """Every group met: first those that are there, then those to create."""
        return tuple(sorted(self._groups.values(), key=lambda group: bool(group.display_name)))

    def of(self, kind: str) -> tuple[str, ...]:
        """Everybody met of a kind, a key of `PrincipalEntry`, in the order of the file."""
        return tuple(name for name, known in self._kinds.items() if known == kind)

    def one_of(self, place: Place, entry: PrincipalEntry) -> str:
        """Key of the one principal of an entry; empty if a problem was noted there."""
        if not place.is_clean:
            return ""
        if entry.group:
            return self.group(place.child("group"), entry.group)
        kind = "user" if entry.user else "servicePrincipal"
        name = entry.user or entry.service_principal or ""
        self._remember(place.child(kind), name, kind)
        return name

    def group(self, place: Place, entry: GroupEntry) -> str:
        """Key of the group of an entry; empty if a problem was noted there.

        A second entry of a group may repeat the first or only its name.
        """
        if not place.is_clean:
            return ""
        group = GroupSettings(
            entry.display_name or entry.existing or entry.object_id or "",
            entry.display_name or "",
            entry.existing or "",
            entry.object_id or "",
            tuple(entry.owners),
            tuple(entry.members),
        )
        for way in ("owners", "members"):
            if place.child(way).value and not group.display_name:
                place.child(way).refuse(
                    "nothing for a group that is there", "change it in Entra ID"
                )
        bare = replace(group, owners=(), members=())
        known = self._groups.get(group.key, bare)
        if replace(known, owners=(), members=()) != bare or (
            known != bare and group not in (bare, known)
        ):
            place.refuse(
                "one description for each group",
                "repeat only its displayName (if the stack creates it) or existing (if not)",
                f"describes {place.shown(group.key)} in another way than an earlier entry",
            )
        self._groups[group.key] = group if known == bare else known
        self._remember(place, group.key, "group")
        return group.key

    def _remember(self, place: Place, name: str, kind: str) -> None:
        if self._kinds.setdefault(name, kind) != kind:
            place.refuse("one kind for each name", "it is another kind elsewhere in the file")
        spelled = self._spelled.setdefault(name.lower(), name)
        if spelled != name:
            # Entra ID takes both for the same, Kubernetes takes them for two.
            place.refuse("one spelling for each name", f"write {place.shown(spelled)}")
