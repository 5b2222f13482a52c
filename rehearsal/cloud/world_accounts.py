"""The people and applications of world.yaml that can log in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    second_factor: str | None
    """The code that the log-in page asks for where a policy requires one."""


@dataclass(frozen=True)
class FederatedCredential:
    """Whose word the application trusts instead of a secret."""

    issuer: str
    """An address, or `github` for the GitHub Actions that the rehearsal plays."""
    subject: str


@dataclass(frozen=True)
class ServicePrincipal:
    """An application with its service principal and one client secret."""

    account: Account
    graph_permissions: frozenset[str]
    directory_roles: frozenset[str]
    secret_end: datetime | None
    """Two years from the beginning if None."""
    federated_credentials: tuple[FederatedCredential, ...]
    consent: bool
    """Whether an administrator consented to what people do through it."""


def read_user(found: Mapping[str, Any], tenant: Mapping[str, str]) -> User:
    """A user of a checked file."""
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
    return User(
        account=account,
        display_name=found["displayName"],
        mail=found.get("mail"),
        guest=guest,
        enabled=found.get("enabled", True),
        directory_roles=frozenset(found.get("directoryRoles", ())),
        second_factor=found.get("secondFactor"),
    )


def read_service_principal(found: Mapping[str, Any], tenant_id: str) -> ServicePrincipal:
    """A service principal of a checked file."""
    account = Account(
        name=found["name"],
        kind="ServicePrincipal",
        tenant_id=tenant_id,
        object_id=found["id"],
        upn="",
        app_id=found["appId"],
        secret=found["secret"],
    )
    end = found.get("secretEnd")
    return ServicePrincipal(
        account=account,
        graph_permissions=frozenset(found.get("graphPermissions", ())),
        directory_roles=frozenset(found.get("directoryRoles", ())),
        secret_end=datetime.fromisoformat(end) if end else None,
        federated_credentials=tuple(
            FederatedCredential(credential["issuer"], credential["subject"])
            for credential in found.get("federatedCredentials", ())
        ),
        consent=found.get("consent", True),
    )
