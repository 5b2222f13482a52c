from __future__ import annotations

import pytest

from rehearsal.engine.secrets import SecretsError, SecretsManager, WrongPassphraseError

PASSPHRASE = "correct-horse"
SALT = "v1:FhTj+pdYfMw=:v1:MLb44O/s8BY0+bIJ:G8xJCsZDFvV5AD25vearJarOwNv89A=="
"""Made by the real CLI with that passphrase, and so is CIPHERTEXT."""
CIPHERTEXT = "v1:PqvZ5qkwTwfHZh2u:1ij7P4m8t+rFG/vG6+FscSyONxNMXpfFuzqxnQ=="


def test_ciphertexts_of_the_real_cli_are_read(manager: SecretsManager) -> None:
    assert manager.decrypt(CIPHERTEXT) == "s3cr3t-token"


def test_a_wrong_passphrase_is_refused_without_showing_one() -> None:
    with pytest.raises(WrongPassphraseError, match="incorrect passphrase") as caught:
        SecretsManager.open("wrong-horse", SALT)
    assert "horse" not in str(caught.value)


def test_a_new_salt_opens_with_its_passphrase_only() -> None:
    created = SecretsManager.create(PASSPHRASE)
    text = created.encrypt("text")
    assert SecretsManager.open(PASSPHRASE, created.salt).decrypt(text) == "text"
    with pytest.raises(WrongPassphraseError):
        SecretsManager.open("other", created.salt)


@pytest.mark.parametrize("salt", ["", "v2:FhTj+pdYfMw=:x", "v1:FhTj+pdYfMw=", "v1:%:v1:a:b"])
def test_malformed_salts_are_refused(salt: str) -> None:
    with pytest.raises(SecretsError):
        SecretsManager.open(PASSPHRASE, salt)


@pytest.mark.parametrize("text", ["", "plain", "v2:aaaa:bbbb", CIPHERTEXT[:-6] + "AAAA=="])
def test_damaged_ciphertexts_are_refused(manager: SecretsManager, text: str) -> None:
    with pytest.raises(SecretsError, match="cannot be decrypted"):
        manager.decrypt(text)


def test_an_unchanged_text_keeps_its_ciphertext(manager: SecretsManager) -> None:
    manager.keep("s3cr3t-token", CIPHERTEXT, "here")
    assert manager.encrypt("s3cr3t-token", "here") == CIPHERTEXT


def test_equal_texts_elsewhere_cannot_be_told_by_their_ciphertexts(manager: SecretsManager) -> None:
    assert manager.encrypt("text", "here") != manager.encrypt("text", "there")
