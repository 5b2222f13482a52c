"""What counts as drift: nothing that AKS moves by itself, and everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops.__main__ import main
from ops.review.drift import has_drift, without_azures_own
from ops.review.model import Change, Preview
from tests.support import previews
from tests.support.previews import BINDING, CLUSTER, URN

if TYPE_CHECKING:
    from pathlib import Path

POOL = f"{URN}aks-entra:index:EntraCluster$azure-native:containerservice:AgentPool::work"


def drifted(*changes: Change) -> bool:
    return has_drift(without_azures_own(Preview(changes=changes)))


@pytest.mark.parametrize(
    ("urn", "changed"),
    [
        (CLUSTER, ("agentPoolProfiles[1]", "agentPoolProfiles[12]")),
        (CLUSTER, ("agentPoolProfiles[0].count", "agentPoolProfiles[1].count")),
        (CLUSTER, ("agentPoolProfiles[1].powerState.code",)),
        (POOL, ("count",)),
    ],
)
def test_what_aks_moves_by_itself_is_no_drift(urn: str, changed: tuple[str, ...]) -> None:
    assert not drifted(Change("update", urn, changed=changed))


@pytest.mark.parametrize(
    "change",
    [
        Change("update", CLUSTER, changed=("agentPoolProfiles[1]", "disableLocalAccounts")),
        Change("update", CLUSTER, changed=("agentPoolProfiles[0]",)),
        Change("update", CLUSTER, changed=("agentPoolProfiles[0].maxCount",)),
        Change("update", CLUSTER, changed=("agentPoolProfiles",)),
        Change("update", CLUSTER),
        Change("replace", CLUSTER, changed=("agentPoolProfiles[1]",)),
        Change("update", POOL, changed=("count", "maxCount")),
        Change("update", POOL, changed=("maxCount",)),
        Change("delete", POOL, changed=("count",)),
        Change("update", BINDING, changed=("count",)),
        Change("create", BINDING),
    ],
)
def test_what_somebody_did_is_drift(change: Change) -> None:
    assert drifted(change)


def test_what_could_not_be_compared_is_drift() -> None:
    assert has_drift(Preview(errors=("403",)))
    assert has_drift(Preview(complete=False, counts={"update": 1}))
    assert not has_drift(Preview(complete=False, counts={"same": 9}))


def moved(*paths: str) -> previews.Event:
    detailed = {path: {"diffKind": "delete", "inputDiff": True} for path in paths}
    return previews.step("update", CLUSTER, detailedDiff=detailed)


def test_the_command_says_what_it_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "preview.json"
    path.write_text(previews.stream(moved("agentPoolProfiles[1]")), encoding="utf-8")
    assert main(["drift", "--stack", "stg", str(path)]) == 0
    said = capsys.readouterr().out
    assert "**No changes**" in said
    assert "Left out: numbers of nodes" in said


def test_the_command_tells_drift_by_its_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "preview.json"
    path.write_text(previews.stream(moved("agentPoolProfiles[1]", "tags")), encoding="utf-8")
    assert main(["drift", str(path)]) == 1
    said = capsys.readouterr().out
    assert "**1 to update**" in said
    assert "Left out" not in said
    assert main(["drift", str(tmp_path / "absent")]) == 2
