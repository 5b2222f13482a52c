"""Azure roles: the built-in ones, read from `built_in_roles.yaml`, and the tenant's own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from rehearsal.cloud.arm.scopes import action_matches

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json

CUSTOM = "arm/roleDefinition"
"""Kind of the store's documents of custom roles: key the GUID in lower case, body the
`properties` as ARM shows them."""
_FILE = Path(__file__).with_name("built_in_roles.yaml")


@dataclass(frozen=True)
class Role:
    """A role definition: what it allows, and what it takes away from that again."""

    id: str
    """A GUID; that of a built-in role is the same in every tenant."""
    name: str
    description: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()
    assignable_scopes: tuple[str, ...] = ("/",)
    """At and below which it can be assigned."""

    def allows(self, action: str, *, data: bool = False) -> bool:
        """Whether the role allows an action; `data` for one on what is inside a resource."""
        given, taken = (
            (self.data_actions, self.not_data_actions) if data else (self.actions, self.not_actions)
        )
        return any(action_matches(pattern, action) for pattern in given) and not any(
            action_matches(pattern, action) for pattern in taken
        )


@cache
def built_in_roles() -> tuple[Role, ...]:
    """All roles there are, ordered as in the file."""
    return tuple(
        Role(
            id=entry["id"],
            name=entry["roleName"],
            description=entry["description"],
            actions=tuple(entry.get("actions", ())),
            not_actions=tuple(entry.get("notActions", ())),
            data_actions=tuple(entry.get("dataActions", ())),
            not_data_actions=tuple(entry.get("notDataActions", ())),
        )
        for entry in yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    )


def find_role(reference: str) -> Role | None:
    """The built-in role with this GUID, or of this role definition id; None if there is none."""
    guid = guid_of(reference)
    return next((role for role in built_in_roles() if role.id == guid), None)


def guid_of(reference: str) -> str:
    """The lower-case GUID of a role definition id, whatever its scope."""
    return reference.rstrip("/").rsplit("/", 1)[-1].lower()


def role_of(cloud: Cloud, reference: str) -> Role | None:
    """As `find_role`, custom roles included."""
    found = find_role(reference)
    if found is None:
        properties = cloud.store.get(CUSTOM, guid_of(reference))
        return None if properties is None else custom_role(guid_of(reference), properties)
    return found


def all_roles(cloud: Cloud) -> list[Role]:
    """The built-in roles, then the custom ones by id."""
    custom = (custom_role(guid, properties) for guid, properties in cloud.store.all(CUSTOM))
    return [*built_in_roles(), *custom]


def custom_role(guid: str, properties: Json) -> Role:
    """The role that a document of the kind `CUSTOM` describes."""
    permissions: Json = properties["permissions"][0]
    return Role(
        id=guid,
        name=properties["roleName"],
        description=properties["description"],
        actions=tuple(permissions["actions"]),
        not_actions=tuple(permissions["notActions"]),
        data_actions=tuple(permissions["dataActions"]),
        not_data_actions=tuple(permissions["notDataActions"]),
        assignable_scopes=tuple(properties["assignableScopes"]),
    )


def role_named(name: str) -> Role:
    """The built-in role of this name, compared without case.

    Raises:
        KeyError: there is none.
    """
    for role in built_in_roles():
        if role.name.lower() == name.lower():
            return role
    raise KeyError(name)
