"""A local Azure that is not served, at a time that stands still."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rehearsal.cloud.clock import ManualClock
from tests.support.identity import Identity, unserved_cloud

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rehearsal.cloud.context import Cloud


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def cloud(tmp_path: Path, clock: ManualClock) -> Iterator[Cloud]:
    made = unserved_cloud(tmp_path / "home", clock)
    yield made
    made.store.close()


@pytest.fixture
def identity(cloud: Cloud) -> Identity:
    return Identity(cloud)
