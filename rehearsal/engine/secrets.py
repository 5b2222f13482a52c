"""The passphrase secrets manager: what the state and the stack file keep secret.

Key and format are those of pulumi/pulumi, `sdk/go/common/resource/config/crypt.go`:
PBKDF2-HMAC-SHA256 with 1,000,000 rounds, AES-256-GCM with a nonce of 12 bytes, no extra data.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_ROUNDS = 1_000_000
_KEY_BYTES = 32
_SALT_BYTES = 8
_NONCE_BYTES = 12
_CHECK = "pulumi"
"""The text whose ciphertext in `encryptionsalt` tells a right passphrase from a wrong one."""


class SecretsError(Exception):
    """A secret, a salt or a passphrase that cannot be used; the message never shows one."""


class WrongPassphraseError(SecretsError):
    """The passphrase is not the one that the stack was made with."""


class SecretsManager:
    """Encrypts and decrypts with one passphrase and salt.

    A text that was encrypted (or told to `keep`) before under the same `scope` gets the same
    ciphertext again, so that a run that changes nothing does not change the state file; other
    scopes get others, so that equal secrets of different resources cannot be told by them.
    """

    def __init__(self, salt: str, key: bytes) -> None:
        self.salt = salt
        self._cipher = AESGCM(key)
        self._known: dict[tuple[str, str], str] = {}

    @classmethod
    def create(cls, passphrase: str) -> SecretsManager:
        """A manager with a new salt."""
        raw = os.urandom(_SALT_BYTES)
        key = _derive(passphrase, raw)
        check = _seal(AESGCM(key), _CHECK)
        return cls(f"v1:{base64.b64encode(raw).decode()}:{check}", key)

    @classmethod
    def open(cls, passphrase: str, salt: str) -> SecretsManager:
        """The manager for an `encryptionsalt` as stack files and states hold it.

        Raises:
            SecretsError: The salt is malformed.
            WrongPassphraseError: The passphrase does not fit the salt.
        """
        version, _, rest = salt.partition(":")
        raw, _, check = rest.partition(":")
        try:
            key = _derive(passphrase, base64.b64decode(raw, validate=True))
        except ValueError:
            key = b""
        if version != "v1" or not check or not key:
            raise SecretsError("the encryptionsalt is malformed; it is v1:SALT:v1:NONCE:CHECK")
        manager = cls(salt, key)
        try:
            fits = manager.decrypt(check) == _CHECK
        except SecretsError:
            fits = False
        if not fits:
            raise WrongPassphraseError(
                "incorrect passphrase; set PULUMI_CONFIG_PASSPHRASE to the one"
                " that this stack was made with"
            )
        return manager

    def encrypt(self, plaintext: str, scope: str = "") -> str:
        """The ciphertext, `v1:NONCE:SEALED`; the known one if `scope` has had this text before."""
        known = self._known.get((scope, plaintext))
        if known is None:
            known = self._known[scope, plaintext] = _seal(self._cipher, plaintext)
        return known

    def keep(self, plaintext: str, ciphertext: str, scope: str = "") -> None:
        """Make `encrypt` give this ciphertext for this text in this scope."""
        self._known.setdefault((scope, plaintext), ciphertext)

    def decrypt(self, ciphertext: str) -> str:
        """The text of a ciphertext.

        Raises:
            SecretsError: It is no ciphertext, or another key made it.
        """
        try:
            version, nonce, sealed = ciphertext.split(":")
            parts = base64.b64decode(nonce, validate=True), base64.b64decode(sealed, validate=True)
            text = self._cipher.decrypt(*parts, None).decode() if version == "v1" else None
        except (ValueError, InvalidTag):
            text = None
        if text is None:
            raise SecretsError(
                "a secret cannot be decrypted: it is damaged, or was made with another passphrase"
            )
        return text


def _seal(cipher: AESGCM, plaintext: str) -> str:
    nonce = os.urandom(_NONCE_BYTES)
    sealed = cipher.encrypt(nonce, plaintext.encode(), None)
    return f"v1:{base64.b64encode(nonce).decode()}:{base64.b64encode(sealed).decode()}"


@functools.cache
def _derive(passphrase: str, salt: bytes) -> bytes:
    """The key; cached, because a derivation takes half a second."""
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, _ROUNDS, _KEY_BYTES)
