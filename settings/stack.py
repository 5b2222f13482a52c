"""Reads the whole configuration, tells all its problems in one error, answers frozen values."""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import pulumi
from pulumi.runtime import config as pulumi_config

from settings import access, rules
from settings.cluster_checks import check_cluster
from settings.file import StackFile
from settings.keys import Table
from settings.place import Place, Reading
from settings.principals import Principals

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from settings.access import GrantSettings, RuleSettings, TeamSettings
    from settings.cluster import ClusterSettings
    from settings.principals import GroupSettings

_TEXTS = {"location", "tenantId", "login"}
"""Keys whose values are texts as they stand; all others are JSON."""

_MISSPELLED = 0.8
"""How like the project's name (`difflib`) a namespace is that was meant to be it."""

_MANAGED_GROUP_LENGTH = 80
"""Azure's limit for the name of the resource group that AKS makes for the nodes."""

_BREAK_GLASS_DAYS = 7


class InvalidSettingsError(pulumi.RunError):
    """All that is wrong with a stack's configuration, one problem a line."""


@dataclass(frozen=True)
class BreakGlassSettings:
    """Why and until when local accounts are on."""

    reason: str
    until: dt.date
    """Last day, UTC."""


@dataclass(frozen=True)
class Settings:
    """Everything a stack file says, complete and checked."""

    resource_group_name: str
    location: str
    tags: dict[str, str]
    tenant_id: str
    """Tenant of the cluster's people; empty for the deployer's."""
    cluster: ClusterSettings
    login: str
    """How the deployer enters the cluster, in kubelogin's words."""
    protect: bool
    """Whether the cluster can be deleted only after this was turned off."""
    groups: tuple[GroupSettings, ...]
    """Every group that is named anywhere, once."""
    users: tuple[str, ...]
    """User principal name or object id of each person that is named anywhere, once."""
    service_principals: tuple[str, ...]
    """Object id of each service principal that is named anywhere, once."""
    admin_groups: tuple[str, ...]
    """Keys of the groups whose members administer the cluster; at least one."""
    roles: dict[str, list[RuleSettings]]
    """Rules of the custom roles, by name."""
    teams: tuple[TeamSettings, ...]
    cluster_grants: tuple[GrantSettings, ...]
    """Who has which ClusterRole."""
    break_glass: BreakGlassSettings | None
    """Emergency access; None while it is off."""


def load(
    built_in_roles: Collection[str], logins: Sequence[str], today: dt.date | None = None
) -> Settings:
    """The settings of the stack that is being run.

    Args:
        built_in_roles: Names of the roles that a team may have without describing them.
        logins: The ways to log in that the deployer may use.
        today: The day for which dates are judged; by default the day it is in UTC.

    Raises:
        InvalidSettingsError: Something is wrong; the message tells everything that is.
    """
    root = _root(built_in_roles, logins)
    settings = _settings(root, built_in_roles, today or dt.datetime.now(dt.UTC).date())
    problems = [text for _, text in root.reading.problems]
    if problems:
        count = f"{len(problems)} problem{'s' * (len(problems) > 1)}"
        raise InvalidSettingsError("\n  ".join((f"{count} in the configuration:", *problems)))
    return settings


def _root(built_in_roles: Collection[str], logins: Sequence[str]) -> Place:
    configuration = pulumi.Config()
    prefix = f"{configuration.name}:"
    given = list(pulumi_config.CONFIG.get())
    present = [name for name in given if name.startswith(prefix)]
    values = {name.removeprefix(prefix): _value(configuration, name) for name in present}
    roles = values.get("roles")
    custom = cast("dict[str, Any]", roles) if isinstance(roles, dict) else {}
    reading = Reading(
        f"stacks/Pulumi.{pulumi.get_stack()}.yaml",
        names={"project": pulumi.get_project(), "stack": pulumi.get_stack()},
        options={"logins": logins, "roles": [*built_in_roles, *custom]},
        secrets=[name for name in present if pulumi_config.is_config_secret(name)],
    )
    for name in given:
        namespace, _, key = name.partition(":")
        if namespace != configuration.name and difflib.get_close_matches(
            namespace, [configuration.name], cutoff=_MISSPELLED
        ):
            # Pulumi would pass over it without a word: it could be a provider's.
            reading.note(
                name, "is not of this program", f"keys below {prefix}", f"write {prefix}{key}"
            )
    return Place(prefix, values, reading)


