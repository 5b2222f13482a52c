from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.aks.runtime_logs import reasons

if TYPE_CHECKING:
    from pathlib import Path

KLOG = """\
I1123 20:00:00.000001   77 server.go:1] starting
E1123 20:00:01.000001   77 run.go:72] "command failed" err="bind: address already in use"
I1123 20:00:02.000001   77 server.go:9] bye
"""
ETCD = """\
{"level":"warn","ts":"2026","msg":"slow"}
{"level":"fatal","ts":"2026","msg":"discovery failed","error":"listen tcp: permission denied"}
"""


def said(tmp_path: Path, text: str, offset: int = 0) -> str:
    log = tmp_path / "log"
    log.write_text(text)
    return reasons(log, offset)


def test_an_error_of_klog_is_told_without_its_header(tmp_path: Path) -> None:
    assert said(tmp_path, KLOG) == '"command failed" err="bind: address already in use"'


def test_an_error_of_etcd_is_told_with_its_cause(tmp_path: Path) -> None:
    assert said(tmp_path, ETCD) == "discovery failed: listen tcp: permission denied"


def test_the_last_words_of_a_command_are_told(tmp_path: Path) -> None:
    assert said(tmp_path, "Usage:\nError: unknown flag: --x\n") == "Error: unknown flag: --x"


def test_without_an_error_the_last_lines_are_told(tmp_path: Path) -> None:
    assert said(tmp_path, "one\ntwo\nthree\nfour\n") == "two; three; four"


def test_the_same_error_is_told_once(tmp_path: Path) -> None:
    assert said(tmp_path, "Error: no\nError: no\n") == "Error: no"


def test_what_was_said_before_this_start_is_not_told(tmp_path: Path) -> None:
    assert said(tmp_path, "Error: old\nError: new\n", offset=11) == "Error: new"


def test_an_empty_or_missing_log_says_nothing(tmp_path: Path) -> None:
    assert said(tmp_path, "") == ""
    assert reasons(tmp_path / "missing") == ""
