"""The settings of a stack: the only place that reads Pulumi's configuration.

`load` reads the whole configuration, tells all its problems in one error, and answers frozen
values. Which text is allowed where is in `settings_rules`.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.runtime import config as pulumi_config

import settings_rules as rules
from settings_access import AccessReader
from settings_cluster import read_cluster
from settings_reader import Problems, Reader

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from settings_access import GrantSettings, RuleSettings, TeamSettings
    from settings_cluster import ClusterSettings
    from settings_principals import GroupSettings

_TEXTS = {"location", "tenantId", "login"}
"""Keys whose values are texts as they stand; all others are JSON."""

_MISSPELLED = 0.8
"""How like the project's name (`difflib`) a namespace is that was meant to be it."""

_MANAGED_GROUP_LENGTH = 80
"""Azure's limit for the name of the resource group that AKS makes for the nodes."""


class InvalidSettingsError(pulumi.RunError):
    """All that is wrong with a stack's configuration, one problem a line."""


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


def load(built_in_roles: Collection[str], logins: Sequence[str]) -> Settings:
    """The settings of the stack that is being run.

    Args:
        built_in_roles: Names of the roles that a team may have without describing them.
        logins: The ways to log in that the deployer may use.

    Raises:
        InvalidSettingsError: Something is wrong; the message tells everything that is.
    """
    problems = Problems(f"stacks/Pulumi.{pulumi.get_stack()}.yaml")
    settings = _read(_root(problems), built_in_roles, logins)
    if problems.lines:
        count = len(problems.lines)
        raise InvalidSettingsError(
            "\n  ".join(
                (f"{count} problem{'s' * (count > 1)} in the configuration:", *problems.lines)
            )
        )
    return settings


def _root(problems: Problems) -> Reader:
    configuration = pulumi.Config()
    prefix = f"{configuration.name}:"
    given = list(pulumi_config.CONFIG.get())
    present = [name for name in given if name.startswith(prefix)]
    for name in given:
        namespace, _, key = name.partition(":")
        if namespace != configuration.name and difflib.get_close_matches(
            namespace, [configuration.name], cutoff=_MISSPELLED
        ):
            # Pulumi would pass over it without a word: it could be a provider's.
            problems.note(
                name, "is not of this program", f"keys below {prefix}", f"write {prefix}{key}"
            )
    keys = [name.removeprefix(prefix) for name in present]
    secrets = {key for key in keys if pulumi_config.is_config_secret(prefix + key)}
    values = {key: _value(configuration, key) for key in keys}
    return Reader(prefix, values, problems, secrets=secrets)


def _value(configuration: pulumi.Config, key: str) -> Any:
    if key in _TEXTS:
        return configuration.get(key) or None
    try:
        return configuration.get_object(key)
    except pulumi.ConfigTypeError:
        return configuration.get(key)


def _read(root: Reader, built_in_roles: Collection[str], logins: Sequence[str]) -> Settings:
    resource_group = root.table("resourceGroup")
    default_group = f"rg-{pulumi.get_project()}-{pulumi.get_stack()}"
    resource_group_name = resource_group.text("name", rules.RESOURCE_GROUP, default_group)
    resource_group.finish()
    location = root.text("location", rules.LOCATION)
    access = AccessReader(root, built_in_roles)
    settings = Settings(
        resource_group_name=resource_group_name,
        location=location,
        tags=_tags(root),
        tenant_id=root.text("tenantId", rules.TENANT_ID, ""),
        cluster=read_cluster(root.table("cluster")),
        login=root.choice("login", logins, "azurecli"),
        protect=root.flag("protect", default=False),
        admin_groups=access.admin_groups(),
        roles=access.roles(),
        teams=access.teams(),
        cluster_grants=access.cluster_grants(),
        # The readers above have filled these.
        groups=access.principals.groups(),
        users=access.principals.users(),
        service_principals=access.principals.service_principals(),
    )
    managed_group = f"MC_{resource_group_name}_{settings.cluster.cluster_name}_{location}"
    if len(managed_group) > _MANAGED_GROUP_LENGTH:
        root.problems.note(
            root.key("cluster.name"),
            f'with its resource group and location makes "{managed_group}"',
            f"at most {_MANAGED_GROUP_LENGTH} characters together",
            "shorten cluster.name or resourceGroup.name",
        )
    root.finish()
    return settings


def _tags(root: Reader) -> dict[str, str]:
    tags = root.table("tags")
    found = {name: tags.text(name, rules.TAG) for name in tags.names()}
    for name in found:
        if not rules.TAG_NAME.accepts(name):
            tags.problems.note(
                tags.key(name), "has a bad name", rules.TAG_NAME.allowed, rules.TAG_NAME.remedy
            )
    return found
