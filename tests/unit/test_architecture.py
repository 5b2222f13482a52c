"""Imports point one way, so that each part can be read, tested and replaced alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# (the part, what its files must not import)
FORBIDDEN = [
    ("settings", ("components", "policy", "ops", "rehearsal")),
    ("components", ("settings", "policy", "ops", "rehearsal", "requests", "httpx", "socket")),
    ("policy", ("settings", "components", "ops", "rehearsal")),
    ("ops", ("settings", "components", "policy", "rehearsal", "pulumi")),
    (
        "rehearsal/engine",
        (
            "rehearsal.cloud",
            "rehearsal.providers",
            "rehearsal.cli",
            "rehearsal.home",
            "pulumi_azure_native",
            "pulumi_azuread",
            "pulumi_kubernetes",
            "components",
            "settings",
        ),
    ),
    (
        "rehearsal/cloud",
        (
            "pulumi",
            "rehearsal.engine",
            "rehearsal.providers",
            "rehearsal.cli",
            "components",
            "settings",
        ),
    ),
    (
        "rehearsal/providers",
        ("rehearsal.engine", "rehearsal.cloud", "rehearsal.cli", "components", "settings"),
    ),
]


def sources(part: str) -> list[Path]:
    return sorted((ROOT / part).rglob("*.py"))


def imported(source: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@pytest.mark.parametrize(("part", "forbidden"), FORBIDDEN, ids=[part for part, _ in FORBIDDEN])
def test_imports_point_one_way(part: str, forbidden: tuple[str, ...]) -> None:
    files = sources(part)
    assert files, f"{part} is gone; mend the table"
    for source in files:
        found = {name for name in imported(source) if any(within(name, bad) for bad in forbidden)}
        assert not found, f"{source.relative_to(ROOT)} must not import {sorted(found)}"


def test_only_settings_reads_the_configuration() -> None:
    for source in [ROOT / "__main__.py", *sources("components")]:
        assert "pulumi.Config" not in source.read_text(encoding="utf-8"), (
            f"{source.name} reads pulumi.Config; settings/ is its only reader"
        )


def test_components_keep_annotations_that_the_schema_analyser_can_read() -> None:
    for source in sources("components"):
        assert "__future__" not in imported(source), f"{source.name} postpones its annotations"


def test_no_code_asks_for_the_admin_kubeconfig() -> None:
    for source in [ROOT / "__main__.py", *sources("components")]:
        text = source.read_text(encoding="utf-8").lower()
        assert "admin_credentials" not in text, f"{source.name} fetches admin credentials"
