"""A home is removed whole, so it must never be made of somebody's directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rehearsal.home import Home, HomeError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_home_is_its_owner_s_alone_and_made_once(tmp_path: Path) -> None:
    home = Home(tmp_path / "new" / "home")
    assert not home.is_made()
    home.create()
    (home.root / "passphrase").touch()
    home.create()
    assert home.is_made()
    assert home.root.stat().st_mode & 0o777 == 0o700


def test_an_empty_directory_becomes_a_home(tmp_path: Path) -> None:
    assert Home(tmp_path).create().is_made()


def test_what_an_interrupted_making_left_becomes_a_home(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.clusters.mkdir()
    assert home.create().is_made()


@pytest.mark.parametrize("kept", ["thesis.txt", "clusters"])
def test_somebody_s_directory_stays_as_it_is(tmp_path: Path, kept: str) -> None:
    (tmp_path / kept).mkdir()
    (tmp_path / "own").mkdir()
    tmp_path.chmod(0o755)
    with pytest.raises(HomeError, match=r"REHEARSAL_HOME.*no rehearsal's; name a directory"):
        Home(tmp_path).create()
    assert {path.name for path in tmp_path.iterdir()} == {kept, "own"}
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_a_file_is_no_home(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HomeError, match="cannot be made"):
        Home(tmp_path / "file").create()
