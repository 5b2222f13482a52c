"""One cluster's directory, and no cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rehearsal.cloud.aks.runtime import cluster_key
from rehearsal.cloud.aks.runtime_files import ClusterFiles
from tests.support.clusters import cluster_id, cluster_spec
from tests.support.webhook import ApiServer

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud


@pytest.fixture
def files(cloud: Cloud) -> ClusterFiles:
    made = ClusterFiles(cloud.home.clusters / cluster_key(cluster_id()))
    made.prepare(cluster_spec(tenant_id=cloud.directory.tenant().id))
    return made


@pytest.fixture
def api_server(cloud: Cloud, files: ClusterFiles) -> ApiServer:
    return ApiServer(cloud, files)