def _value(configuration: pulumi.Config, name: str) -> Any:
    key = name.partition(":")[2]
    if key in _TEXTS:
        return configuration.get(key) or None
    try:
        return configuration.get_object(key)
    except pulumi.ConfigTypeError:
        return configuration.get(key)


def _settings(root: Place, built_in_roles: Collection[str], today: dt.date) -> Settings:
    file: StackFile = Table(StackFile).read(root)
    check_cluster(root.child("cluster"), file.cluster)
    _check_names(root, file, built_in_roles)
    break_glass = _break_glass(root, file, today)
    people = Principals()
    return Settings(
        resource_group_name=file.resource_group.name,
        location=file.location,
        tags=file.tags,
        tenant_id=file.tenant_id,
        cluster=replace(file.cluster, local_accounts=break_glass is not None),
        login=file.login,
        protect=file.protect,
        admin_groups=_admin_groups(root.child("adminGroups"), file, people),
        roles=file.roles,
        teams=access.teams(root.child("teams"), file.teams, people),
        cluster_grants=access.cluster_grants(
            root.child("clusterAccess"), file.cluster_access, people
        ),
        # All that is above has filled these.
        groups=people.groups(),
        users=people.of("user"),
        service_principals=people.of("servicePrincipal"),
        break_glass=break_glass,
    )


def _admin_groups(place: Place, file: StackFile, people: Principals) -> tuple[str, ...]:
    keys: list[str] = []
    for at, entry in zip(place.elements(), file.admin_groups, strict=False):
        key = people.group(at, entry)
        if key and key in keys:
            at.refuse("each group once", "delete it", f"is {at.shown(key)}")
        keys.append(key)
    return tuple(keys)


def _check_names(root: Place, file: StackFile, built_in_roles: Collection[str]) -> None:
    """Note names that are fine alone but not together."""
    managed_group = f"MC_{file.resource_group.name}_{file.cluster.cluster_name}_{file.location}"
    if len(managed_group) > _MANAGED_GROUP_LENGTH:
        place = root.below("cluster.name")
        place.refuse(
            f"at most {_MANAGED_GROUP_LENGTH} characters together",
            "shorten cluster.name or resourceGroup.name",
            f"with its resource group and location makes {place.shown(managed_group)}",
        )
    for name in file.roles:
        if name in built_in_roles:
            at = root.child("roles").child(name)
            at.refuse(f"none of {', '.join(built_in_roles)}", "rename it", "is built in")
    seen: dict[str, str] = {}
    for name in file.tags:
        if seen.setdefault(name.lower(), name) != name:
            at = root.child("tags").child(name)
            at.refuse("each name once, whatever its case", "delete it", "is there twice for Azure")


def _break_glass(root: Place, file: StackFile, today: dt.date) -> BreakGlassSettings | None:
    """Emergency access, if it is on; local accounts are on with it, and only with it."""
    place, entry = root.child("breakGlass"), file.break_glass
    local_accounts = root.below("cluster.localAccounts")
    if local_accounts.value is True and not entry.enabled:
        local_accounts.refuse(
            "true with breakGlass.enabled only",
            "delete it; where nobody can log in, write breakGlass with enabled, reason and until",
        )
    if local_accounts.value is False and entry.enabled:
        local_accounts.refuse("not false with breakGlass.enabled, which needs them", "delete it")
    if not entry.enabled or not place.is_clean:
        return None
    if not entry.reason:
        place.child("reason").refuse(rules.REASON.allowed, rules.REASON.remedy)
    last = today + dt.timedelta(days=_BREAK_GLASS_DAYS)
    if not entry.until or not today <= dt.date.fromisoformat(entry.until) <= last:
        place.child("until").refuse(
            f'a day from "{today}" to "{last}"', "write the last day on which it is needed"
        )
        return None
    return BreakGlassSettings(entry.reason.strip(), dt.date.fromisoformat(entry.until))
