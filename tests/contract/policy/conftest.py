from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rehearsal.engine.policy.host import PolicyContext
from rehearsal.engine.processes import Spawner

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def context() -> Iterator[PolicyContext]:
    """A preview of the stack `dev` with one secret in its configuration."""
    with Spawner() as spawner:
        yield PolicyContext(
            python=Path(sys.executable),
            environment=dict(os.environ),
            project="aks-entra",
            stack="dev",
            dry_run=True,
            spawner=spawner,
            config={"aks-entra:password": "hunter22", "aks-entra:location": "westeurope"},
            config_secret_keys=frozenset({"aks-entra:password"}),
        )
