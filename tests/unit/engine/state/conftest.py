from __future__ import annotations

import pytest

from rehearsal.engine.secrets import SecretsManager

PASSPHRASE = "correct-horse"
SALT = "v1:FhTj+pdYfMw=:v1:MLb44O/s8BY0+bIJ:G8xJCsZDFvV5AD25vearJarOwNv89A=="
"""Made by the real CLI with that passphrase."""


@pytest.fixture
def manager() -> SecretsManager:
    """A secrets manager that has seen no secret yet."""
    return SecretsManager.open(PASSPHRASE, SALT)
