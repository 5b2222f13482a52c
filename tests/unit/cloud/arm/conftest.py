"""A local Azure in this process for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rehearsal.cloud.clock import ManualClock
from tests.support.arm import Arm, RecordingRuntime, join_workers, local_cloud

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def runtime() -> RecordingRuntime:
    return RecordingRuntime()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def arm(tmp_path: Path, runtime: RecordingRuntime, clock: ManualClock) -> Iterator[Arm]:
    cloud = local_cloud(tmp_path / "home", runtime, clock)
    yield Arm(cloud)
    runtime.gate.set()
    join_workers()
    cloud.store.close()
