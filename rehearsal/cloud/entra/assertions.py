"""Client assertions: a JWT that stands for the application's credential.

The application signs one with the key of a certificate that it registered, and is then its issuer
and subject itself; one of another issuer is for `federation`.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from rehearsal.cloud.clock import wire_time
from rehearsal.cloud.entra import credential_errors as faults
from rehearsal.cloud.entra.tokens import SIGNATURE_ONLY

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.entra.errors import Fault

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
# Python and Go send PS256 or RS256, go-azure-sdk ES256 for elliptic keys.
ALGORITHMS = ["RS256", "PS256", "ES256"]
# How far clocks may be apart: the default of Microsoft's own token libraries.
SKEW_SECONDS = 300


class InvalidAssertionError(Exception):
    """The assertion proves nothing; `fault` is Entra's reason, `places` fill its text."""

    def __init__(self, fault: Fault, **places: str) -> None:
        super().__init__(fault.text)
        self.fault = fault
        self.places = places


@dataclass(frozen=True)
class _Registered:
    key: PublicKey
    starts: datetime
    ends: datetime


def unverified_claims(assertion: str) -> dict[str, Any]:
    """What the assertion says, whoever signed it.

    Raises:
        InvalidAssertionError: it is no JWT.
    """
    try:
        return jwt.decode(assertion, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise InvalidAssertionError(faults.ASSERTION_MALFORMED) from None


def check_own(cloud: Cloud, app_id: str, assertion: str) -> None:
    """Make sure that the application's own key signed the assertion, for this token endpoint.

    Raises:
        InvalidAssertionError: it did not, or the assertion is for somebody else or out of date.
    """
    claims = unverified_claims(assertion)
    if claims.get("iss") != app_id or claims.get("sub") != app_id:
        raise InvalidAssertionError(faults.ASSERTION_CLIENT)
    signer = _signer(cloud, app_id, assertion)
    now = cloud.clock.now()
    if not signer.starts <= now < signer.ends:
        span = f"Start={wire_time(signer.starts)}, End={wire_time(signer.ends)}"
        reason = f"The key used is expired., Found key '{span}'"
        raise InvalidAssertionError(faults.ASSERTION_SIGNATURE, reason=reason)
    if not str(claims.get("aud", "")).startswith(f"{cloud.origin}/"):
        raise InvalidAssertionError(faults.ASSERTION_AUDIENCE)
    check_times(cloud, claims)


def check_times(cloud: Cloud, claims: dict[str, Any]) -> None:
    """Make sure that now is between the assertion's `nbf`, if it has one, and its `exp`.

    Raises:
        InvalidAssertionError: it is not.
    """
    now = cloud.clock.now().timestamp()
    start, end = claims.get("nbf", 0), claims.get("exp")
    # MSAL for Python writes fractions of seconds.
    if not isinstance(start, int | float) or not isinstance(end, int | float):
        raise InvalidAssertionError(faults.ASSERTION_MALFORMED)
    if not start - SKEW_SECONDS <= now < end + SKEW_SECONDS:
        times = {name: _moment(value) for name, value in (("start", start), ("end", end))}
        raise InvalidAssertionError(faults.ASSERTION_TIME, now=_moment(now), **times)


def _moment(seconds: float) -> str:
    try:
        return wire_time(datetime.fromtimestamp(seconds, UTC))
    except (OverflowError, ValueError, OSError):
        return str(seconds)


def _signer(cloud: Cloud, app_id: str, assertion: str) -> _Registered:
    for registered in _registered(cloud, app_id):
        try:
            jwt.decode(assertion, registered.key, ALGORITHMS, options=SIGNATURE_ONLY)
        except (jwt.PyJWTError, TypeError):
            continue
        return registered
    reason = "The key was not found."
    raise InvalidAssertionError(faults.ASSERTION_SIGNATURE, reason=reason)


def _registered(cloud: Cloud, app_id: str) -> list[_Registered]:
    found: list[_Registered] = []
    for kind in ("Application", "ServicePrincipal"):
        for document in cloud.directory.all(kind):
            if document["appId"] != app_id:
                continue
            for credential in document["keyCredentials"]:
                certificate = x509.load_der_x509_certificate(base64.b64decode(credential["key"]))
                key = certificate.public_key()
                if isinstance(key, PublicKey):
                    starts, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
                    found.append(_Registered(key, starts, ends))
    return found
