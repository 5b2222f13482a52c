"""The tenant that a rehearsal starts from: world.yaml, read and checked."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml

from rehearsal.cloud.world_accounts import (
    Account,
    ServicePrincipal,
    User,
    read_service_principal,
    read_user,
)
from rehearsal.cloud.world_checks import problems
from rehearsal.cloud.world_policies import AccessPolicy, Lifetimes, read_lifetimes, read_policy

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT = Path(__file__).parents[1] / "world.yaml"


class WorldError(Exception):
    """world.yaml cannot be used; the message lists everything that is wrong with it."""


@dataclass(frozen=True)
class Group:
    """A security group; members and owners by object id."""

    object_id: str
    display_name: str
    member_ids: tuple[str, ...]
    owner_ids: tuple[str, ...]


@dataclass(frozen=True)
class RoleAssignment:
    """An Azure role that somebody has from the beginning."""

    principal_id: str
    principal_kind: Literal["User", "Group", "ServicePrincipal"]
    role_name: str
    scope: str
    """An ARM id: `/subscriptions/...`."""


@dataclass(frozen=True)
class World:
    """The whole of world.yaml; names are resolved to object ids."""

    tenant_id: str
    tenant_name: str
    domain: str
    subscription_id: str
    subscription_name: str
    users: tuple[User, ...]
    service_principals: tuple[ServicePrincipal, ...]
    groups: tuple[Group, ...]
    role_assignments: tuple[RoleAssignment, ...]
    conditional_access: tuple[AccessPolicy, ...]
    lifetimes: Lifetimes

    @classmethod
    def load(cls, path: Path = DEFAULT) -> World:
        """Read and check the file.

        Raises:
            WorldError: it is not there, is no YAML, or does not fit together.
        """
        try:
            document = yaml.safe_load(path.read_text(encoding="utf-8"))
        except OSError as error:
            message = f"{path}: {error.strerror}"
            raise WorldError(message) from None
        except yaml.YAMLError as error:
            message = f"{path}: not YAML: {error}"
            raise WorldError(message) from None
        found = problems(document)
        if found:
            raise WorldError("\n  ".join([f"{path} cannot be used:", *found]))
        return _world(document)

    def accounts(self) -> tuple[Account, ...]:
        """Everybody who can log in, people first."""
        people = tuple(user.account for user in self.users)
        return people + tuple(found.account for found in self.service_principals)

    def account(self, name: str) -> Account:
        """The account of that name; KeyError if there is none."""
        for account in self.accounts():
            if account.name == name:
                return account
        raise KeyError(name)


def _world(document: Mapping[str, Any]) -> World:
    tenant, subscription = document["tenant"], document["subscription"]
    users = tuple(read_user(found, tenant) for found in document["users"])
    service_principals = tuple(
        read_service_principal(found, tenant["id"]) for found in document["servicePrincipals"]
    )
    listed = document.get("groups", [])
    kinds: dict[str, tuple[str, Literal["User", "Group", "ServicePrincipal"]]] = {
        found["displayName"]: (found["id"], "Group") for found in listed
    }
    for person in (*users, *service_principals):
        kinds[person.account.name] = (person.account.object_id, person.account.kind)
    ids = {name: object_id for name, (object_id, _) in kinds.items()}
    generated = [
        {
            "id": made_up_id(tenant["id"], name),
            "displayName": name,
            "members": batch.get("members", []),
        }
        for batch in document.get("generatedGroups", [])
        for name in (f"{batch['prefix']}-{number:03}" for number in range(1, batch["count"] + 1))
    ]
    root = f"/subscriptions/{subscription['id']}"
    return World(
        tenant_id=tenant["id"],
        tenant_name=tenant["displayName"],
        domain=tenant["domain"],
        subscription_id=subscription["id"],
        subscription_name=subscription["displayName"],
        users=users,
        service_principals=service_principals,
        groups=tuple(_group(found, ids) for found in (*listed, *generated)),
        role_assignments=tuple(
            RoleAssignment(*kinds[found["principal"]], found["role"], found.get("scope", root))
            for found in document.get("roleAssignments", [])
        ),
        conditional_access=tuple(
            read_policy(found, ids, made_up_id(tenant["id"], f"policy {found['name']}"))
            for found in document.get("conditionalAccess", [])
        ),
        lifetimes=read_lifetimes(document.get("tokenLifetimes", {})),
    )


def _group(found: Mapping[str, Any], ids: Mapping[str, str]) -> Group:
    return Group(
        object_id=found["id"],
        display_name=found["displayName"],
        member_ids=tuple(ids[name] for name in found.get("members", ())),
        owner_ids=tuple(ids[name] for name in found.get("owners", ())),
    )


def made_up_id(tenant_id: str, name: str) -> str:
    """A GUID for something of the tenant that world.yaml gives no id, the same every time."""
    return str(uuid.uuid5(uuid.UUID(tenant_id), name))
