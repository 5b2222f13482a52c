"""Federated credentials: an application or managed identity trusts what another issuer says.

Issuer, subject and audience of the assertion are compared with those of each credential, to the
letter: https://learn.microsoft.com/entra/workload-id/workload-identity-federation
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt

from rehearsal.cloud.entra import credential_errors as faults
from rehearsal.cloud.entra.assertions import (
    InvalidAssertionError,
    check_times,
    unverified_claims,
)
from rehearsal.cloud.entra.issuers import IssuerError, published_keys
from rehearsal.cloud.entra.tokens import SIGNATURE_ONLY

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.graph.directory import Principal
    from rehearsal.cloud.store import Json

# Documents of this kind have the key `<client id>/<credential's id>`, in lower case, and the
# members of https://learn.microsoft.com/graph/api/resources/federatedidentitycredential.
KIND = "graph/federatedCredential"
AUDIENCE = "api://AzureADTokenExchange"
ALGORITHMS = ["RS256"]


def is_federated(assertion: str) -> bool:
    """Whether the assertion is of another issuer, which has an address, and not of a client.

    Raises:
        InvalidAssertionError: it is no JWT.
    """
    return "://" in str(unverified_claims(assertion).get("iss", ""))


def check_federated(cloud: Cloud, client: Principal, assertion: str) -> None:
    """Make sure that the client trusts the assertion's issuer in this, and that it is genuine.

    Raises:
        InvalidAssertionError: no credential fits, or the issuer's keys do not, or it is out of
            date.
    """
    claims = unverified_claims(assertion)
    issuer = str(claims.get("iss", ""))
    _check_trusted(cloud, client, issuer, claims)
    try:
        keys = published_keys(cloud, issuer)
    except IssuerError as error:
        raise InvalidAssertionError(faults.ISSUER_UNREACHABLE, reason=str(error)) from None
    kid = str(jwt.get_unverified_header(assertion).get("kid"))
    if kid not in keys:
        raise InvalidAssertionError(faults.FEDERATED_KEY, kid=kid, issuer=issuer)
    try:
        jwt.decode(assertion, keys[kid], ALGORITHMS, options=SIGNATURE_ONLY)
    except jwt.PyJWTError:
        reason = "The provided signature value did not match the expected signature value."
        raise InvalidAssertionError(faults.ASSERTION_SIGNATURE, reason=reason) from None
    check_times(cloud, claims)


def _check_trusted(cloud: Cloud, client: Principal, issuer: str, claims: dict[str, Any]) -> None:
    app_id = str(client.app_id)
    trusted: list[Json] = [found for _, found in cloud.store.all(KIND, f"{app_id.lower()}/")]
    if not trusted:
        raise InvalidAssertionError(
            faults.NO_FEDERATED_CREDENTIAL, client=app_id, name=client.display_name
        )
    trusted = [found for found in trusted if found["issuer"] == issuer]
    if not trusted:
        raise InvalidAssertionError(faults.FEDERATED_ISSUER, presented=issuer)
    subject = str(claims.get("sub", ""))
    otherwise = any(found["subject"].lower() == subject.lower() for found in trusted)
    trusted = [found for found in trusted if found["subject"] == subject]
    if not trusted:
        fault = faults.FEDERATED_SUBJECT_CASE if otherwise else faults.FEDERATED_SUBJECT
        raise InvalidAssertionError(fault, presented=subject)
    # A token may name several audiences; a federated credential is for one.
    audience = claims.get("aud")
    if not any(audience in (name, [name]) for found in trusted for name in found["audiences"]):
        raise InvalidAssertionError(faults.FEDERATED_AUDIENCE, presented=str(audience))
