"""The rehearsal's certificate authority, which every client of the local Azure is told to trust."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from rehearsal.cloud.files import write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rehearsal.home import Home

LIFETIME = timedelta(days=3650)
# A clock that is a little behind must not find a certificate not yet valid.
CLOCK_SKEW = timedelta(minutes=5)


class Authority:
    """A CA whose certificate and key lie in the home; made when first asked for."""

    def __init__(self, home: Home) -> None:
        if not (home.ca_certificate.exists() and home.ca_key.exists()):
            _make(home)
        self.ca_pem: bytes = home.ca_certificate.read_bytes()
        """The CA's certificate, PEM."""
        self._certificate = x509.load_pem_x509_certificate(self.ca_pem)
        key = serialization.load_pem_private_key(home.ca_key.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 -- `_make` writes no other
        self._key = key

    def issue(
        self,
        common_name: str,
        sans: Sequence[str],
        organizations: Sequence[str] = (),
        *,
        client: bool = False,
    ) -> tuple[bytes, bytes]:
        """A certificate for `common_name` and its key, both PEM.

        Args:
            common_name: The subject's CN; Kubernetes takes a client's user name from it.
            sans: DNS names and IP addresses; only a server needs them.
            organizations: The subject's O; Kubernetes takes a client's groups from it.
            client: For client authentication instead of server authentication.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        usage = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
        builder = (
            _builder(_name(common_name, organizations), self._certificate.subject, key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(ca=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
        )
        if sans:
            names = x509.SubjectAlternativeName([_general_name(san) for san in sans])
            builder = builder.add_extension(names, critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        return certificate.public_bytes(serialization.Encoding.PEM), _pem(key)


def _make(home: Home) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("aks-entra rehearsal CA", ())
    certificate = (
        _builder(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(ca=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    write(home.ca_key, _pem(key), 0o600)
    write(home.ca_certificate, certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + LIFETIME)
    )


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=ca,
        crl_sign=ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str, organizations: Sequence[str]) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, text) for text in organizations]
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(san: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(san))
    except ValueError:
        return x509.DNSName(san)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
