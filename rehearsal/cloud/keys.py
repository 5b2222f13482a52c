"""The keys that Entra signs tokens with, and the public half that others check them by."""

from __future__ import annotations

import base64
import hashlib
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from rehearsal.cloud.clock import SystemClock, wire_time
from rehearsal.cloud.store import Store

if TYPE_CHECKING:
    from rehearsal.cloud.clock import Clock
    from rehearsal.cloud.store import Json
    from rehearsal.home import Home

KIND = "signing-key"
CERTIFICATE_YEARS = 5


@dataclass(frozen=True)
class SigningKey:
    """A private key with the id under which JWKS has its public half."""

    kid: str
    private_key: rsa.RSAPrivateKey


def rotate_keys(home: Home) -> SigningKey:
    """Give the local Azure of a home a new signing key, whether it runs or not."""
    store = Store(home.database)
    try:
        return SigningKeys(store, SystemClock()).rotate()
    finally:
        store.close()


class SigningKeys:
    """The RSA keys in the store; the newest signs, all are published.

    The store is read at every call, so that a key made by another process counts at once.
    """

    def __init__(self, store: Store, clock: Clock, kind: str = KIND) -> None:
        self._kind = kind
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._loaded: dict[str, rsa.RSAPrivateKey] = {}

    def current(self) -> SigningKey:
        """The key that signs; made at the first call."""
        with self._lock:
            newest = max(self._documents(), key=lambda key: key["sequence"], default=None)
            if newest is None:
                newest = self._make(1)
            return SigningKey(newest["kid"], self._private(newest))

    def rotate(self) -> SigningKey:
        """Make a new key the one that signs; tokens of older keys stay valid."""
        with self._lock, self._store.transaction():
            sequence = max((key["sequence"] for key in self._documents()), default=0) + 1
            made = self._make(sequence)
            return SigningKey(made["kid"], self._private(made))

    def retire(self, kid: str) -> bool:
        """Publish a key no more, so that its tokens are refused; whether there was one."""
        with self._lock:
            self._loaded.pop(kid, None)
            return self._store.delete(self._kind, kid)

    def public_key(self, kid: str) -> rsa.RSAPublicKey | None:
        """The public half of a published key, or None."""
        with self._lock:
            document = self._store.get(self._kind, kid)
            return None if document is None else self._private(document).public_key()

    def jwks(self) -> Json:
        """The published keys as a JSON Web Key Set, newest first, with Entra's members."""
        with self._lock:
            ordered = sorted(self._documents(), key=lambda key: -key["sequence"])
            return {"keys": [self._jwk(document) for document in ordered]}

    def _documents(self) -> list[Json]:
        return [document for _, document in self._store.all(self._kind)]

    def _private(self, document: Json) -> rsa.RSAPrivateKey:
        kid = document["kid"]
        if kid not in self._loaded:
            key = serialization.load_pem_private_key(document["private"].encode(), None)
            assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101 -- `_make` writes no other
            self._loaded[kid] = key
        return self._loaded[kid]

    def _make(self, sequence: int) -> Json:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        certificate = self._certificate(key)
        kid = _base64url(hashlib.sha1(certificate, usedforsecurity=False).digest())
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        document: Json = {
            "kid": kid,
            "sequence": sequence,
            "created": wire_time(self._clock.now()),
            "private": pem.decode(),
            "certificate": base64.b64encode(certificate).decode(),
        }
        self._store.put(self._kind, kid, document)
        return document

    def _certificate(self, key: rsa.RSAPrivateKey) -> bytes:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "accounts.accesscontrol.local")])
        start = self._clock.now()
        built = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=365 * CERTIFICATE_YEARS))
            .sign(key, hashes.SHA256())
        )
        return built.public_bytes(serialization.Encoding.DER)

    def _jwk(self, document: Json) -> Json:
        numbers = self._private(document).public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": document["kid"],
            "x5t": document["kid"],
            "n": _base64url(_big_endian(numbers.n)),
            "e": _base64url(_big_endian(numbers.e)),
            "x5c": [document["certificate"]],
        }


def _big_endian(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
