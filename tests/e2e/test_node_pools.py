"""The first System pool: what the program refuses, and the way around it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from ops.__main__ import main as ops
from tests.support.azure import Azure
from tests.support.cli_stream import refreshed_preview
from tests.support.rehearsal import rehearsing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.rehearsal import Rehearsal

pytestmark = pytest.mark.e2e

VERSION = "2025-09-01"
SIZE = "Standard_D4ds_v5"
OLD = {"name": "system", "mode": "System", "vmSize": SIZE}
READ_ONLY = {"provisioningState", "currentOrchestratorVersion", "nodeImageVersion", "eTag"}
NEW = {"name": "other", "mode": "System", "vmSize": "Standard_D8ds_v5"}


@pytest.fixture(scope="module")
def two_pools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """A cluster with a System pool in it and another beside it."""
    with rehearsing(tmp_path_factory.mktemp("pools")) as rehearsal:
        give_pools(rehearsal, OLD, NEW)
        rehearsal.run("up")
        yield rehearsal


def give_pools(rehearsal: Rehearsal, *pools: dict[str, Any]) -> None:
    def change(config: dict[str, Any]) -> None:
        config["aks-entra:cluster"]["nodePools"] = list(pools)

    rehearsal.edit_stack("local", change)


def pools_of(azure: Azure) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in azure.cluster()["properties"]["agentPoolProfiles"]}


@pytest.mark.parametrize(
    ("pools", "said"),
    [
        ([NEW, OLD], '"other" is the first pool of mode System'),
        ([NEW], '"other" is the first pool of mode System'),
        ([{**OLD, "name": "renamed"}, NEW], '"renamed" is the first pool of mode System'),
        ([{**OLD, "vmSize": "Standard_D8ds_v5"}, NEW], '"system" has the vmSize Standard_D8ds_v5'),
        ([OLD, {**NEW, "zones": ["1"]}], '"other" has the zones 1'),
    ],
)
def test_what_azure_would_refuse_or_do_by_deleting_a_pool_is_refused_before(
    two_pools: Rehearsal, pools: list[dict[str, Any]], said: str
) -> None:
    azure = Azure(two_pools)
    before = pools_of(azure)
    give_pools(two_pools, *pools)
    refused = two_pools.run("up", expect=2)
    told = refused.stdout + refused.stderr
    assert f"cluster.nodePools: {said}" in " ".join(told.split()), told
    assert "Traceback" not in told
    assert pools_of(azure) == before


def move_count(azure: Azure, pool: str, count: int) -> None:
    """Let a pool have another number of nodes within its limits, as the autoscaler does."""
    path = f"{azure.cluster()['id']}/agentPools/{pool}"
    usual: dict[str, Any] = azure.arm(path, VERSION).json()["properties"]
    # No caller sets the number of a pool that scales itself; another least number pushes it.
    for least in (count, usual["minCount"]):
        wanted = {**usual, "minCount": least, "count": count}
        given = {key: value for key, value in wanted.items() if key not in READ_ONLY}
        assert azure.arm(path, VERSION, "PUT", {"properties": given}).is_success
        deadline = time.monotonic() + 60
        while azure.arm(path, VERSION).json()["properties"]["provisioningState"] != "Succeeded":
            assert time.monotonic() < deadline, "the pool did not change"
            time.sleep(0.1)
    assert pools_of(azure)[pool]["count"] == count


@pytest.mark.parametrize("pool", ["system", "other"])
def test_what_the_autoscaler_moves_is_no_drift_and_what_somebody_does_is(
    two_pools: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pool: str
) -> None:
    give_pools(two_pools, OLD, NEW)
    two_pools.run("refresh")
    two_pools.run("up")
    azure = Azure(two_pools)
    printed = tmp_path / "preview.json"
    move_count(azure, pool, 4)
    printed.write_text(refreshed_preview(two_pools, monkeypatch), encoding="utf-8")
    assert "agentPoolProfiles" in printed.read_text(encoding="utf-8")
    assert ops(["drift", str(printed)]) == 0

    path = azure.cluster()["id"]
    changed = {**azure.cluster(), "tags": {"owner": "somebody"}}
    assert azure.arm(path, VERSION, "PUT", changed).is_success
    printed.write_text(refreshed_preview(two_pools, monkeypatch), encoding="utf-8")
    assert ops(["drift", str(printed)]) == 1
    two_pools.run("refresh")
    two_pools.run("up")


def test_another_first_pool_takes_its_place_as_the_documentation_says(
    two_pools: Rehearsal, tmp_path: Path
) -> None:
    azure = Azure(two_pools)
    path = f"{azure.cluster()['id']}/agentPools/system"
    assert azure.arm(path, VERSION, method="DELETE").status_code == 202
    deadline = time.monotonic() + 60
    while azure.arm(path, VERSION).is_success:
        assert time.monotonic() < deadline, "the pool did not go"
        time.sleep(0.1)
    give_pools(two_pools, OLD, NEW)
    assert '"system" is the first pool' in two_pools.run("up", expect=2).stdout

    forget(two_pools, "aks-entra-pool-other", tmp_path / "state.json")
    give_pools(two_pools, NEW)
    done = two_pools.json("up")

    assert {kind for kind, count in done["changes"].items() if count} == {"same", "update"}
    pools = pools_of(azure)
    assert list(pools) == ["other"]
    assert "aks-entra-first-pool" in pools["other"]["tags"]
    two_pools.run("up", "--expect-no-changes")


def forget(rehearsal: Rehearsal, name: str, file: Path) -> None:
    """What `pulumi state delete` does: the state loses a resource, Azure does not."""
    state = json.loads(rehearsal.run("stack", "export").stdout)
    rows = state["deployment"]["resources"]
    kept = [row for row in rows if row["urn"].rpartition("::")[2] != name]
    assert len(kept) == len(rows) - 1
    state["deployment"]["resources"] = kept
    file.write_text(json.dumps(state), encoding="utf-8")
    rehearsal.run("stack", "import", str(file))
