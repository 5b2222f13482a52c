"""Certificates by which the application `ci` proves itself."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path

    from tests.contract.cloud.entra.conftest import OwnAzure

PFX_PASSWORD = "opens-the-file"


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    def pem(self) -> bytes:
        plain = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return self.certificate.public_bytes(Encoding.PEM) + self.key.private_bytes(*plain)

    def pfx(self) -> bytes:
        # Go's reader knows no newer encryption of these files.
        old = PrivateFormat.PKCS12.encryption_builder()
        old = old.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        encryption = old.hmac_hash(hashes.SHA1()).build(PFX_PASSWORD.encode())  # noqa: S303 -- as above
        return pkcs12.serialize_key_and_certificates(
            None, self.key, self.certificate, None, encryption
        )


def self_signed() -> Certificate:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ci")])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
    )
    return Certificate(builder.sign(key, hashes.SHA256()), key)


def register(own_azure: OwnAzure) -> Certificate:
    """A new certificate, which Graph gives the application `ci`."""
    deployer = own_azure.account("deployer")
    own_azure.cloud.directory.grant(
        deployer.object_id,
        graph=frozenset({"Application.ReadWrite.All"}),
        directory_roles=frozenset(),
    )
    made = self_signed()
    der = made.certificate.public_bytes(Encoding.DER)
    credential = {
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "displayName": "CN=ci",
        "key": base64.b64encode(der).decode(),
    }
    address = f"/v1.0/applications(appId='{own_azure.account('ci').app_id}')"
    headers = own_azure.deployers("https://graph.microsoft.com/.default")
    with own_azure.http() as client:
        body = {"keyCredentials": [credential]}
        client.patch(address, json=body, headers=headers).raise_for_status()
        found = client.get(address, headers=headers).raise_for_status().json()
    assert [each["displayName"] for each in found["keyCredentials"]] == ["CN=ci"]
    return made


def variables(own_azure: OwnAzure, file: Path) -> dict[str, str]:
    """What tells kubelogin of the certificate in a file."""
    return {
        "AAD_SERVICE_PRINCIPAL_CLIENT_ID": own_azure.account("ci").app_id,
        "AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE": str(file),
        "AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE_PASSWORD": PFX_PASSWORD,
    }
