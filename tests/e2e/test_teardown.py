"""`down` leaves nothing, and the next `up` works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.rehearsal import Rehearsal

pytestmark = pytest.mark.e2e


def test_down_leaves_nothing_and_up_works_again(empty: Rehearsal) -> None:
    empty.run("up")
    assert any("kube-apiserver" in line for line in empty.processes())
    empty.run("down")
    assert empty.processes() == []
    assert not empty.home.exists()
    empty.run("up")
    empty.kubectl("platform-admin", "get", "nodes")


def test_destroy_leaves_an_empty_cloud_that_still_runs(empty: Rehearsal) -> None:
    empty.run("up")
    empty.run("destroy")
    assert not [line for line in empty.processes() if "kube-apiserver" in line or "etcd" in line]
    empty.run("up")
    empty.run("up", "--expect-no-changes")
