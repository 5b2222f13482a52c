"""What the log-in pages have in common: name and password, then what the policies demand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rehearsal.cloud.entra import errors
from rehearsal.cloud.entra.conditional_access import (
    demanded,
    has_second_factor,
    second_factor_fits,
)
from rehearsal.cloud.entra.errors import message
from rehearsal.cloud.entra.pages import Field, Mistake, form_page, message_page
from rehearsal.cloud.entra.people import LogInError, log_in
from rehearsal.cloud.entra.policies import has_consent
from rehearsal.cloud.entra.sessions import CODE_LIFETIME, Grant, Sessions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.graph.directory import Principal
    from rehearsal.cloud.web import Reply

USERNAME = Field("username", "Account (user principal name)", autocomplete="username")
PASSWORD = Field("password", "Password", "password", autocomplete="current-password")
SECOND_FACTOR = Field("verification_code", "Verification code", autocomplete="one-time-code")


@dataclass(frozen=True)
class Ask:
    """A log-in that an application asks a person for."""

    client_id: str
    requested: str
    """As `Grant.requested`."""
    text: str
    """What the page says below its title."""
    cancel: str
    """Label of the button that declines."""
    hidden: Mapping[str, str] = field(default_factory=dict[str, str])
    """Goes along with each of the pages."""
    hint: str = ""
    """Who is expected."""


@dataclass(frozen=True)
class LoggedIn:
    """A person whom the policies let through, and whether a second factor was given."""

    person: Principal
    mfa: bool


def application_name(cloud: Cloud, client_id: str) -> str:
    """The display name of an application of the tenant, its id if it is gone."""
    principal = cloud.directory.find_by_app_id(client_id)
    return principal.display_name if principal else client_id


def log_in_page(cloud: Cloud, ask: Ask, mistake: Mistake | None = None, typed: str = "") -> Reply:
    """The page for name and password."""
    return _asking(cloud, ask, (replace(USERNAME, value=typed or ask.hint), PASSWORD), mistake)


def answered(cloud: Cloud, ask: Ask, form: dict[str, str]) -> LoggedIn | Reply:
    """Who has logged in, or the page that comes next."""
    if "ticket" in form:
        return _second_factor(cloud, ask, form)
    name = form.get("username")
    if name is None:
        return log_in_page(cloud, ask)
    try:
        person = log_in(cloud, name, form.get("password", ""))
    except LogInError as refused:
        text = message(refused.fault, user=name, tenant=cloud.directory.tenant().display_name)
        wrong = PASSWORD if refused.fault is errors.WRONG_PASSWORD else USERNAME
        return log_in_page(cloud, ask, Mistake(text, wrong.name), name)
    return _allowed(cloud, ask, person)


def _allowed(cloud: Cloud, ask: Ask, person: Principal) -> LoggedIn | Reply:
    """What the policies make of somebody who has given the right password."""
    if not has_consent(cloud.store, ask.client_id):
        name = application_name(cloud, ask.client_id)
        text = f"AADSTS90094: {name} needs permissions that only an administrator can grant."
        return _dead_end("Need admin approval", text)
    demand = demanded(cloud, person, ask.client_id, ask.requested)
    if demand == "nothing":
        return LoggedIn(person, mfa=False)
    if demand == "block":
        return _dead_end("You cannot access this right now", message(errors.ACCESS_BLOCKED))
    if not has_second_factor(cloud, person):
        text = message(errors.MFA_ENROLLMENT, resource=ask.requested)
        return _dead_end("More information required", text)
    sessions = Sessions(cloud.store, cloud.clock)
    expires = sessions.expiry(CODE_LIFETIME)
    ticket = sessions.keep("log-in", Grant(ask.client_id, person.object_id, ask.requested, expires))
    return _second_factor_page(cloud, ask, ticket)


def _dead_end(title: str, text: str) -> Reply:
    advice = "Ask an administrator, or start again with another account."
    return message_page(title, f"{text} {advice}", 403)


def _second_factor(cloud: Cloud, ask: Ask, form: dict[str, str]) -> LoggedIn | Reply:
    sessions = Sessions(cloud.store, cloud.clock)
    grant = sessions.find("log-in", form["ticket"])
    same = grant and (grant.client_id, grant.requested) == (ask.client_id, ask.requested)
    person = cloud.directory.principal(grant.user_id) if grant and same else None
    if grant is None or person is None or sessions.expired(grant):
        return log_in_page(cloud, ask, Mistake("That took too long. Sign in again.", USERNAME.name))
    if not second_factor_fits(cloud, person, form.get(SECOND_FACTOR.name, "")):
        text = "That code didn't work. Check the code and try again."
        mistake = Mistake(text, SECOND_FACTOR.name)
        return _second_factor_page(cloud, ask, form["ticket"], mistake)
    sessions.take("log-in", form["ticket"])
    return LoggedIn(person, mfa=True)


def _second_factor_page(
    cloud: Cloud, ask: Ask, ticket: str, mistake: Mistake | None = None
) -> Reply:
    again = replace(
        ask,
        text="Your organisation asks for more than a password here: enter the code that you"
        " would get on your telephone.",
        hidden={**ask.hidden, "ticket": ticket},
    )
    return _asking(cloud, again, (SECOND_FACTOR,), mistake)


def _asking(cloud: Cloud, ask: Ask, fields: tuple[Field, ...], mistake: Mistake | None) -> Reply:
    title = f"{application_name(cloud, ask.client_id)} wants to sign you in"
    buttons = {"login": "Sign in", "decline": ask.cancel}
    return form_page(title, ask.text, fields, buttons, hidden=ask.hidden, mistake=mistake)
