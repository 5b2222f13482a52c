"""The token endpoints, v1 and v2: which grant, whose, for what."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from rehearsal.cloud.clock import wire_time
from rehearsal.cloud.entra import conditional_access, errors
from rehearsal.cloud.entra.clients import Client, check_consent, identify, require_public
from rehearsal.cloud.entra.credential_errors import CREDENTIAL_REQUIRED
from rehearsal.cloud.entra.discovery import ANY_TENANT, tenant_id
from rehearsal.cloud.entra.errors import refusal
from rehearsal.cloud.entra.people import LogInError, log_in
from rehearsal.cloud.entra.replies import Version, application_reply, person_reply
from rehearsal.cloud.entra.resources import Target, v1_target, v2_target
from rehearsal.cloud.entra.sessions import Grant, Sessions
from rehearsal.cloud.graph.credentials import Credentials
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.entra.errors import Fault
    from rehearsal.cloud.graph.directory import Principal
    from rehearsal.cloud.store import Json
    from rehearsal.cloud.web import CloudError, Request

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
    body = grant(_Asked(cloud, request, form, client, version))
    return Reply(200, body, {"pragma": "no-cache"})


@dataclass(frozen=True)
class _Asked:
    """A token request of a known client."""

    cloud: Cloud
    request: Request
    form: Form
    client: Client
    version: Version

    def refused(self, fault: Fault, **places: str) -> CloudError:
        return refusal(self.cloud, self.request, fault, **places)

    def required(self, name: str) -> str:
        value = self.form.get(name)
        if not value:
            raise self.refused(errors.MISSING_PARAMETER, parameter=name)
        return value

    def sessions(self) -> Sessions:
        return Sessions(self.cloud.store, self.cloud.clock)

    def target(self, grant: Grant | None = None, *, application: bool = False) -> Target:
        """What is asked for; where the request names nothing, what the grant was asked for."""
        name = "resource" if self.version == 1 else "scope"
        form = self.form
        if grant and grant.requested and not form.get(name):
            form = form | {name: grant.requested}
        if self.version == 1:
            return v1_target(self.cloud, self.request, form)
        return v2_target(self.cloud, self.request, form, application=application)

    def answer(
        self, person: Principal, target: Target, *, mfa: bool, nonce: str | None = None
    ) -> Json:
        """The reply for a person, if nothing speaks against it."""
        cloud, client, version = self.cloud, self.client, self.version
        check_consent(cloud, self.request, client)
        conditional_access.enforce(
            cloud, self.request, person, client, target, version=version, mfa=mfa
        )
        return person_reply(cloud, person, client, target, version, nonce=nonce, mfa=mfa)


def _client_credentials(asked: _Asked) -> Json:
    if asked.client.proof == "none":
        raise asked.refused(CREDENTIAL_REQUIRED)
    if asked.request.params["tenant"].lower() in ANY_TENANT:
        raise asked.refused(errors.NO_TENANT)
    target = asked.target(application=True)
    return application_reply(asked.cloud, asked.client, target, asked.version)


def _password(asked: _Asked) -> Json:
    require_public(asked.cloud, asked.request, asked.client)
    name, password = asked.required("username"), asked.required("password")
    target = asked.target()
    try:
        person = log_in(asked.cloud, name, password)
    except LogInError as error:
        tenant = asked.cloud.directory.tenant().display_name
        raise asked.refused(error.fault, user=name, tenant=tenant) from None
    return asked.answer(person, target, mfa=False)


def _device_code(asked: _Asked) -> Json:
    require_public(asked.cloud, asked.request, asked.client)
    # MSAL for Python sends the code under both names, v1 clients under `code` alone.
    code = asked.form.get("device_code") or asked.required("code")
    sessions = asked.sessions()
    grant = sessions.find("device-code", code)
    if grant is None or grant.client_id != asked.client.app_id:
        raise asked.refused(errors.DEVICE_UNKNOWN, code=code)
    if grant.declined:
        raise asked.refused(errors.DEVICE_DECLINED)
    if sessions.expired(grant):
        version_1 = asked.version == 1
        raise asked.refused(errors.DEVICE_EXPIRED_V1 if version_1 else errors.DEVICE_EXPIRED)
    if not grant.user_id:
        raise asked.refused(errors.DEVICE_PENDING)
    person = _still_there(asked, grant)
    target = asked.target(grant)
    if sessions.take("device-code", code) is None:
        # Another poll of the same device was quicker.
        raise asked.refused(errors.DEVICE_UNKNOWN, code=code)
    return asked.answer(person, target, mfa=grant.mfa)


def _authorization_code(asked: _Asked) -> Json:
    require_public(asked.cloud, asked.request, asked.client)
    sessions = asked.sessions()
    grant = sessions.redeem("authorization-code", asked.required("code"))
    if grant is None or grant.client_id != asked.client.app_id:
        raise asked.refused(errors.GRANT_MALFORMED)
    if grant.redeemed:
        raise asked.refused(errors.CODE_REDEEMED)
    if sessions.expired(grant):
        raise asked.refused(errors.CODE_EXPIRED)
    redirect = asked.form.get("redirect_uri", "")
    if redirect != grant.redirect_uri:
        raise asked.refused(errors.REDIRECT_MISMATCH, redirect=redirect, client=asked.client.app_id)
    if not _verifier_fits(grant, asked.form.get("code_verifier", "")):
        raise asked.refused(errors.VERIFIER_MISMATCH)
    person = _still_there(asked, grant)
    return asked.answer(person, asked.target(grant), mfa=grant.mfa, nonce=grant.nonce or None)


def _refresh_token(asked: _Asked) -> Json:
    require_public(asked.cloud, asked.request, asked.client)
    sessions = asked.sessions()
    grant = sessions.find("refresh-token", asked.required("refresh_token"))
    if grant is None or grant.client_id != asked.client.app_id:
        raise asked.refused(errors.GRANT_MALFORMED)
    issued = _moment(grant.issued)
    if sessions.expired(grant):
        inactive = f"{int(grant.expires - grant.issued) // 86_400}.00:00:00"
        raise asked.refused(errors.REFRESH_EXPIRED, issued=issued, inactive=inactive)
    person = _still_there(asked, grant)
    credentials = Credentials(asked.cloud.store, asked.cloud.clock)
    valid_from = credentials.sessions_valid_from(person.object_id)
    if grant.issued < valid_from:
        moment = _moment(valid_from)
        raise asked.refused(errors.REFRESH_REVOKED, issued=issued, valid_from=moment)
    return asked.answer(person, asked.target(grant), mfa=grant.mfa)


GrantHandler = Callable[[_Asked], "Json"]
GRANTS: dict[str, GrantHandler] = {
    "client_credentials": _client_credentials,
    "password": _password,
    "device_code": _device_code,
    DEVICE_CODE: _device_code,
    "authorization_code": _authorization_code,
    "refresh_token": _refresh_token,
}


def _moment(seconds: float) -> str:
    return wire_time(datetime.fromtimestamp(seconds, UTC))


def _still_there(asked: _Asked, grant: Grant) -> Principal:
    person = asked.cloud.directory.principal(grant.user_id)
    if person is None:
        tenant = asked.cloud.directory.tenant().display_name
        raise asked.refused(errors.USER_DELETED, user=grant.user_id, tenant=tenant)
    if not person.enabled:
        raise asked.refused(errors.USER_DISABLED)
    return person


def _verifier_fits(grant: Grant, verifier: str) -> bool:
    """Whether the client that exchanges the code is the one that asked for it (RFC 7636)."""
    if not grant.challenge:
        return True
    if grant.challenge_method != "S256":
        return hmac.compare_digest(grant.challenge.encode(), verifier.encode())
    digest = hashlib.sha256(verifier.encode()).digest()
    encoded = base64.urlsafe_b64encode(digest).rstrip(b"=")
    return hmac.compare_digest(grant.challenge.encode(), encoded)
