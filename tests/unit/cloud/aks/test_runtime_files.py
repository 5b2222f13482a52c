from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from rehearsal.cloud.aks.runtime_files import ClusterFiles, sweep
from tests.support.clusters import cluster_spec

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def fresh(tmp_path: Path) -> ClusterFiles:
    return ClusterFiles(tmp_path / "clusters" / "one")


def test_what_was_made_once_is_kept(fresh: ClusterFiles) -> None:
    fresh.prepare(cluster_spec())
    kept = {path: path.read_bytes() for path in fresh.root.rglob("*.*") if path.is_file()}
    fresh.prepare(cluster_spec())
    assert kept == {path: path.read_bytes() for path in kept}
    assert len(kept) > 10


def test_everything_is_readable_by_its_owner_only(fresh: ClusterFiles) -> None:
    fresh.prepare(cluster_spec())
    secret = [path for path in fresh.root.rglob("*") if path.suffix in {".key", ".token"}]
    assert secret
    assert all(path.stat().st_mode & 0o077 == 0 for path in [fresh.root, *secret])


def test_the_admins_certificate_is_of_the_group_that_may_do_anything(fresh: ClusterFiles) -> None:
    fresh.prepare(cluster_spec())
    certificate = x509.load_pem_x509_certificate(fresh.certificate("admin").read_bytes())
    organizations = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    assert [found.value for found in organizations] == ["system:masters"]


def test_each_cluster_has_a_ca_of_its_own_so_that_its_admin_is_nobody_elsewhere(
    tmp_path: Path,
) -> None:
    one, two = ClusterFiles(tmp_path / "one"), ClusterFiles(tmp_path / "two")
    for files in (one, two):
        files.prepare(cluster_spec())
    assert one.ca_certificate.read_bytes() != two.ca_certificate.read_bytes()


def test_ports_are_kept_while_they_are_free(fresh: ClusterFiles) -> None:
    fresh.root.mkdir(parents=True)
    first = fresh.choose_ports()
    assert len({first.api_server, first.controller_manager, first.etcd, first.etcd_peer}) == 4
    assert fresh.choose_ports() == first == fresh.ports()


def test_a_port_that_somebody_else_has_taken_does_not_block_the_start(
    fresh: ClusterFiles,
) -> None:
    fresh.root.mkdir(parents=True)
    first = fresh.choose_ports()
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", first.api_server))
        stranger.listen()
        second = fresh.choose_ports()
    assert second.api_server != first.api_server
    assert second.etcd == first.etcd


def test_removing_twice_is_removing_once(fresh: ClusterFiles) -> None:
    fresh.prepare(cluster_spec())
    fresh.remove()
    fresh.remove()
    assert list(fresh.root.parent.iterdir()) == []


def test_what_a_killed_deletion_left_is_swept(fresh: ClusterFiles) -> None:
    fresh.prepare(cluster_spec())
    leftover = fresh.root.rename(fresh.root.with_name(".deleted-0123"))
    sweep(fresh.root.parent)
    assert not leftover.exists()


def test_an_unknown_cluster_has_neither_ports_nor_a_spec(fresh: ClusterFiles) -> None:
    assert fresh.ports() is None
    assert fresh.spec() is None
