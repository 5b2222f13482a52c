"""The keys of other issuers, read from the address that the issuer itself is.

Only issuers of this machine are asked: those below this origin without a connection, other loopback
addresses over HTTPS with the rehearsal's CA. A rehearsal sends nothing anywhere else.
"""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import httpx
import jwt

from rehearsal.cloud.web import Request

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud

LOOPBACK = ("localhost", "127.0.0.1", "::1")
TIMEOUT_SECONDS = 5.0
OK = 200


class IssuerError(Exception):
    """An issuer's keys cannot be had; the message says why."""


def published_keys(cloud: Cloud, issuer: str) -> dict[str, jwt.PyJWK]:
    """The issuer's signing keys by `kid`, as its OpenID configuration points to them.

    Raises:
        IssuerError: it is not of this machine, does not answer, or names itself otherwise.
    """
    document = _read(cloud, f"{issuer.removesuffix('/')}/.well-known/openid-configuration")
    if document.get("issuer") != issuer:
        message = f"the configuration of '{issuer}' is of issuer '{document.get('issuer')}'"
        raise IssuerError(message)
    key_set = _read(cloud, str(document.get("jwks_uri", "")))
    try:
        keys = jwt.PyJWKSet.from_dict(key_set).keys
    except (jwt.PyJWTError, AttributeError, TypeError):
        message = f"'{document['jwks_uri']}' publishes no usable keys"
        raise IssuerError(message) from None
    return {key.key_id: key for key in keys if key.key_id}


def _read(cloud: Cloud, address: str) -> dict[str, Any]:
    if address.startswith(f"{cloud.origin}/"):
        reply = cloud.router.handle(Request("GET", address.removeprefix(cloud.origin)))
        status, body = reply.status, reply.encoded()
    else:
        status, body = _read_over_https(cloud, address)
    try:
        document: Any = json.loads(body) if status == OK else None
    except ValueError:
        document = None
    if not isinstance(document, dict):
        message = f"'{address}' answered {status} without a JSON object"
        raise IssuerError(message)
    return cast("dict[str, Any]", document)


def _read_over_https(cloud: Cloud, address: str) -> tuple[int, bytes]:
    try:
        parts = urlsplit(address)
        if parts.scheme != "https" or parts.hostname not in LOOPBACK:
            message = f"'{address}' is not an https address of this machine; no other is asked"
            raise IssuerError(message)
        trust = ssl.create_default_context(cafile=cloud.home.ca_certificate)
        reply = httpx.get(address, verify=trust, timeout=TIMEOUT_SECONDS, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        message = f"'{address}' cannot be read: {error}"
        raise IssuerError(message) from None
    return reply.status_code, reply.content
