from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from rehearsal.engine.plugins import PluginError, PluginHost
from rehearsal.engine.processes import Spawner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def spawner() -> Iterator[Spawner]:
    with Spawner() as made:
        yield made


def executable(folder: Path, text: str) -> None:
    path = folder / "pulumi-resource-odd"
    path.write_text(f"#!{sys.executable}\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_a_package_without_provider_is_named_with_what_there_is(
    spawner: Spawner, tmp_path: Path
) -> None:
    host = PluginHost({}, {"PATH": str(tmp_path)}, spawner)

    with pytest.raises(PluginError, match=r"'odd'.*pulumi-resource-odd.*PATH"):
        host.start("odd")


def test_a_plugin_that_ends_at_once_is_an_error_with_its_last_words(
    spawner: Spawner, tmp_path: Path
) -> None:
    executable(tmp_path, "raise SystemExit('no licence')")
    host = PluginHost({}, {"PATH": str(tmp_path)}, spawner)

    with pytest.raises(PluginError, match="did not tell its port"):
        host.start("odd")


def test_no_child_is_left_when_the_spawner_closes() -> None:
    spawner = Spawner()
    child = spawner.spawn([sys.executable, "-c", "import time; time.sleep(600)"], dict(os.environ))

    spawner.close()

    assert child.poll() is not None
