"""The tenant that a rehearsal starts from: world.yaml, read and checked."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml
from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PACKAGE = Path(__file__).parents[1]
DEFAULT = PACKAGE / "world.yaml"
SCHEMA = PACKAGE / "world.schema.json"


class WorldError(Exception):
    """world.yaml cannot be used; the message lists everything that is wrong with it."""


@dataclass(frozen=True)
class Account:
    """Somebody who can log in: what `python -m rehearsal as NAME` needs to know."""

    name: str
    kind: Literal["User", "ServicePrincipal"]
    tenant_id: str
    object_id: str
    upn: str
    """Empty for service principals."""
    app_id: str
    """Empty for users."""
    secret: str
    """A user's password, a service principal's client secret."""


@dataclass(frozen=True)
class User:
    """A person; a guest's `upn` is of the form that invitations give."""

    account: Account
    display_name: str
    mail: str | None
    guest: bool
    enabled: bool
    directory_roles: frozenset[str]


@dataclass(frozen=True)
class ServicePrincipal:
    """An application with its service principal and one client secret."""

    account: Account
    graph_permissions: frozenset[str]
    directory_roles: frozenset[str]


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
        problems = list(_schema_problems(document)) or list(_reference_problems(document))
        if problems:
            raise WorldError("\n  ".join([f"{path} cannot be used:", *problems]))
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


def _schema_problems(document: Any) -> Iterator[str]:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    validator: Any = Draft202012Validator(schema)
    for error in validator.iter_errors(document):
        where = error.json_path.removeprefix("$").lstrip(".") or "the file"
        # The value itself stays out of the message where it may be a password.
        secret = where.endswith((".password", ".secret"))
        yield f"{where}: {'not allowed here' if secret else error.message}"


def _reference_problems(document: Mapping[str, Any]) -> Iterator[str]:
    people = [*document["users"], *document["servicePrincipals"]]
    groups = document.get("groups", [])
    ids = [found["id"] for found in (*people, *groups)]
    ids += [found["appId"] for found in document["servicePrincipals"]]
    names = [found["name"] for found in people] + [found["displayName"] for found in groups]
    for value, count in (Counter(ids) + Counter(names)).items():
        if count > 1:
            yield f"'{value}' is used {count} times; ids and names must differ"
    for index, user in enumerate(document["users"]):
        if user.get("guest") and "mail" not in user:
            yield f"users[{index}]: a guest needs a mail, from which its name here is made"
    for where, name in _references(document):
        if name not in names:
            known = ", ".join(sorted(names))
            yield f"{where}: there is no '{name}'; there are {known}"


def _references(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in ("groups", "generatedGroups"):
        for index, group in enumerate(document.get(key, [])):
            for relation in ("members", "owners"):
                for name in group.get(relation, []):
                    yield f"{key}[{index}].{relation}", name
    for index, assignment in enumerate(document.get("roleAssignments", [])):
        yield f"roleAssignments[{index}].principal", assignment["principal"]


def _world(document: Mapping[str, Any]) -> World:
    tenant, subscription = document["tenant"], document["subscription"]
    users = tuple(_user(found, tenant) for found in document["users"])
    service_principals = tuple(
        _service_principal(found, tenant["id"]) for found in document["servicePrincipals"]
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
    )


def _user(found: Mapping[str, Any], tenant: Mapping[str, str]) -> User:
    guest = found.get("guest", False)
    # The form that Entra gives to a guest: user_home.example#EXT#@domain.
    local = f"{found['mail'].replace('@', '_')}#EXT#" if guest else found["name"]
    account = Account(
        name=found["name"],
        kind="User",
        tenant_id=tenant["id"],
        object_id=found["id"],
        upn=f"{local}@{tenant['domain']}",
        app_id="",
        secret=found["password"],
    )
    roles = frozenset(found.get("directoryRoles", ()))
    return User(
        account=account,
        display_name=found["displayName"],
        mail=found.get("mail"),
        guest=guest,
        enabled=found.get("enabled", True),
        directory_roles=roles,
    )


def _service_principal(found: Mapping[str, Any], tenant_id: str) -> ServicePrincipal:
    account = Account(
        name=found["name"],
        kind="ServicePrincipal",
        tenant_id=tenant_id,
        object_id=found["id"],
        upn="",
        app_id=found["appId"],
        secret=found["secret"],
    )
    return ServicePrincipal(
        account=account,
        graph_permissions=frozenset(found.get("graphPermissions", ())),
        directory_roles=frozenset(found.get("directoryRoles", ())),
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
