"""A local Azure that is not served, with one cluster's directory and no cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rehearsal.cloud.aks.runtime import cluster_key
from rehearsal.cloud.aks.runtime_files import ClusterFiles
from rehearsal.cloud.assembly import ToollessRuntime, assemble
from rehearsal.cloud.clock import ManualClock
from rehearsal.cloud.store import Store
from rehearsal.home import Home
from tests.support.clusters import cluster_id, cluster_spec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rehearsal.cloud.context import Cloud


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def cloud(tmp_path: Path, clock: ManualClock) -> Iterator[Cloud]:
    home = Home(tmp_path / "home").create()
    store = Store(home.database)
    yield assemble(home, store, 8443, clock=clock, runtime=ToollessRuntime("no tools"))
    store.close()


@pytest.fixture
def files(cloud: Cloud) -> ClusterFiles:
    made = ClusterFiles(cloud.home.clusters / cluster_key(cluster_id()))
    made.prepare(cluster_spec(tenant_id=cloud.directory.tenant().id))
    return made
