from __future__ import annotations

import ast
import json
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.policy_checks import CHECKS

ROOT = Path(__file__).parents[3]
PACK = ROOT / "policy"

A, M, D = "advisory", "mandatory", "disabled"
LEVELS = {
    "aks-entra-managed": (M, M, M),
    "aks-no-legacy-aad": (M, M, M),
    "aks-local-accounts-disabled": (A, M, M),
    "aks-admin-groups-set": (M, M, M),
    "aks-rbac-enabled": (M, M, M),
    "aks-run-command-off": (A, M, M),
    "aks-authorization-mode": (M, M, M),
    "aks-tenant-pinned": (A, M, M),
    "aks-admin-groups-bounded": (A, M, M),
    "aks-managed-identity": (M, M, M),
    "aks-workload-identity": (A, A, M),
    "entra-group-security-enabled": (M, M, M),
    "entra-group-no-duplicate-names": (A, A, M),
    "aks-api-restricted": (A, M, M),
    "aks-node-ssh-off": (A, A, M),
    "aks-network-policy": (A, M, M),
    "aks-audit-logs": (A, M, M),
    "stack-audit-logs": (A, M, M),
    "aks-auto-upgrade": (A, A, M),
    "aks-node-os-upgrade": (A, A, M),
    "aks-paid-tier": (D, A, M),
    "aks-protected": (D, A, M),
    "rbac-no-any-any": (M, M, M),
    "rbac-no-escalate": (M, M, M),
    "rbac-no-bind": (M, M, M),
    "rbac-no-impersonate": (M, M, M),
    "rbac-no-rbac-write": (A, M, M),
    "rbac-no-secrets-read": (A, M, M),
    "rbac-no-exec": (A, A, M),
    "rbac-no-token-request": (M, M, M),
    "rbac-no-node-proxy": (M, M, M),
    "bind-no-cluster-admin": (A, M, M),
    "bind-no-system-masters": (M, M, M),
    "bind-no-everybody": (M, M, M),
    "bind-no-direct-users": (A, M, M),
    "bind-group-is-entra-object-id": (M, M, M),
    "azrole-no-cluster-admin": (A, M, M),
    "azrole-no-owner": (A, M, M),
    "azrole-scope-is-cluster": (A, M, M),
    "azrole-groups-not-users": (A, M, M),
    "stack-no-admin-kubeconfig": (M, M, M),
}
"""The levels of dev, stg and prd."""


def configured(environment: str) -> dict[str, str]:
    text = (PACK / "config" / f"{environment}.json").read_text(encoding="utf-8")
    return json.loads(text)


def test_the_pack_has_exactly_the_agreed_checks() -> None:
    assert list(CHECKS) == list(LEVELS)


@pytest.mark.parametrize(
    ("environment", "column"), [("local", 0), ("dev", 0), ("stg", 1), ("prd", 2)]
)
def test_an_environment_sets_the_level_of_every_check(environment: str, column: int) -> None:
    assert configured(environment) == {name: levels[column] for name, levels in LEVELS.items()}


@pytest.mark.parametrize("environment", ["local", "dev", "stg", "prd"])
def test_an_environment_lists_the_checks_in_order(environment: str) -> None:
    assert list(configured(environment)) == sorted(LEVELS)


def test_there_is_a_configuration_for_each_environment_and_no_other() -> None:
    assert {path.stem for path in (PACK / "config").iterdir()} == {"local", "dev", "stg", "prd"}


def test_nothing_is_changed_behind_a_reviewers_back_before_production() -> None:
    assert "remediate" not in {*configured("stg").values(), *configured("prd").values()}


def test_the_manifest_names_the_projects_virtualenv_and_a_version() -> None:
    manifest = yaml.safe_load((PACK / "PulumiPolicy.yaml").read_text(encoding="utf-8"))
    assert manifest["runtime"] == {"name": "python", "options": {"virtualenv": "../.venv"}}
    assert manifest["version"].count(".") == 2


def modules() -> list[Path]:
    return sorted(PACK.rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=str)
def test_a_module_prints_nothing_and_makes_no_pack_when_it_is_imported(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    names = {node.func.id for node in calls if isinstance(node.func, ast.Name)}
    assert "print" not in names, "the first line on stdout has to be the port"
    assert ("PolicyPack" in names) == (path.name == "__main__.py")


@pytest.mark.parametrize("path", modules(), ids=str)
def test_a_module_reads_properties_only_through_reading(path: Path) -> None:
    if path.name in {"reading.py", "building.py"}:
        return
    tree = ast.parse(path.read_text())
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert "props" not in attributes - ({"props"} if path.name == "model.py" else set[str]())
    slices = [node for node in ast.walk(tree) if isinstance(node, ast.Slice)]
    assert not slices, "a slice of a proxy hands out the sentinel of an unknown value"


def test_no_module_of_the_pack_hides_one_of_the_program_or_of_python() -> None:
    own = {path.stem for path in PACK.iterdir() if path.suffix == ".py" or path.is_dir()}
    programs = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert not (own & programs) - {"__main__", "__pycache__"}
    assert not own & set(sys.stdlib_module_names)
