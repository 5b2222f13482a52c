"""Client assertions: certificates of applications, and the tokens that they sign."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from jwt.algorithms import RSAAlgorithm

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Store
    from rehearsal.cloud.web import Reply
    from tests.support.identity import Identity

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CREDENTIAL_KIND = "graph/federatedCredential"
EXCHANGE = "api://AzureADTokenExchange"


def new_key() -> rsa.RSAPrivateKey:
    """An RSA key."""
    return rsa.generate_private_key(65537, 2048)


def published(key: rsa.RSAPrivateKey, kid: str) -> dict[str, Any]:
    """The public half of a key as an issuer publishes it."""
    return RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid}


def certificate_of(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    start: datetime = datetime(2026, 1, 1, tzinfo=UTC),
    end: datetime = datetime(2027, 1, 1, tzinfo=UTC),
) -> x509.Certificate:
    """A self-signed certificate."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ci")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(end)
        .sign(key, hashes.SHA256())
    )


def register_certificate(store: Store, app_id: str, certificate: x509.Certificate) -> None:
    """Make the certificate the application's only one."""
    der = certificate.public_bytes(serialization.Encoding.DER)
    credential = {"key": base64.b64encode(der).decode()}
    for key, application in store.all("Application"):
        if application["appId"] == app_id:
            store.put("Application", key, application | {"keyCredentials": [credential]})


def trust(cloud: Cloud, app_id: str, issuer: str, subject: str, audience: str = EXCHANGE) -> None:
    """Give an application or a managed identity a federated credential."""
    document = {"issuer": issuer, "subject": subject, "audiences": [audience]}
    cloud.store.put(CREDENTIAL_KIND, f"{app_id.lower()}/{subject.lower()}", document)


def present(identity: Identity, app_id: str, assertion: str, **changes: str) -> Reply:
    """The token endpoint's reply to a client that shows an assertion."""
    fields = {
        "grant_type": "client_credentials",
        "client_id": app_id,
        "client_assertion": assertion,
        "client_assertion_type": JWT_BEARER,
        "scope": "https://management.azure.com/.default",
        **changes,
    }
    return identity.token_reply(**fields)
