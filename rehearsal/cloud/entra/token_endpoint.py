"""The token endpoints, v1 and v2: which grant, whose, for what."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from rehearsal.cloud.entra import errors
from rehearsal.cloud.entra.clients import Client, identify, require_public
from rehearsal.cloud.entra.discovery import tenant_id
from rehearsal.cloud.entra.errors import refusal
from rehearsal.cloud.entra.people import LogInError, log_in
from rehearsal.cloud.entra.replies import Version, application_reply, person_reply
from rehearsal.cloud.entra.resources import Target, v1_target, v2_target
from rehearsal.cloud.entra.sessions import Grant, Sessions
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.graph.directory import Principal
    from rehearsal.cloud.store import Json
    from rehearsal.cloud.web import Request

Form = dict[str, str]
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


def form_fields(request: Request) -> Form:
    """The fields of a form body; of a repeated one the last."""
    return dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))


def token(cloud: Cloud, request: Request, version: Version) -> Reply:
    """Answer a token request.

    Raises:
        CloudError: the request, the client, the person or the grant is refused.
    """
    tenant_id(cloud, request)
    form = form_fields(request)
    grant_type = form.get("grant_type")
    if not grant_type:
        raise refusal(cloud, request, errors.MISSING_PARAMETER, parameter="grant_type")
    grant = GRANTS.get(grant_type)
    if grant is None:
        raise refusal(cloud, request, errors.UNSUPPORTED_GRANT, grant=grant_type)
    client = identify(cloud, request, form)
    body = grant(cloud, request, form, client, version)
    return Reply(200, body, {"pragma": "no-cache"})


def _target(
    cloud: Cloud, request: Request, form: Form, version: Version, *, application: bool = False
) -> Target:
    if version == 1:
        return v1_target(cloud, request, form)
    return v2_target(cloud, request, form, application=application)


def _client_credentials(
    cloud: Cloud, request: Request, form: Form, client: Client, version: Version
) -> Json:
    if client.proof == "none":
        raise refusal(cloud, request, errors.CREDENTIAL_REQUIRED)
    target = _target(cloud, request, form, version, application=True)
    return application_reply(cloud, client, target, version)


def _password(cloud: Cloud, request: Request, form: Form, client: Client, version: Version) -> Json:
    require_public(cloud, request, client)
    name, password = (_required(cloud, request, form, key) for key in ("username", "password"))
    target = _target(cloud, request, form, version)
    try:
        person = log_in(cloud, name, password)
    except LogInError as error:
        tenant = cloud.directory.tenant().display_name
        raise refusal(cloud, request, error.fault, user=name, tenant=tenant) from None
    return person_reply(cloud, person, client, target, version)


def _device_code(
    cloud: Cloud, request: Request, form: Form, client: Client, version: Version
) -> Json:
    require_public(cloud, request, client)
    # MSAL for Python sends the code under both names, v1 clients under `code` alone.
    code = form.get("device_code") or _required(cloud, request, form, "code")
    sessions = Sessions(cloud.store, cloud.clock)
    grant = sessions.find("device-code", code)
    if grant is None or grant.client_id != client.app_id:
        raise refusal(cloud, request, errors.DEVICE_UNKNOWN, code=code)
    if grant.declined:
        raise refusal(cloud, request, errors.DEVICE_DECLINED)
    if sessions.expired(grant):
        raise refusal(cloud, request, errors.DEVICE_EXPIRED)
    if not grant.user_id:
        raise refusal(cloud, request, errors.DEVICE_PENDING)
    person = _still_there(cloud, request, grant)
    target = _target(cloud, request, _with_requested(form, grant, version), version)
    if sessions.take("device-code", code) is None:
        # Another poll of the same device was quicker.
        raise refusal(cloud, request, errors.DEVICE_UNKNOWN, code=code)
    return person_reply(cloud, person, client, target, version)


def _authorization_code(
    cloud: Cloud, request: Request, form: Form, client: Client, version: Version
) -> Json:
    require_public(cloud, request, client)
    sessions = Sessions(cloud.store, cloud.clock)
    grant = sessions.take("authorization-code", _required(cloud, request, form, "code"))
    if grant is None or grant.client_id != client.app_id or sessions.expired(grant):
        raise refusal(cloud, request, errors.CODE_INVALID)
    redirect = form.get("redirect_uri", "")
    if redirect != grant.redirect_uri:
        raise refusal(
            cloud, request, errors.REDIRECT_MISMATCH, redirect=redirect, client=client.app_id
        )
    if not _verifier_fits(grant, form.get("code_verifier", "")):
        raise refusal(cloud, request, errors.VERIFIER_MISMATCH)
    person = _still_there(cloud, request, grant)
    target = _target(cloud, request, _with_requested(form, grant, version), version)
    return person_reply(cloud, person, client, target, version, nonce=grant.nonce or None)


def _refresh_token(
    cloud: Cloud, request: Request, form: Form, client: Client, version: Version
) -> Json:
    require_public(cloud, request, client)
    sessions = Sessions(cloud.store, cloud.clock)
    grant = sessions.find("refresh-token", _required(cloud, request, form, "refresh_token"))
    if grant is None or grant.client_id != client.app_id:
        raise refusal(cloud, request, errors.REFRESH_UNKNOWN)
    if sessions.expired(grant):
        raise refusal(cloud, request, errors.REFRESH_EXPIRED)
    person = _still_there(cloud, request, grant)
    target = _target(cloud, request, _with_requested(form, grant, version), version)
    return person_reply(cloud, person, client, target, version)


GrantHandler = Callable[["Cloud", "Request", Form, Client, Version], "Json"]
GRANTS: dict[str, GrantHandler] = {
    "client_credentials": _client_credentials,
    "password": _password,
    "device_code": _device_code,
    DEVICE_CODE: _device_code,
    "authorization_code": _authorization_code,
    "refresh_token": _refresh_token,
}


def _required(cloud: Cloud, request: Request, form: Form, name: str) -> str:
    value = form.get(name)
    if not value:
        raise refusal(cloud, request, errors.MISSING_PARAMETER, parameter=name)
    return value


def _with_requested(form: Form, grant: Grant, version: Version) -> Form:
    """The form, with what was asked for at first where it names nothing now."""
    name = "resource" if version == 1 else "scope"
    return form if form.get(name) or not grant.requested else form | {name: grant.requested}


def _still_there(cloud: Cloud, request: Request, grant: Grant) -> Principal:
    person = cloud.directory.principal(grant.user_id)
    if person is None:
        raise refusal(cloud, request, errors.REFRESH_REVOKED)
    if not person.enabled:
        raise refusal(cloud, request, errors.USER_DISABLED)
    return person


def _verifier_fits(grant: Grant, verifier: str) -> bool:
    """Whether the client that exchanges the code is the one that asked for it (RFC 7636)."""
    if not grant.challenge:
        return True
    if grant.challenge_method != "S256":
        return hmac.compare_digest(grant.challenge, verifier)
    digest = hashlib.sha256(verifier.encode()).digest()
    encoded = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return hmac.compare_digest(grant.challenge, encoded)
