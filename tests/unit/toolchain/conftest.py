"""A cache of its own, and a tiny module in place of the control plane, which builds in a second."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from rehearsal import toolchain
from rehearsal.toolchain import GoBinary


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of built tools."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "aks-entra"


@pytest.fixture
def go_directory() -> Path:
    """Where the Go is that the rehearsal itself is built with."""
    found = shutil.which("go")
    return Path(found).parent if found else toolchain.wheel_directory("go") / "go" / "bin"


@pytest.fixture(scope="session")
def go_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of compiled packages for all tests here."""
    return tmp_path_factory.mktemp("go-build")


@pytest.fixture
def search_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only directory on PATH, with kubectl in it."""
    directory = tmp_path / "bin"
    directory.mkdir()
    kubectl = toolchain.find_kubectl()
    assert kubectl is not None, "run `make setup-dev`"
    (directory / "kubectl").symlink_to(kubectl)
    monkeypatch.setenv("PATH", str(directory))
    return directory


@pytest.fixture
def no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package index that cannot be reached."""
    monkeypatch.setenv("PIP_INDEX_URL", "https://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_RETRIES", "0")


@pytest.fixture
def tiny(
    tmp_path: Path,
    go_directory: Path,
    go_cache: Path,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> GoBinary:
    """A module of three lines, built with the machine's Go into an empty cache."""
    del cache
    # Go's own cache follows XDG_CACHE_HOME too, and an empty one costs seconds a test.
    monkeypatch.setenv("GOCACHE", str(go_cache))
    monkeypatch.setenv("PATH", str(go_directory), prepend=os.pathsep)
    module = tmp_path / "module"
    module.mkdir()
    (module / "go.mod").write_text("module tiny\n\ngo 1.26.0\n")
    (module / "main.go").write_text('package main\n\nfunc main() { println("tiny") }\n')
    binary = GoBinary("tiny", "tiny v1.0.0", module, ".", "-s -w")
    monkeypatch.setattr(toolchain, "go_binaries", lambda: (binary, binary))
    return binary
