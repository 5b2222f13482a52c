from __future__ import annotations

import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from rehearsal import toolchain, toolchain_build
from rehearsal.toolchain import GoBinary, ToolchainError
from tests.unit.toolchain.test_toolchain import stub

if TYPE_CHECKING:
    from pathlib import Path


class Heard:
    """A progress that remembers what it was told."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.details: list[str] = []

    def __call__(self, step: str, seconds: float, detail: str) -> None:
        assert seconds >= 0
        self.steps.append(step)
        self.details.append(detail)


def build_fails() -> str:
    with pytest.raises(ToolchainError) as caught:
        toolchain_build.build(Heard())
    return str(caught.value)


def test_a_missing_binary_is_built_and_told_of(tiny: GoBinary) -> None:
    heard = Heard()
    tools = toolchain_build.build(heard)
    assert tools.kubelogin == tiny.path
    run = subprocess.run([tiny.path], capture_output=True, text=True, check=True)
    assert run.stderr == "tiny\n"
    assert tiny.what in heard.steps[0]
    assert heard.details[-1] == "done"


def test_what_is_there_is_not_built_again(tiny: GoBinary) -> None:
    toolchain_build.build(Heard())
    made = tiny.path.stat().st_mtime_ns
    heard = Heard()
    toolchain_build.build(heard)
    assert heard.steps == []
    assert tiny.path.stat().st_mtime_ns == made


def test_two_builds_at_once_do_the_work_once(tiny: GoBinary) -> None:
    heard = [Heard(), Heard()]
    threads = [threading.Thread(target=toolchain_build.build, args=(each,)) for each in heard]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tiny.path.exists()
    assert [each.details.count("done") for each in heard] in ([1, 0], [0, 1])


def test_a_failed_build_quotes_the_compiler_and_leaves_nothing_in_place(tiny: GoBinary) -> None:
    (tiny.module / "main.go").write_text("package main\n\nfunc main() { missing() }\n")
    message = build_fails()
    assert "undefined: missing" in message
    assert not tiny.path.exists()


def test_a_build_that_was_cut_off_is_begun_again(tiny: GoBinary) -> None:
    unfinished = tiny.path.parent.with_name(f".{tiny.path.parent.name}.unfinished")
    unfinished.mkdir(parents=True)
    (unfinished / "tiny").write_text("half")
    toolchain_build.build(Heard())
    assert tiny.path.read_bytes()[:4] == b"\x7fELF"


def test_modules_that_cannot_be_downloaded_point_at_the_module_proxy(
    tiny: GoBinary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tiny.module / "go.mod").write_text(
        "module tiny\n\ngo 1.26.0\n\nrequire github.com/spf13/cobra v1.10.2\n"
    )
    (tiny.module / "main.go").write_text(
        'package main\n\nimport _ "github.com/spf13/cobra"\n\nfunc main() {}\n'
    )
    (tiny.module / "go.sum").write_text(
        "".join(
            line
            for line in (toolchain.SOURCES / "go.sum").read_text().splitlines(keepends=True)
            if "spf13/cobra v1.10.2" in line
        )
    )
    monkeypatch.setenv("GOMODCACHE", str(tmp_path / "modules"))
    monkeypatch.setenv("GOPROXY", "off")
    message = build_fails()
    assert "GOPROXY" in message
    assert "make setup" in message


@pytest.mark.usefixtures("tiny", "no_index")
def test_without_any_go_the_message_says_which_and_how(search_path: Path) -> None:
    assert not (search_path / "go").exists()
    message = build_fails()
    assert "Go 1.26.0 or newer is needed and PATH has none" in message
    assert "pip" in message
    assert "make setup" in message


@pytest.mark.usefixtures("tiny", "no_index")
def test_a_go_that_is_too_old_is_named(search_path: Path) -> None:
    old = stub(search_path, "go", "go1.21.13")
    message = build_fails()
    assert f"{old} is older" in message


@pytest.mark.usefixtures("tiny", "no_index")
def test_without_any_kubectl_the_message_says_which_and_how(search_path: Path) -> None:
    (search_path / "kubectl").unlink()
    assert "kubectl 1.18 or newer is needed and PATH has none" in build_fails()


@pytest.mark.usefixtures("tiny")
def test_a_cache_that_cannot_be_written_is_named_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert "XDG_CACHE_HOME" in build_fails()


@pytest.mark.usefixtures("tiny", "no_index", "search_path")
def test_the_command_fails_with_a_message_and_no_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert toolchain_build.main() == 1
    said = capsys.readouterr().err
    assert "error: " in said
    assert "Traceback" not in said


@pytest.mark.usefixtures("tiny")
def test_the_command_succeeds_quietly_when_all_is_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert toolchain_build.main() == 0
    capsys.readouterr()
    assert toolchain_build.main() == 0
    assert capsys.readouterr().err == ""
