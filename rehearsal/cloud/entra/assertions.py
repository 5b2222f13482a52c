"""Client assertions: a JWT that the application signs with the key of a certificate it registered.

Federated credentials (an assertion of another issuer) need that issuer's keys from its own address;
of those only this machine's may be asked, and none is yet.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud

# Python and Go send PS256 or RS256, go-azure-sdk ES256 for elliptic keys.
ALGORITHMS = ["RS256", "PS256", "ES256"]


class InvalidAssertionError(Exception):
    """The assertion proves nothing; the message says why, and names no secret."""


def check_assertion(cloud: Cloud, app_id: str, assertion: str) -> None:
    """Make sure that the application's own key signed the assertion, for this token endpoint.

    Raises:
        InvalidAssertionError: it did not, or the assertion is for somebody else or out of date.
    """
    keys = _registered_keys(cloud, app_id)
    if not keys:
        message = "the application has no certificate registered"
        raise InvalidAssertionError(message)
    claims = _signed_by_one_of(keys, assertion)
    now = cloud.clock.now().timestamp()
    if claims.get("iss") != app_id or claims.get("sub") != app_id:
        message = "iss and sub must both be the client id"
        raise InvalidAssertionError(message)
    if not str(claims.get("aud", "")).startswith(f"{cloud.origin}/"):
        message = "aud must be the token endpoint"
        raise InvalidAssertionError(message)
    if not (isinstance(claims.get("exp"), int) and now < claims["exp"]):
        message = "the assertion has expired"
        raise InvalidAssertionError(message)
    if isinstance(claims.get("nbf"), int) and now < claims["nbf"]:
        message = "the assertion is not valid yet"
        raise InvalidAssertionError(message)


def _registered_keys(
    cloud: Cloud, app_id: str
) -> list[rsa.RSAPublicKey | ec.EllipticCurvePublicKey]:
    keys: list[rsa.RSAPublicKey | ec.EllipticCurvePublicKey] = []
    for kind in ("Application", "ServicePrincipal"):
        for document in cloud.directory.all(kind):
            if document["appId"] != app_id:
                continue
            for credential in document["keyCredentials"]:
                certificate = x509.load_der_x509_certificate(base64.b64decode(credential["key"]))
                key = certificate.public_key()
                if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
                    keys.append(key)
    return keys


def _signed_by_one_of(
    keys: list[rsa.RSAPublicKey | ec.EllipticCurvePublicKey], assertion: str
) -> dict[str, Any]:
    for key in keys:
        try:
            return jwt.decode(
                assertion,
                key,
                ALGORITHMS,
                options={"verify_exp": False, "verify_nbf": False, "verify_aud": False},
            )
        except jwt.PyJWTError:
            continue
    message = "no registered certificate fits the signature"
    raise InvalidAssertionError(message)
