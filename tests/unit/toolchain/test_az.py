from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from rehearsal import toolchain_az
from rehearsal.toolchain import ToolchainError
from rehearsal.toolchain_progress import LineProgress

if TYPE_CHECKING:
    from pathlib import Path


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Other pins than az's."""
    path = tmp_path / "requirements.txt"
    path.write_text("nothing-of-this-name==1.0 --hash=sha256:" + "0" * 64 + "\n")
    monkeypatch.setattr(toolchain_az, "LOCK", path)
    return path


def test_other_pins_go_to_another_place(cache: Path, lock: Path) -> None:
    before = toolchain_az.installed()
    assert before.is_relative_to(cache)
    lock.write_text("nothing-of-this-name==2.0\n")
    assert toolchain_az.installed() != before


@pytest.mark.usefixtures("cache", "lock")
def test_the_az_of_the_path_goes_before_the_installed_one(search_path: Path) -> None:
    assert toolchain_az.find() is None
    installed = program(toolchain_az.installed())
    assert toolchain_az.find() == installed
    own = program(search_path / "az")
    assert toolchain_az.find() == own


@pytest.mark.usefixtures("lock", "no_index")
def test_what_cannot_be_installed_is_said_and_leaves_nothing(cache: Path) -> None:
    with pytest.raises(ToolchainError, match="nothing-of-this-name"):
        toolchain_az.install(LineProgress(io.StringIO()))
    assert not list(cache.glob("az-*"))


@pytest.mark.usefixtures("cache", "lock", "no_index")
def test_what_is_there_is_not_installed_again() -> None:
    installed = program(toolchain_az.installed())
    assert toolchain_az.install(LineProgress(io.StringIO())) == installed
