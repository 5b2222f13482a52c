"""A cluster survives whatever happens to the process that runs it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rehearsal import toolchain
from rehearsal.cloud.aks.runtime import ClusterFailedError, cluster_key
from rehearsal.cloud.aks.runtime_local import LocalRuntime
from rehearsal.home import Home
from tests.contract.cloud.aks.conftest import client_of
from tests.support.clusters import cluster_id, cluster_spec

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

ORIGIN = "https://localhost:1"
HOST = Path(__file__).with_name("host_process.py")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").create()


@pytest.fixture
def runtime(home: Home) -> Iterator[LocalRuntime]:
    made = LocalRuntime(home, toolchain.find(), ORIGIN)
    yield made
    made.stop_all()


@contextmanager
def host(home: Home, when: str) -> Generator[list[int]]:
    """Another process that runs the cluster; killed with SIGKILL at the end. Gives process ids."""
    command = [sys.executable, str(HOST), str(home.root), ORIGIN, when]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.kill()


def until_gone(pids: list[int]) -> None:
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        time.sleep(0.02)


def create_namespace(runtime: LocalRuntime, scratch: Path, name: str) -> None:
    with client_of(runtime, cluster_id(), scratch) as client:
        client.post("/api/v1/namespaces", json={"metadata": {"name": name}}).raise_for_status()


def has_namespace(runtime: LocalRuntime, scratch: Path, name: str) -> bool:
    with client_of(runtime, cluster_id(), scratch) as client:
        return client.get(f"/api/v1/namespaces/{name}").is_success


def test_after_a_kill_everything_is_there_again_at_the_same_address(
    home: Home, runtime: LocalRuntime
) -> None:
    with host(home, "ready") as pids:
        before = runtime.endpoint(cluster_id())
        create_namespace(runtime, home.root, "kept")
    until_gone(pids)
    assert len(pids) == 3
    runtime.ensure(cluster_spec())
    assert runtime.endpoint(cluster_id()) == before
    assert has_namespace(runtime, home.root, "kept")


def test_a_start_that_was_cut_off_is_gone_on_with(home: Home, runtime: LocalRuntime) -> None:
    with host(home, "started"):
        pass
    runtime.ensure(cluster_spec())
    create_namespace(runtime, home.root, "made")


def test_what_an_etcd_killed_in_its_first_writes_left_does_not_block_the_start(
    home: Home, runtime: LocalRuntime
) -> None:
    log = home.clusters / cluster_key(cluster_id()) / "etcd" / "member" / "wal"
    log.mkdir(parents=True)
    (log / "0000000000000000-0000000000000000.wal").write_bytes(bytes(4096))
    runtime.ensure(cluster_spec())
    create_namespace(runtime, home.root, "made")


def test_a_stopped_cluster_has_no_processes_and_keeps_its_data_even_with_azure_away(
    home: Home, runtime: LocalRuntime
) -> None:
    spec = cluster_spec(azure_rbac=True, oidc_issuer=True)
    runtime.ensure(spec)
    create_namespace(runtime, home.root, "kept")
    pids = [pid for pid in runtime.process_ids(cluster_id()).values() if pid]
    runtime.stop(cluster_id())
    until_gone(pids)
    runtime.ensure(spec)
    assert has_namespace(runtime, home.root, "kept")


def test_a_deleted_cluster_leaves_neither_processes_nor_data(
    home: Home, runtime: LocalRuntime
) -> None:
    runtime.ensure(cluster_spec())
    pids = [pid for pid in runtime.process_ids(cluster_id()).values() if pid]
    runtime.delete(cluster_id())
    until_gone(pids)
    assert list(home.clusters.iterdir()) == []
    with pytest.raises(KeyError):
        runtime.endpoint(cluster_id())
    runtime.delete(cluster_id())


def test_a_cluster_that_cannot_start_says_why_and_leaves_nothing_running(
    home: Home, runtime: LocalRuntime
) -> None:
    broken = replace(toolchain.find(), controlplane=Path("/bin/false"))
    failing = LocalRuntime(home, broken, ORIGIN)
    with pytest.raises(ClusterFailedError, match="kube-apiserver keeps ending"):
        failing.ensure(cluster_spec())
    assert failing.process_ids(cluster_id()) == {}
    runtime.ensure(cluster_spec())


def test_damaged_data_fails_with_what_etcd_said(home: Home, runtime: LocalRuntime) -> None:
    runtime.ensure(cluster_spec(nodes=0))
    runtime.stop_all()
    database = next(home.clusters.glob("*/etcd/member/snap/db"))
    database.write_bytes(b"not a database" * 1000)
    with pytest.raises(ClusterFailedError, match="etcd keeps ending"):
        runtime.ensure(cluster_spec(nodes=0))
