from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.cli import main, parser
from rehearsal.cli.faults import document_of, print_faults, read
from rehearsal.cli.problem import Problem

if TYPE_CHECKING:
    from pathlib import Path


def documented(*words: str) -> dict[str, Any]:
    return document_of(parser().parse_args(["cloud", "faults", "add", *words]))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "--route PUT_*/x/* --status 429 --retry-after 2 --count 3",
            {"rules": [{"route": "PUT */x/*", "status": 429, "retryAfter": 2, "count": 3}]},
        ),
        ("--drop --after --skip 1", {"rules": [{"drop": True, "after": True, "skip": 1}]}),
        ("--sequence 429,pass,drop", {"rules": [{"sequence": [429, "pass", "drop"]}]}),
        ("--delay 0.5 --probability .1", {"rules": [{"delay": 0.5, "probability": 0.1}]}),
        ("--lag graph=3 --lag roleAssignments=2", {"lag": {"graph": 3, "roleAssignments": 2}}),
        (
            "--lag graph=1 --plane arm --status 409 --code C --message M",
            {
                "lag": {"graph": 1},
                "rules": [{"plane": "arm", "status": 409, "code": "C", "message": "M"}],
            },
        ),
        ("--code C", {"rules": [{"code": "C"}]}),
        ("--seed 7", {"seed": 7}),
        ("--seed 0 --drop", {"seed": 0, "rules": [{"drop": True}]}),
    ],
)
def test_flags_make_a_document(words: str, expected: dict[str, Any]) -> None:
    assert documented(*(word.replace("_", " ") for word in words.split())) == expected


def test_a_lag_of_another_form_is_told() -> None:
    with pytest.raises(Problem, match="--lag graph: write WHAT=SECONDS") as told:
        documented("--lag", "graph")
    assert told.value.exit_code == 2


def test_a_file_is_yaml_or_json(tmp_path: Path) -> None:
    file = tmp_path / "faults"
    for text in ("rules:\n- {status: 429}\n", '{"rules": [{"status": 429}]}'):
        file.write_text(text)
        assert read(file) == {"rules": [{"status": 429}]}


@pytest.mark.parametrize("content", [None, b"{", b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "faults"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Problem, match=str(file)) as told:
        read(file)
    assert told.value.exit_code == 2


@pytest.mark.parametrize("words", [["--delay", "nan"], ["--lag", "graph=inf"]])
def test_a_number_that_json_has_not_is_told(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cloud", "faults", "add", *words]) == 2
    assert "the faults cannot be used" in capsys.readouterr().err


def test_where_nothing_runs_the_answer_is_how_to_start_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REHEARSAL_HOME", str(tmp_path / "home"))
    assert main(["cloud", "faults"]) == 1
    assert "python -m rehearsal cloud start" in capsys.readouterr().err


def test_a_person_reads_a_line_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    rule = {"route": "PUT *", "status": 429, "count": 3, "matched": 5, "acted": 3}
    print_faults({"seed": 7, "lag": {"graph": 2.0}, "rules": [rule]}, as_json=False)
    assert capsys.readouterr().out.splitlines() == [
        "seed: 7",
        "lag of graph: 2 s",
        "route: PUT *, status: 429, count: 3  (matched 5, acted 3)",
    ]


def test_without_faults_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_faults({"seed": 0, "lag": {}, "rules": []}, as_json=False)
    assert capsys.readouterr().out == "no faults\n"
