"""`python -m rehearsal stack` over a backend that no run has made."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pytest

from rehearsal.cli import main
from rehearsal.engine import checkpoint
from rehearsal.engine.secrets import SecretsManager
from rehearsal.engine.state import Resource, Snapshot
from rehearsal.engine.stored import StoredStack
from rehearsal.engine.urns import STACK_TYPE
from rehearsal.engine.values import Secret
from tests.support.states import PASSPHRASE, SALT

if TYPE_CHECKING:
    from pathlib import Path

HIDDEN = "open-sesame"
ROW = Resource(
    urn="urn:pulumi:dev::suite::pulumi:pulumi:Stack::suite-dev",
    type=STACK_TYPE,
    custom=False,
    outputs={"name": "visible", "key": Secret(HIDDEN), "list": [1, Secret({"in": HIDDEN})]},
)


class Shell:
    """Runs commands in the project."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.stored = StoredStack.of(folder, folder / "home/backend", "dev", PASSPHRASE)
        self._capsys = capsys

    def deployed(self) -> None:
        """Let the stack have a state."""
        secrets = SecretsManager.open(PASSPHRASE, SALT)
        text = checkpoint.render(Snapshot((ROW,)), "organization/suite/dev", secrets)
        self.stored.files.save((text,), durable=True)
        self.stored.files.remember("update", "succeeded", {}, 0)

    def run(self, *words: str, expect: int = 0) -> str:
        """What `stack WORDS` says on stdout, or on stderr where it is to fail."""
        status = main(["stack", *words])
        out, err = self._capsys.readouterr()
        assert status == expect, out + err
        assert "Traceback" not in err
        return err if expect else out


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    (tmp_path / "Pulumi.yaml").write_text("name: suite\nruntime: python\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REHEARSAL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", PASSPHRASE)
    return Shell(tmp_path, capsys)


@pytest.mark.parametrize("words", [("export",), ("output",), ("output", "name")])
def test_a_stack_without_a_state_says_how_it_gets_one(shell: Shell, words: tuple[str, ...]) -> None:
    said = shell.run(*words, "-s", "dev", expect=1)
    assert "stack 'dev' has no state; deploy it with: python -m rehearsal up -s dev" in said
    assert shell.run("ls") == ""
    assert json.loads(shell.run("ls", "--json")) == []


def test_stacks_are_listed_with_what_is_known_of_them(shell: Shell) -> None:
    shell.deployed()
    shell.stored.files.state.with_name("torn.json").write_text("{")
    assert shell.run("ls").split() == ["organization/suite/dev", "organization/suite/torn"]
    with shell.stored.files.lock():
        whole, torn = json.loads(shell.run("ls", "--json"))
    assert whole.pop("lastUpdate").startswith("20")
    assert whole == {
        "name": "organization/suite/dev",
        "updateInProgress": True,
        "resourceCount": 1,
    }
    assert (torn["resourceCount"], torn["updateInProgress"]) == (None, False)


def test_outputs_hide_secrets_unless_they_are_asked_for(shell: Shell) -> None:
    shell.deployed()
    assert json.loads(shell.run("output", "-s", "dev")) == {
        "name": "visible",
        "key": "[secret]",
        "list": [1, "[secret]"],
    }
    shown = json.loads(shell.run("output", "-s", "dev", "--show-secrets"))
    assert shown == {"name": "visible", "key": HIDDEN, "list": [1, {"in": HIDDEN}]}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("name",), "visible\n"),
        (("name", "--json"), '"visible"\n'),
        (("key",), "[secret]\n"),
        (("key", "--show-secrets"), f"{HIDDEN}\n"),
        (("key", "--show-secrets", "--json"), f'"{HIDDEN}"\n'),
    ],
)
def test_one_output_is_a_plain_line_or_json(
    shell: Shell, words: tuple[str, ...], said: str
) -> None:
    shell.deployed()
    assert shell.run("output", "-s", "dev", *words) == said


def test_an_unknown_output_is_answered_with_the_known_ones(shell: Shell) -> None:
    shell.deployed()
    said = shell.run("output", "-s", "dev", "nam", expect=1)
    assert "has no output 'nam'; it has key, list, name" in said


@pytest.mark.parametrize("shown", [(), ("--show-secrets",)])
def test_an_export_comes_back_by_file_and_by_stdin(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: tuple[str, ...]
) -> None:
    shell.deployed()
    exported = shell.run("export", "-s", "dev", *shown)
    assert (HIDDEN in exported) == bool(shown)
    file = tmp_path / "exported.json"
    file.write_text(exported)
    for words in ((str(file),), ()):
        monkeypatch.setattr(sys, "stdin", io.StringIO(exported))
        shell.stored.files.remove()
        assert shell.run("import", "-s", "dev", *words) == "stack 'dev' has the given state\n"
        assert HIDDEN not in shell.stored.files.state.read_text()
        assert json.loads(shell.run("output", "-s", "dev", "--show-secrets"))["key"] == HIDDEN


def test_a_damaged_state_is_mended_by_the_command_that_its_refusal_names(shell: Shell) -> None:
    shell.deployed()
    shell.stored.files.state.write_text("{")
    for words in (("export",), ("output",)):
        said = shell.run(*words, "-s", "dev", expect=1)
        assert str(shell.stored.files.state) in said
    *_, backup = next(line for line in said.splitlines() if "stack import" in line).split()
    shell.run("import", "-s", "dev", backup)
    assert shell.run("output", "-s", "dev", "name") == "visible\n"


def test_a_wrong_passphrase_is_one_clear_error(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.deployed()
    exported = shell.run("export", "-s", "dev")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "another one")
    monkeypatch.setattr(sys, "stdin", io.StringIO(exported))
    for words in (("output",), ("export", "--show-secrets"), ("import",)):
        said = shell.run(*words, "-s", "dev", expect=2)
        assert said.startswith("error: incorrect passphrase; set PULUMI_CONFIG_PASSPHRASE")
        assert len(said.splitlines()) == 1
    assert shell.run("export", "-s", "dev") == exported, "ciphertext needs no passphrase"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("absent.json", None, "absent.json: No such file"),
        ("folder", None, "folder: "),
        ("picture.json", b"\x89PNG\xff", "not UTF-8 text"),
        ("list.json", b"[]", "it has neither 'deployment' nor 'checkpoint'"),
    ],
)
def test_a_file_that_is_no_state_is_refused(
    shell: Shell, tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    (tmp_path / "folder").mkdir()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    status = 1 if name == "list.json" else 2
    assert said in shell.run("import", "-s", "dev", str(tmp_path / name), expect=status)
    assert shell.stored.files.load() is None
