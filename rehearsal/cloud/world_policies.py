"""The sign-in policies of world.yaml: conditional access and token lifetimes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Requirement = Literal["mfa", "block"]


@dataclass(frozen=True)
class AccessPolicy:
    """One conditional access policy; a condition that names nothing excludes nothing.

    It applies to a person that `users`, `groups` or `roles` names, or to everybody if none of them
    names anybody.
    """

    id: str
    name: str
    users: list[str]
    """Object ids."""
    groups: list[str]
    """Object ids; members of nested groups are meant too."""
    roles: list[str]
    """Display names of directory roles."""
    clients: list[str]
    """Application ids of what the person logs in through."""
    resources: list[str]
    """Application ids of what the token is for."""
    require: Requirement


@dataclass(frozen=True)
class Lifetimes:
    """How long tokens are valid."""

    access: timedelta = timedelta(minutes=60)
    """Entra's default is a random 60 to 90 minutes."""
    refresh: timedelta = timedelta(days=90)
    """Without being used:
    https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-lifetime"""


def read_policy(found: Mapping[str, Any], ids: Mapping[str, str], policy_id: str) -> AccessPolicy:
    """A policy of a checked file; `ids` has the object ids of accounts and groups by name."""
    return AccessPolicy(
        id=policy_id,
        name=found["name"],
        users=[ids[name] for name in found.get("users", ())],
        groups=[ids[name] for name in found.get("groups", ())],
        roles=list(found.get("roles", ())),
        clients=list(found.get("clients", ())),
        resources=list(found.get("resources", ())),
        require=found["require"],
    )


def read_lifetimes(found: Mapping[str, int]) -> Lifetimes:
    """The lifetimes of a checked file; what it leaves out is Entra's default."""
    default = Lifetimes()
    minutes, days = found.get("accessMinutes"), found.get("refreshDays")
    return Lifetimes(
        access=timedelta(minutes=minutes) if minutes else default.access,
        refresh=timedelta(days=days) if days else default.refresh,
    )
