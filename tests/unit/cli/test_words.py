from __future__ import annotations

import argparse
from pathlib import Path

import pytest
import yaml

from rehearsal.cli import main, split
from rehearsal.cli.access import print_access
from rehearsal.cli.account import (
    find_account,
    given_kubeconfig,
    logging_in_as,
    login_environment,
    set_flag,
)
from rehearsal.cli.cloud import forget
from rehearsal.cli.deploy import policy_packs
from rehearsal.cli.problem import Problem
from rehearsal.cli.stack import opened
from rehearsal.engine.values import Secret
from rehearsal.home import Home

SERVED = yaml.safe_dump(
    {
        "users": [
            {
                "name": "clusterUser_rg_aks",
                "user": {
                    "exec": {"args": ["get-token", "--login", "devicecode", "--server-id", "s"]}
                },
            }
        ]
    }
)


def test_the_first_dashes_divide_our_words_from_the_child_s() -> None:
    assert split(["as", "x", "--", "sh", "-c", "a -- b", "--"]) == (
        ["as", "x"],
        ["sh", "-c", "a -- b", "--"],
    )
    assert split(["up"]) == (["up"], [])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["get-token"], ["get-token", "--login", "spn"]),
        (["--login", "devicecode", "--x"], ["--login", "spn", "--x"]),
    ],
)
def test_a_flag_is_set_whether_it_is_there_or_not(before: list[str], after: list[str]) -> None:
    set_flag(before, "--login", "spn")
    assert before == after


@pytest.mark.parametrize(("name", "mode"), [("payments-dev", "ropc"), ("deployer", "spn")])
def test_an_account_s_kubeconfig_logs_in_without_a_person_and_holds_no_secret(
    name: str, mode: str, tmp_path: Path
) -> None:
    account = find_account(name)
    text = logging_in_as(account, SERVED, Home(tmp_path))
    arguments: list[str] = yaml.safe_load(text)["users"][0]["user"]["exec"]["args"]
    assert arguments[arguments.index("--login") + 1] == mode
    assert account.secret not in text
    assert account.secret in login_environment(account).values()


def test_an_unknown_account_is_answered_with_the_known_ones() -> None:
    with pytest.raises(Problem, match="has no account 'nobody'; it has platform-admin, payments"):
        find_account("nobody")


def test_an_unknown_stack_is_refused_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REHEARSAL_HOME", str(tmp_path / "home"))
    assert main(["up", "-s", "prod"]) == 2
    said = capsys.readouterr().err
    assert "Pulumi.prod.yaml: there is no file for the stack 'prod'" in said
    assert "the stacks with a file are: dev, local, prd" in said
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("pack", "levels", "said"),
    [
        (None, Path("policy/config/dev.json"), "name it with --policy-pack"),
        (Path("nowhere"), None, "there is no nowhere/PulumiPolicy.yaml"),
        (Path("policy"), Path("policy/config/prod.json"), "there is no such file"),
    ],
)
def test_a_pack_that_cannot_be_used_is_refused_before_anything_starts(
    pack: Path | None, levels: Path | None, said: str
) -> None:
    with pytest.raises(Problem, match=said) as told:
        policy_packs(argparse.Namespace(policy_pack=pack, policy_config=levels))
    assert told.value.exit_code == 2


def test_a_directory_that_is_no_rehearsal_is_never_removed(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(Problem, match="holds no rehearsal"):
        forget(Home(tmp_path))
    assert (tmp_path / "thesis.txt").exists()


def test_secrets_are_shown_only_when_asked_for() -> None:
    value = {"a": [Secret("hidden")], "b": 1}
    assert opened(value, show_secrets=False) == {"a": ["[secret]"], "b": 1}
    assert opened(value, show_secrets=True) == {"a": ["hidden"], "b": 1}


def test_the_access_table_is_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {
            "who": "a-group-with-quite-a-long-name-" * 3,
            "kind": "Group",
            "id": "0a1b2c3d-0000-4000-8000-000000000404",
            "where": "namespace/payments",
            "role": "developer",
        }
    ]
    print_access(rows)
    shown = capsys.readouterr().out
    assert all(value in shown for value in rows[0].values())


def test_outside_a_project_the_answer_is_where_to_go(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["up"]) == 2
    assert "run this from the project's root" in capsys.readouterr().err


def test_a_narrow_terminal_gets_no_empty_lines(capsys: pytest.CaptureFixture[str]) -> None:
    row = {"who": "g", "kind": "Group", "id": "i" * 60, "where": "cluster", "role": "admin"}
    print_access([row])
    lines = capsys.readouterr().out.splitlines()
    assert lines == [line.rstrip() for line in lines]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["as", "ci", "kubectl", "get", "pods"], "write -- before the command"),
        (["up", "--", "kubectl"], "only `as` runs a command: -- kubectl"),
        (["up", "extra"], "unrecognized arguments: extra"),
        (["up", "--target", "urn:x"], "--target: a rehearsal is of the whole stack"),
        (["destroy", "--exclude=urn:x"], "--exclude: a rehearsal is of the whole stack"),
        (["preview", "--target-dependents"], "has no targets"),
    ],
)
def test_words_in_the_wrong_place_are_usage(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"{", b"users: [{user: {}}]"])
def test_a_kubeconfig_that_cannot_be_used_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "config"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Problem, match=f"--kubeconfig {file}") as told:
        given_kubeconfig(file)
    assert told.value.exit_code == 2


def test_a_state_that_is_no_text_is_a_problem_not_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "state"
    file.write_bytes(b"\xff\xfe")
    assert main(["stack", "import", str(file)]) == 2
    assert "not UTF-8 text" in capsys.readouterr().err
