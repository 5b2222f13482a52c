"""Every claim of the wire specification has a test, or a row in the list of differences."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

TESTS = Path(__file__).parents[1]
FIDELITY = TESTS.parent / "docs" / "fidelity.md"
HEADINGS = frozenset({"area", "operation", "client"})


def claims() -> list[dict[str, Any]]:
    sections: dict[str, list[dict[str, Any]]] = yaml.safe_load(
        (TESTS / "wire_claims.yaml").read_text(encoding="utf-8")
    )
    assert {"0", "1a", "1b", "1c", "2", "3", "4"} == set(sections)
    return [row for rows in sections.values() for row in rows]


@cache
def functions(path: str) -> frozenset[str]:
    """Names of the tests in a file below tests/; none if it is not there."""
    file = TESTS / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def fidelity_rows() -> set[str]:
    """`heading: first cell` of every row of every table."""
    found: set[str] = set()
    heading = ""
    for line in FIDELITY.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        elif cell := re.match(r"\| (.+?) \|", line):
            found.add(f"{heading}: {cell[1]}")
    return {row for row in found if row.partition(": ")[2] not in HEADINGS}


def test_a_claim_is_made_once_and_has_either_tests_or_a_row() -> None:
    rows = claims()

    assert len({row["claim"] for row in rows}) == len(rows)
    wrong = [row["claim"] for row in rows if set(row) - {"claim"} not in ({"tests"}, {"fidelity"})]
    assert wrong == []
    assert all(row.get("tests") or row.get("fidelity") for row in rows)


def test_the_tests_that_claims_name_are_there() -> None:
    named = {test for row in claims() for test in row.get("tests", ())}
    missing = [
        test
        for test in sorted(named)
        if test.partition("::")[2] not in functions(test.partition("::")[0])
    ]
    assert missing == []


def test_the_rows_that_claims_name_are_in_the_list_of_differences() -> None:
    named = {row["fidelity"] for row in claims() if "fidelity" in row}
    assert sorted(named - fidelity_rows()) == []
