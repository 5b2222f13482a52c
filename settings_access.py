"""The part of the settings that says who may do what: admin groups, roles, teams, grants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import settings_rules as rules
from settings_principals import Principals

if TYPE_CHECKING:
    from collections.abc import Collection

    from settings_reader import Reader


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

    Each of `admin_groups`, `teams` and `cluster_grants` is to be called once.
    """

    def __init__(self, root: Reader, built_in_roles: Collection[str]) -> None:
        self._root = root
        self.principals = Principals()
        """Everybody that the methods below met."""
        self._built_in = tuple(built_in_roles)
        self._custom = self._custom_roles()

    def roles(self) -> dict[str, list[RuleSettings]]:
        """`roles`: the rules of each custom role."""
        return self._custom

    def admin_groups(self) -> tuple[str, ...]:
        """Keys of `adminGroups`; none is a problem."""
        keys: list[str] = []
        for reader in self._root.tables("adminGroups"):
            key = self.principals.group(reader)
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
            self._add_grant(grants, GrantSettings(self.principals.one_of(reader), role), reader)
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
            self._add_grant(grants, GrantSettings(self.principals.one_of(entry), role), entry)
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
