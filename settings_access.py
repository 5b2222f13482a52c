"""The part of the settings that says who may do what: groups, people, programs, roles, teams."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import settings_rules as rules

if TYPE_CHECKING:
    from collections.abc import Collection

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


@dataclass(frozen=True)
class GrantSettings:
    """Who has which role."""

    principal: str
    """Key of a group, person or service principal."""
    role: str


@dataclass(frozen=True)
class RuleSettings:
    """One rule of a custom role; fields as `components.roles.RoleRule`."""

    api_groups: list[str]
    resources: list[str]
    verbs: list[str]
    resource_names: list[str]
    """Names of the only objects meant; empty for all."""


@dataclass(frozen=True)
class TeamSettings:
    """One team; fields as `components.team.TeamAccessArgs`."""

    name: str
    namespaces: list[str]
    grants: tuple[GrantSettings, ...]
    quota: dict[str, str]
    limits: dict[str, str]
    isolated: bool


class AccessReader:
    """Reads the keys of the root that say who may do what.

    Each of `admin_groups`, `teams` and `cluster_grants` is to be called once; `groups`, `users` and
    `service_principals` answer what those met.
    """

    def __init__(self, root: Reader, built_in_roles: Collection[str]) -> None:
        self._root = root
        self._groups: dict[str, GroupSettings] = {}
        self._users: dict[str, None] = {}
        self._service_principals: dict[str, None] = {}
        self._built_in = tuple(built_in_roles)
        self._custom = self._custom_roles()

    def roles(self) -> dict[str, list[RuleSettings]]:
        """`roles`: the rules of each custom role."""
        return self._custom

    def groups(self) -> tuple[GroupSettings, ...]:
        """Every group met: first those that are there, then those to create."""
        return tuple(sorted(self._groups.values(), key=lambda group: bool(group.display_name)))

    def users(self) -> tuple[str, ...]:
        """Every person met, in the order of the file."""
        return tuple(self._users)

    def service_principals(self) -> tuple[str, ...]:
        """Every service principal met, in the order of the file."""
        return tuple(self._service_principals)

    def admin_groups(self) -> tuple[str, ...]:
        """Keys of `adminGroups`; none is a problem."""
        keys: list[str] = []
        for reader in self._root.tables("adminGroups"):
            key = self._group(reader)
            if key in keys:
                reader.problems.note(reader.path, f'is "{key}"', "each group once", "delete it")
            keys.append(key)
        if not keys:
            self._root.note(
                "adminGroups",
                "at least one group",
                "add one, for nobody else can enter the cluster: adminGroups: "
                "[{existing: GROUP_NAME}]",
            )
        return tuple(keys)

    def teams(self) -> tuple[TeamSettings, ...]:
        """`teams`, of which no two share a name or a namespace."""
        teams: list[TeamSettings] = []
        owner: dict[str, str] = {}
        for reader in self._root.tables("teams"):
            team = self._team(reader)
            if team.name in [other.name for other in teams]:
                reader.note("name", "each team once", "choose another name")
            for namespace in team.namespaces:
                if owner.setdefault(namespace, team.name) != team.name:
                    reader.problems.note(
                        reader.key("namespaces"),
                        f'has "{namespace}", which team "{owner[namespace]}" has already',
                        "each namespace in one team",
                        "delete it from one of them",
                    )
            teams.append(team)
        return tuple(teams)

    def cluster_grants(self) -> tuple[GrantSettings, ...]:
        """`clusterAccess`."""
        grants: list[GrantSettings] = []
        for reader in self._root.tables("clusterAccess"):
            role = reader.text("clusterRole", rules.CLUSTER_ROLE)
            self._add_grant(grants, GrantSettings(self._principal(reader), role), reader)
            reader.finish()
        return tuple(grants)

    def _team(self, reader: Reader) -> TeamSettings:
        name = reader.text("name", rules.TEAM)
        namespaces = reader.texts("namespaces", rules.NAMESPACE, least=1)
        grants: list[GrantSettings] = []
        roles = tuple(dict.fromkeys((*self._built_in, *self._custom)))
        for entry in reader.tables("access"):
            role = entry.choice("role", roles, "")
            if not entry.has("role"):
                entry.note("role", ", ".join(roles), "write one of them")
            self._add_grant(grants, GrantSettings(self._principal(entry), role), entry)
            entry.finish()
        quota, limits = reader.table("quota"), reader.table("limits")
        team = TeamSettings(
            name=name,
            namespaces=namespaces,
            grants=tuple(grants),
            quota=_amounts(quota, ("cpu", "memory", "pods")),
            limits=_amounts(limits, ("cpu", "memory")),
            isolated=reader.choice("network", ("isolated", "open"), "isolated") == "isolated",
        )
        for part in (quota, limits, reader):
            part.finish()
        return team

    def _add_grant(self, grants: list[GrantSettings], grant: GrantSettings, reader: Reader) -> None:
        if grant in grants and grant.principal:
            reader.problems.note(
                reader.path,
                f'gives "{grant.principal}" the role "{grant.role}" again',
                "each grant once",
                "delete it",
            )
        grants.append(grant)

    def _principal(self, reader: Reader) -> str:
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
            return self._group(reader.table("group"))
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

    def _group(self, reader: Reader) -> str:
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

    def _custom_roles(self) -> dict[str, list[RuleSettings]]:
        table = self._root.table("roles")
        found: dict[str, list[RuleSettings]] = {}
        for name in table.names():
            if name in self._built_in or not rules.ROLE.accepts(name):
                allowed = (
                    f"{rules.ROLE.allowed}; not {', '.join(self._built_in)}, which are built in"
                )
                table.problems.note(table.key(name), "has a bad name", allowed, "rename it")
            found[name] = [_rule(reader) for reader in table.tables(name, least=1)]
        return found


def _rule(reader: Reader) -> RuleSettings:
    rule = RuleSettings(
        api_groups=reader.texts("apiGroups", rules.API_GROUP, least=1),
        resources=reader.texts("resources", rules.WORD, least=1),
        verbs=reader.texts("verbs", rules.WORD, least=1),
        resource_names=reader.texts("resourceNames", rules.WORD),
    )
    reader.finish()
    return rule


def _amounts(reader: Reader, keys: tuple[str, ...]) -> dict[str, str]:
    amounts = {key: reader.quantity(key, rules.QUANTITY) for key in keys}
    return {key: amount for key, amount in amounts.items() if amount}
