"""The engine against recordings of the Pulumi CLI.

Each scenario is a small stack with a plan of operations. The engine runs them in a fresh folder,
and `compare.py` finds no difference between what it did and what the real CLI did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.compare import scenario_differences
from tests.conformance.recorder import SCENARIOS, Recorder

if TYPE_CHECKING:
    from pathlib import Path

NOT_CLAIMED: frozenset[str] = frozenset()
"""Scenarios in which the engine is known to differ from the CLI."""

ALL = frozenset(path.parent.name for path in SCENARIOS.glob("*/scenario.json"))
CLAIMED = sorted(ALL - NOT_CLAIMED)


@pytest.mark.parametrize("name", CLAIMED)
def test_engine_does_what_the_pulumi_cli_does(name: str, tmp_path: Path) -> None:
    recorder = Recorder(SCENARIOS / name, tmp_path / name)
    recorder.record()
    differences = list(scenario_differences(SCENARIOS / name, recorder.results))
    assert not differences, "\n".join([f"{len(differences)} differences:", *differences])


def test_every_scenario_is_claimed_or_listed_as_not_claimed() -> None:
    assert ALL >= NOT_CLAIMED, "a scenario that does not exist is listed"
    assert len(ALL) == 39
