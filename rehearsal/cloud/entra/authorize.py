"""The authorization code grant's first half: a person logs in, the client gets a code."""

from __future__ import annotations

from string import punctuation
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from rehearsal.cloud.entra import errors
from rehearsal.cloud.entra.clients import is_public
from rehearsal.cloud.entra.discovery import tenant_id
from rehearsal.cloud.entra.errors import Fault, message, refusal
from rehearsal.cloud.entra.interactive import Ask, LoggedIn, answered, log_in_page
from rehearsal.cloud.entra.pages import message_page, posting_page, require_own_page
from rehearsal.cloud.entra.resources import v1_target, v2_target
from rehearsal.cloud.entra.sessions import CODE_LIFETIME, Grant, Sessions
from rehearsal.cloud.entra.token_endpoint import form_fields
from rehearsal.cloud.web import CloudError, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Request

TROUBLE = "Sorry, but we're having trouble signing you in"
BAD_REQUEST = 400
# Where the code may go without being registered: a native client's own listener.
NATIVE_HOSTS = ("localhost", "127.0.0.1", "::1")
RESPONSE_MODES = ("query", "fragment", "form_post")
# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
RESPONSE_TYPE = Fault(
    700054,
    "unsupported_response_type",
    "response_type '{given}' is not enabled for the application.",
)
RESPONSE_MODE = Fault(
    70007,
    "unsupported_response_mode",
    "'{given}' is not a supported value of 'response_mode' when requesting a code.",
)
SILENT_SIGN_IN = Fault(
    50058, "login_required", "A silent sign-in request was sent but no user is signed in."
)
DECLINED = Fault(65004, "access_denied", "User declined to consent to access the app.")


def show_page(cloud: Cloud, request: Request) -> Reply:
    """The log-in page, or a page that says what is wrong with the request."""
    refused = _refused(cloud, request)
    if refused:
        return refused
    if request.query.get("prompt") == "none":
        # Nobody is ever signed in already: the pages set no cookie.
        return _told(request, refusal(cloud, request, SILENT_SIGN_IN))
    return log_in_page(cloud, _ask(request))


def answer_page(cloud: Cloud, request: Request) -> Reply:
    """Send the person who logged in back to the client, with the code.

    Raises:
        CloudError: another site has sent the form.
    """
    require_own_page(request)
    refused = _refused(cloud, request)
    if refused:
        return refused
    form = form_fields(request)
    if form.get("action") == "decline":
        return _told(request, refusal(cloud, request, DECLINED))
    outcome = answered(cloud, _ask(request), form)
    if not isinstance(outcome, LoggedIn):
        return outcome
    sessions = Sessions(cloud.store, cloud.clock)
    query = request.query
    grant = Grant(
        client_id=query["client_id"],
        user_id=outcome.person.object_id,
        requested=_requested(request),
        expires=sessions.expiry(CODE_LIFETIME),
        challenge=query.get("code_challenge", ""),
        challenge_method=query.get("code_challenge_method", "plain"),
        redirect_uri=query["redirect_uri"],
        nonce=query.get("nonce", ""),
        mfa=outcome.mfa,
    )
    return _back(request, {"code": sessions.keep("authorization-code", grant)})


def _ask(request: Request) -> Ask:
    return Ask(
        client_id=request.query["client_id"],
        requested=_requested(request),
        text="Go on only if you started this yourself.",
        cancel="Cancel",
        hint=request.query.get("login_hint", ""),
    )


def _requested(request: Request) -> str:
    return request.query.get("scope") or request.query.get("resource", "")


def _refused(cloud: Cloud, request: Request) -> Reply | None:
    """What is wrong: told to the client, unless it cannot be known that the address is its own."""
    problem = _problem(cloud, request)
    if problem:
        return message_page(TROUBLE, problem, BAD_REQUEST)
    query = dict(request.query)
    try:
        if "/v2.0/" in request.path:
            v2_target(cloud, request, query, application=False)
        elif "resource" in query:
            v1_target(cloud, request, query)
    except CloudError as error:
        return _told(request, error)
    return None


def _told(request: Request, error: CloudError) -> Reply:
    """Send the browser back to the client with an error."""
    return _back(request, {name: error.reply.body[name] for name in ("error", "error_description")})


def _back(request: Request, answer: Mapping[str, str]) -> Reply:
    """Send the browser back to the client, in the way that the client asked for."""
    query = request.query
    address = query["redirect_uri"]
    values = {**answer, "state": query["state"]} if "state" in query else answer
    mode = query.get("response_mode", "query")
    if mode == "form_post":
        return posting_page(address, values)
    joint = "#" if mode == "fragment" else "&" if "?" in address else "?"
    # What a header cannot hold stands there in percent signs, as in RFC 3987.
    location = quote(address, safe=punctuation, errors="replace")
    return Reply(302, b"", {"location": f"{location}{joint}{urlencode(values, errors='replace')}"})


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
        return message(RESPONSE_TYPE, given=query["response_type"])
    if query.get("response_mode", "query") not in RESPONSE_MODES:
        return message(RESPONSE_MODE, given=query["response_mode"])
    if not _may_redirect(cloud, client, redirect):
        return message(errors.REDIRECT_MISMATCH, redirect=redirect, client=client)
    return None


def _may_redirect(cloud: Cloud, app_id: str, redirect: str) -> bool:
    if is_public(cloud, app_id) and _is_native(redirect):
        return True
    for document in cloud.directory.all("Application"):
        if document["appId"] == app_id:
            registered = [
                *document.get("web", {}).get("redirectUris", []),
                *document.get("publicClient", {}).get("redirectUris", []),
            ]
            return redirect in registered
    return False


def _is_native(redirect: str) -> bool:
    try:
        return urlsplit(redirect).hostname in NATIVE_HOSTS
    except ValueError:
        return False
