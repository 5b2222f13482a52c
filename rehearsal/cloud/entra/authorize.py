"""The authorization code grant's first half: a person logs in, the client gets a code."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from rehearsal.cloud.entra import errors
from rehearsal.cloud.entra.clients import is_public
from rehearsal.cloud.entra.discovery import tenant_id
from rehearsal.cloud.entra.errors import message
from rehearsal.cloud.entra.pages import form_page, message_page
from rehearsal.cloud.entra.people import LogInError, log_in
from rehearsal.cloud.entra.sessions import CODE_LIFETIME, Grant, Sessions
from rehearsal.cloud.entra.token_endpoint import form_fields
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Request

TITLE = "Sign in to your account"
FIELDS = {"username": "User principal name", "password": "Password"}
BAD_REQUEST = 400
# Where the code may go without being registered: a native client's own listener.
NATIVE_HOSTS = ("localhost", "127.0.0.1", "::1")


def show_page(cloud: Cloud, request: Request) -> Reply:
    """The log-in page, or a page that says what is wrong with the request."""
    problem = _problem(cloud, request)
    if problem:
        return message_page("Sorry, but we're having trouble signing you in", problem, BAD_REQUEST)
    hint = request.query.get("login_hint", "")
    return form_page(TITLE, FIELDS, hidden={"username": hint})


def answer_page(cloud: Cloud, request: Request) -> Reply:
    """Send the person who logged in back to the client, with the code."""
    problem = _problem(cloud, request)
    if problem:
        return message_page("Sorry, but we're having trouble signing you in", problem, BAD_REQUEST)
    form = form_fields(request)
    name = form.get("username", "")
    try:
        person = log_in(cloud, name, form.get("password", ""))
    except LogInError as refused:
        error = message(refused.fault, user=name, tenant=cloud.directory.tenant().display_name)
        return form_page(TITLE, FIELDS, hidden={"username": name}, error=error)
    sessions = Sessions(cloud.store, cloud.clock)
    query = request.query
    grant = Grant(
        client_id=query["client_id"],
        user_id=person.object_id,
        requested=query.get("scope") or query.get("resource", ""),
        expires=sessions.expiry(CODE_LIFETIME),
        challenge=query.get("code_challenge", ""),
        challenge_method=query.get("code_challenge_method", "plain"),
        redirect_uri=query["redirect_uri"],
        nonce=query.get("nonce", ""),
    )
    answer = {"code": sessions.keep("authorization-code", grant)}
    if "state" in query:
        answer["state"] = query["state"]
    joint = "&" if urlsplit(query["redirect_uri"]).query else "?"
    return Reply(302, b"", {"location": f"{query['redirect_uri']}{joint}{urlencode(answer)}"})


def _problem(cloud: Cloud, request: Request) -> str | None:
    tenant_id(cloud, request)
    query = request.query
    for name in ("client_id", "response_type", "redirect_uri"):
        if not query.get(name):
            return message(errors.MISSING_PARAMETER, parameter=name)
    client, redirect = query["client_id"], query["redirect_uri"]
    if cloud.directory.find_by_app_id(client) is None:
        tenant = cloud.directory.tenant().display_name
        return message(errors.CLIENT_NOT_FOUND, client=client, tenant=tenant)
    if query["response_type"] != "code":
        return "AADSTS700054: response_type must be 'code'."
    if not _may_redirect(cloud, client, redirect):
        return message(errors.REDIRECT_MISMATCH, redirect=redirect, client=client)
    return None


def _may_redirect(cloud: Cloud, app_id: str, redirect: str) -> bool:
    if is_public(cloud, app_id) and urlsplit(redirect).hostname in NATIVE_HOSTS:
        return True
    for document in cloud.directory.all("Application"):
        if document["appId"] == app_id:
            registered = [
                *document.get("web", {}).get("redirectUris", []),
                *document.get("publicClient", {}).get("redirectUris", []),
            ]
            return redirect in registered
    return False
