from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.policy_checks import CHECKS

PACK = Path(__file__).parents[3] / "policy"
ENVIRONMENTS = ("dev", "stg", "prd")


def row(check_id: str) -> str:
    """The line of a check in the README's table."""
    check = CHECKS[check_id]
    levels = [
        json.loads((PACK / "config" / f"{name}.json").read_text(encoding="utf-8"))[check_id]
        for name in ENVIRONMENTS
    ]
    anchors = ", ".join(check.anchors) or "own"
    cells = [
        f"`{check_id}`", check.title, "/".join(level[0].upper() for level in levels),
        check.severity, check.benchmark or "-", anchors,
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


@pytest.mark.parametrize("check_id", CHECKS)
def test_the_readme_has_the_row_of_a_check(check_id: str) -> None:
    assert row(check_id) in (PACK / "README.md").read_text(encoding="utf-8")


def test_the_readme_has_no_row_of_a_check_that_is_gone() -> None:
    table, _, _ = (PACK / "README.md").read_text(encoding="utf-8").partition("## ")
    assert table.count("\n| `") == len(CHECKS)
