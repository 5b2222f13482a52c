from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

MAKEFILE = Path(__file__).parents[3] / "Makefile"


def make(*words: str, directory: Path, path: str | None = None) -> subprocess.CompletedProcess[str]:
    program = shutil.which("make")
    assert program is not None
    return subprocess.run(
        [program, "--file", MAKEFILE, *words],
        cwd=directory,
        env=None if path is None else {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_is_the_default_and_lists_every_target_that_a_person_calls(tmp_path: Path) -> None:
    listed = re.findall(r"^  make (\S+)  +\S", make(directory=tmp_path).stdout, re.MULTILINE)
    phony = re.findall(r"^\.PHONY: (.*)$", MAKEFILE.read_text(), re.MULTILINE)[0].split()
    assert set(listed) == set(phony) - {"tools"}


def test_without_a_recent_python_nothing_is_made_and_the_message_says_so(tmp_path: Path) -> None:
    (tmp_path / "requirements-rehearsal.txt").touch()
    result = make("setup", directory=tmp_path, path="/nowhere")
    assert result.returncode != 0
    assert "Python 3.11 or newer is needed" in result.stderr
    assert not (tmp_path / ".venv").exists()


def test_packages_are_only_taken_by_their_hashes() -> None:
    planned = make("--dry-run", "--always-make", "setup-dev", directory=MAKEFILE.parent).stdout
    installing = [line for line in planned.splitlines() if " pip " in line]
    assert installing
    assert all("--require-hashes" in line for line in installing)
