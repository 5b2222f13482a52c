"""Azure's built-in roles, read from `built_in_roles.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from rehearsal.cloud.arm.scopes import action_matches

_FILE = Path(__file__).with_name("built_in_roles.yaml")


@dataclass(frozen=True)
class Role:
    """A role definition: what it allows, and what it takes away from that again."""

    id: str
    """The GUID that Azure gave the role, the same in every tenant."""
    name: str
    description: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()

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
    """The role with this GUID, or of this role definition id, whatever its scope; or None."""
    guid = reference.rstrip("/").rsplit("/", 1)[-1].lower()
    return next((role for role in built_in_roles() if role.id == guid), None)


def role_named(name: str) -> Role:
    """The role of this name, compared without case.

    Raises:
        KeyError: there is none.
    """
    for role in built_in_roles():
        if role.name.lower() == name.lower():
            return role
    raise KeyError(name)
