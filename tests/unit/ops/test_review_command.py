from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from ops.__main__ import main
from ops.review.comment import marker
from tests.support import previews
from tests.support.previews import BINDING, CLUSTER

ROOT = Path(__file__).parents[3]


@pytest.fixture
def printed(tmp_path: Path) -> Path:
    """A file with a preview that does nothing bad."""
    path = tmp_path / "preview.json"
    path.write_text(previews.stream(previews.step("create", BINDING)), encoding="utf-8")
    return path


def test_a_preview_becomes_a_comment(printed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", str(printed)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(marker("stg"))
    assert "**1 to create**" in out
    assert err == ""


def test_the_stack_can_be_named(printed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--stack", "prd", str(printed)]) == 0
    assert capsys.readouterr().out.startswith(marker("prd"))


def test_a_preview_can_come_by_a_pipe(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(previews.digest(same=2)))
    assert main(["review", "-"]) == 0
    assert "**No changes**" in capsys.readouterr().out


def test_a_cluster_that_would_be_replaced_is_refused_with_the_cause(
    printed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed.write_text(previews.stream(previews.step("replace", CLUSTER, "dnsPrefix")))
    assert main(["review", str(printed)]) == 1
    out, err = capsys.readouterr()
    assert "> **Stop**: the cluster" in out
    assert err == (
        "error: the cluster (aks-entra-cluster) would be replaced, because of dnsPrefix\n"
    )


@pytest.mark.parametrize("content", [None, b"", b"error: no stack\n", b"\xff\xfe{"])
def test_what_is_no_preview_is_refused_with_what_to_give(
    content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "preview.json"
    if content is not None:
        path.write_bytes(content)
    assert main(["review", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"error: {path}: ")
    assert "`pulumi preview --json`" in err


def test_it_runs_as_a_module(printed: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ops", "review", str(printed)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(marker("stg"))


def test_a_missing_command_shows_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2
    assert "usage: python -m ops" in capsys.readouterr().err
