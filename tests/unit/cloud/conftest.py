"""A local Azure in this process for each test, at a time that stands still."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from rehearsal.cloud.clock import ManualClock
from tests.support.arm import Arm, RecordingRuntime, join_workers, local_cloud
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


@pytest.fixture
def runtime() -> RecordingRuntime:
    return RecordingRuntime()


@pytest.fixture(scope="session")
def seeded_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of a local Azure that was started once, with its signing key made."""
    root = tmp_path_factory.mktemp("seeded") / "home"
    cloud = local_cloud(root, RecordingRuntime(), ManualClock())
    Arm(cloud).token("deployer")
    cloud.store.close()
    return root


@pytest.fixture
def arm(
    tmp_path: Path, seeded_home: Path, runtime: RecordingRuntime, clock: ManualClock
) -> Iterator[Arm]:
    shutil.copytree(seeded_home, tmp_path / "home")
    cloud = local_cloud(tmp_path / "home", runtime, clock)
    yield Arm(cloud)
    runtime.gate.set()
    join_workers()
    cloud.store.close()
