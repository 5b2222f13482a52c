"""The application that asks for a token, and how it proves to be what it says."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote_plus

from rehearsal.cloud.entra.assertions import InvalidAssertionError, check_own
from rehearsal.cloud.entra.credential_errors import (
    CLIENT_DISABLED,
    CLIENT_NOT_PUBLIC,
    EXPIRED_SECRET,
    PUBLIC_CLIENT_WITH_CREDENTIAL,
    WRONG_SECRET,
)
from rehearsal.cloud.entra.errors import (
    CLIENT_NOT_FOUND,
    CONSENT_REQUIRED,
    MISSING_PARAMETER,
    refusal,
)
from rehearsal.cloud.entra.federation import check_federated, is_federated
from rehearsal.cloud.entra.policies import has_consent
from rehearsal.cloud.graph.credentials import Credentials
from rehearsal.cloud.graph.first_party import APPLICATIONS, FirstParty

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.graph.directory import Principal
    from rehearsal.cloud.web import Request

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

Proof = Literal["none", "secret", "assertion"]


@dataclass(frozen=True)
class Client:
    """A client application, known to the tenant."""

    app_id: str
    principal: Principal
    """Its service principal."""
    proof: Proof


def identify(cloud: Cloud, request: Request, form: dict[str, str]) -> Client:
    """The client of a request; a secret or an assertion it sends has to be right.

    Raises:
        CloudError: no or an unknown client, or a wrong or expired credential.
    """
    _take_basic_authentication(request, form)
    app_id = form.get("client_id")
    if not app_id:
        raise refusal(cloud, request, MISSING_PARAMETER, parameter="client_id")
    principal = cloud.directory.find_by_app_id(app_id)
    if principal is None or principal.app_id is None:
        tenant = cloud.directory.tenant().display_name
        raise refusal(cloud, request, CLIENT_NOT_FOUND, client=app_id, tenant=tenant)
    if not principal.enabled:
        raise refusal(cloud, request, CLIENT_DISABLED, client=app_id)
    proof = _proof(cloud, request, principal, principal.app_id, form)
    return Client(principal.app_id, principal, proof)


def require_public(cloud: Cloud, request: Request, client: Client) -> None:
    """Let a client without a credential pass only if it is one that cannot keep one.

    Raises:
        CloudError: AADSTS7000218, the client has to show its credential.
    """
    if client.proof == "none" and not is_public(cloud, client.app_id):
        raise refusal(cloud, request, CLIENT_NOT_PUBLIC)


def check_consent(cloud: Cloud, request: Request, client: Client) -> None:
    """Let people through only where an administrator consented to the client.

    Raises:
        CloudError: AADSTS65001, nobody has; the client would have to ask in a browser.
    """
    if not has_consent(cloud.store, client.app_id):
        name = client.principal.display_name
        raise refusal(cloud, request, CONSENT_REQUIRED, client=client.app_id, name=name)


def is_public(cloud: Cloud, app_id: str) -> bool:
    """Whether people may log in through the application without its credential."""
    first_party = _first_party(app_id)
    if first_party:
        return first_party.public
    for document in cloud.directory.all("Application"):
        if document["appId"] == app_id:
            redirects = document.get("publicClient", {}).get("redirectUris", [])
            return bool(document.get("isFallbackPublicClient") or redirects)
    return False


def _first_party(app_id: str) -> FirstParty | None:
    return next((known for known in APPLICATIONS if known.app_id == app_id), None)


def _take_basic_authentication(request: Request, form: dict[str, str]) -> None:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return
    form.setdefault("client_id", unquote_plus(name))
    form.setdefault("client_secret", unquote_plus(secret))


def _proof(
    cloud: Cloud, request: Request, principal: Principal, app_id: str, form: dict[str, str]
) -> Proof:
    secret, assertion = form.get("client_secret"), form.get("client_assertion")
    first_party = _first_party(app_id)
    if (secret or assertion) and first_party and first_party.public:
        raise refusal(cloud, request, PUBLIC_CLIENT_WITH_CREDENTIAL)
    if secret:
        found = Credentials(cloud.store, cloud.clock).check_secret(app_id, secret)
        if found != "valid":
            fault = EXPIRED_SECRET if found == "expired" else WRONG_SECRET
            raise refusal(cloud, request, fault, client=app_id)
        return "secret"
    if assertion:
        if form.get("client_assertion_type") != JWT_BEARER:
            raise refusal(cloud, request, MISSING_PARAMETER, parameter="client_assertion_type")
        try:
            if is_federated(assertion):
                check_federated(cloud, principal, assertion)
            else:
                check_own(cloud, app_id, assertion)
        except InvalidAssertionError as error:
            raise refusal(cloud, request, error.fault, **error.places) from None
        return "assertion"
    return "none"
