from __future__ import annotations

import pytest

from rehearsal.engine.secrets import SecretsManager
from tests.support.states import PASSPHRASE, SALT


@pytest.fixture
def manager() -> SecretsManager:
    """A secrets manager that has seen no secret yet."""
    return SecretsManager.open(PASSPHRASE, SALT)
