"""A person's name and password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.entra.errors import USER_DISABLED, USER_NOT_FOUND, WRONG_PASSWORD, Fault
from rehearsal.cloud.graph.credentials import Credentials

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.graph.directory import Principal


class LogInError(Exception):
    """Somebody may not log in; `fault` is Entra's reason."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.text)
        self.fault = fault


def log_in(cloud: Cloud, name: str, password: str) -> Principal:
    """The person of this user principal name (a guest: mail address too) and password.

    Raises:
        LogInError: no such person, the wrong password, or a disabled account.
    """
    person = cloud.directory.find_by_upn(name) or _guest(cloud, name)
    if person is None:
        raise LogInError(USER_NOT_FOUND)
    if not Credentials(cloud.store, cloud.clock).password_fits(person.object_id, password):
        raise LogInError(WRONG_PASSWORD)
    if not person.enabled:
        raise LogInError(USER_DISABLED)
    return person


def _guest(cloud: Cloud, mail: str) -> Principal | None:
    for document in cloud.directory.all("User"):
        if document["userType"] == "Guest" and (document["mail"] or "").lower() == mail.lower():
            return cloud.directory.principal(document["id"])
    return None
