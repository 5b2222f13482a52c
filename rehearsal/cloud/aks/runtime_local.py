"""Clusters as processes of this machine, listening on loopback only."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from rehearsal.cloud.aks.runtime import ClusterEndpoint, cluster_key, cluster_url
from rehearsal.cloud.aks.runtime_cluster import Cluster
from rehearsal.cloud.aks.runtime_files import ClusterFiles, sweep
from rehearsal.cloud.authority import Authority

if TYPE_CHECKING:
    from rehearsal.cloud.aks.runtime import ClusterSpec
    from rehearsal.home import Home
    from rehearsal.toolchain import Tools


class LocalRuntime:
    """A ClusterRuntime: each cluster an etcd, a kube-apiserver and a kube-controller-manager.

    The processes end when this one does, however it ends; their data stays, and `ensure` goes on
    with it.

    Args:
        home: The rehearsal's directory, which was created.
        tools: The programs to run.
        origin: The local Azure's origin, where the clusters' webhooks are.
    """

    def __init__(self, home: Home, tools: Tools, origin: str) -> None:
        self._home = home
        self._tools = tools
        self._origin = origin
        self._origin_ca = Authority(home).ca_pem
        self._lock = threading.Lock()
        self._clusters: dict[str, Cluster] = {}
        sweep(home.clusters)

    def ensure(self, spec: ClusterSpec) -> None:
        """As `ClusterRuntime.ensure`."""
        self._cluster(spec.cluster_id).ensure(spec)

    def endpoint(self, cluster_id: str) -> ClusterEndpoint:
        """As `ClusterRuntime.endpoint`."""
        files = self._cluster(cluster_id).files
        ports = files.ports()
        if ports is None:
            raise KeyError(cluster_id)
        return ClusterEndpoint(
            f"https://localhost:{ports.api_server}", files.ca_certificate.read_bytes()
        )

    def admin_certificate(self, cluster_id: str) -> tuple[bytes, bytes]:
        """As `ClusterRuntime.admin_certificate`."""
        files = self._cluster(cluster_id).files
        if not files.certificate("admin").exists():
            raise KeyError(cluster_id)
        return files.certificate("admin").read_bytes(), files.key("admin").read_bytes()

    def stop(self, cluster_id: str) -> None:
        """As `ClusterRuntime.stop`."""
        self._cluster(cluster_id).stop()

    def delete(self, cluster_id: str) -> None:
        """As `ClusterRuntime.delete`."""
        self._cluster(cluster_id).remove()

    def stop_all(self) -> None:
        """As `ClusterRuntime.stop_all`."""
        with self._lock:
            clusters = list(self._clusters.values())
        for cluster in clusters:
            cluster.stop()

    def process_ids(self, cluster_id: str) -> dict[str, int | None]:
        """The process id of each running component; None for one that is being restarted."""
        return self._cluster(cluster_id).process_ids()

    def _cluster(self, cluster_id: str) -> Cluster:
        key = cluster_key(cluster_id)
        with self._lock:
            if key not in self._clusters:
                self._clusters[key] = Cluster(
                    ClusterFiles(self._home.clusters / key),
                    self._tools,
                    cluster_url(self._origin, cluster_id),
                    self._origin_ca,
                )
            return self._clusters[key]
