"""One running cluster: its three processes, and what is kept true inside it."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from rehearsal.cloud.aks import runtime_commands
from rehearsal.cloud.aks.processes import Process, end_leftover
from rehearsal.cloud.aks.runtime import ClusterFailedError
from rehearsal.cloud.aks.runtime_api import AdminClient, ApiError
from rehearsal.cloud.aks.runtime_contents import incomplete_roles, reconcile
from rehearsal.cloud.aks.runtime_logs import reasons

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rehearsal.cloud.aks.runtime import ClusterSpec
    from rehearsal.cloud.aks.runtime_files import ClusterFiles, Ports
    from rehearsal.toolchain import Tools

ETCD, API_SERVER, CONTROLLER_MANAGER = "etcd", "kube-apiserver", "kube-controller-manager"

# Six seconds on an idle machine with two cores; many clusters may start at once on a busy one.
_PATIENCE_SECONDS = 240.0
_POLL_SECONDS = 0.1
# A component that ended this often since it was started will not come up.
_STARTS_BEFORE_GIVING_UP = 4


class Cluster:
    """The processes of one cluster, and its directory.

    Args:
        files: The cluster's directory.
        tools: The programs to run.
        azure_url: Where the local Azure serves what belongs to this cluster (`cluster_url`).
        origin_ca: PEM of the CA that signed the local Azure's certificate.
    """

    def __init__(self, files: ClusterFiles, tools: Tools, azure_url: str, origin_ca: bytes) -> None:
        self.files = files
        self._tools = tools
        self._azure_url = azure_url
        self._origin_ca = origin_ca
        self._lock = threading.Lock()
        self._interrupted = threading.Event()
        self._processes: dict[str, Process] = {}
        self._log_offsets: dict[str, int] = {}
        self._ports: Ports | None = None

    def ensure(self, spec: ClusterSpec) -> None:
        """Start what does not run, restart what has to run otherwise, and wait until it is ready.

        Raises:
            ClusterFailedError: it did not become ready; nothing of it runs then.
        """
        with self._lock:
            self._interrupted.clear()
            try:
                self._ensure(spec)
            except OSError as error:
                self._stop_processes()
                raise ClusterFailedError(f"cannot prepare {self.files.root}: {error}") from error
            except BaseException:
                self._stop_processes()
                raise

    def stop(self) -> None:
        """End its processes; an `ensure` that is waiting fails."""
        self._interrupted.set()
        with self._lock:
            self._stop_processes()

    def remove(self) -> None:
        """End its processes and remove its data."""
        self._interrupted.set()
        with self._lock:
            self._stop_processes()
            for component in (CONTROLLER_MANAGER, API_SERVER, ETCD):
                end_leftover(self.files.record(component))
            self.files.remove()

    def process_ids(self) -> dict[str, int | None]:
        """The process id of each component, None for one that is between two runs."""
        return {name: process.pid for name, process in self._processes.items()}

    def _ensure(self, spec: ClusterSpec) -> None:
        self.files.prepare(spec)
        if self._ports is None:
            for component in (CONTROLLER_MANAGER, API_SERVER, ETCD):
                end_leftover(self.files.record(component))
            self._ports = self.files.choose_ports()
        files, ports, tools = self.files, self._ports, self._tools
        runtime_commands.write_configuration(files, ports, self._azure_url, self._origin_ca)
        if ETCD not in self._processes:
            files.discard_unformed_data()
        self._run(ETCD, runtime_commands.etcd_command(tools.etcd, files, ports))
        self._run(
            API_SERVER,
            runtime_commands.api_server_command(
                tools.controlplane, files, ports, spec, self._azure_url
            ),
        )
        client = AdminClient(files, ports.api_server)
        try:
            self._wait(client.ready)
            files.mark_formed()
            # Not before: it gives up when it finds no API server.
            self._run(
                CONTROLLER_MANAGER,
                runtime_commands.controller_manager_command(tools.controlplane, files, ports, spec),
            )
            self._wait(lambda: reconcile(client, spec))
            self._wait(lambda: incomplete_roles(client))
        finally:
            client.close()

    def _run(self, component: str, command: Sequence[str]) -> None:
        process = self._processes.get(component)
        if process is not None:
            if process.command == tuple(command):
                return
            process.stop()
        log = self.files.log(component)
        self._log_offsets[component] = log.stat().st_size if log.exists() else 0
        process = Process(component, command, log, self.files.record(component))
        self._processes[component] = process
        process.start()

    def _wait(self, lacking: Callable[[], str]) -> None:
        """Wait until `lacking` returns an empty text; ApiError counts as its message."""
        starts = {name: process.starts for name, process in self._processes.items()}
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                missing = lacking()
            except ApiError as error:
                missing = str(error)
            if not missing:
                return
            for name, process in self._processes.items():
                if process.starts - starts[name] >= _STARTS_BEFORE_GIVING_UP:
                    raise ClusterFailedError(self._failure(name, "keeps ending"))
            if time.monotonic() > deadline:
                what = f"is not ready after {_PATIENCE_SECONDS:.0f} s ({missing})"
                raise ClusterFailedError(self._failure(API_SERVER, what))
            if self._interrupted.wait(_POLL_SECONDS):
                raise ClusterFailedError("the cluster was stopped or deleted while it started")

    def _failure(self, component: str, what: str) -> str:
        log = self.files.log(component)
        said = reasons(log, self._log_offsets[component]) or "nothing"
        return f"{component} {what}. It said: {said}. All of it is in {log}"

    def _stop_processes(self) -> None:
        for component in (CONTROLLER_MANAGER, API_SERVER, ETCD):
            process = self._processes.pop(component, None)
            if process is not None:
                process.stop()
        self._ports = None
