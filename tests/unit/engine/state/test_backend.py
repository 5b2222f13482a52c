from __future__ import annotations

import getpass
import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from rehearsal.engine.backend import (
    Backend,
    BackendError,
    LockedError,
    StackFiles,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    return Backend(tmp_path).files("shop", "dev")


def left_behind(files: StackFiles, **holder: object) -> Path:
    path = files.state.parents[2] / "locks" / "organization" / "shop" / "dev" / "x.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    known = {
        "pid": os.getpid(),
        "username": "ada",
        "hostname": socket.gethostname(),
        "timestamp": "2026-11-23T19:33:48.515753016+01:00",
    }
    path.write_text(json.dumps({**known, **holder}))
    return path


def test_a_state_is_where_the_real_cli_looks_for_it(files: StackFiles, tmp_path: Path) -> None:
    assert files.load() is None
    files.save([b'{"version":3}'], durable=True)
    assert (tmp_path / ".pulumi/stacks/shop/dev.json").read_text() == '{"version":3}'
    assert (tmp_path / ".pulumi/meta.yaml").read_text() == "version: 1\n"
    assert files.load() == b'{"version":3}'


def test_stacks_are_listed(files: StackFiles, tmp_path: Path) -> None:
    assert Backend(tmp_path).stacks() == []
    files.save([b"{}"], durable=False)
    files.save([b"{}"], durable=False)
    Backend(tmp_path).files("shop", "prd").save([b"{}"], durable=False)
    listed = [name.qualified for name in Backend(tmp_path).stacks()]
    assert listed == ["organization/shop/dev", "organization/shop/prd"]


def test_the_copy_is_the_state_before_the_run(files: StackFiles, tmp_path: Path) -> None:
    files.save([b"first"], durable=True)
    again = Backend(tmp_path).files("shop", "dev")
    again.save([b"second"], durable=False)
    again.save([b"third"], durable=False)
    assert (files.state.read_text(), files.copy.read_text()) == ("third", "first")


def test_a_backend_that_cannot_be_written_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / ".pulumi").write_text("a file, where a directory should be")
    files = Backend(tmp_path).files("shop", "dev")
    with pytest.raises(BackendError, match=r"dev.json: the state cannot be written: Not a dir"):
        files.save([b"{}"], durable=True)
    with pytest.raises(BackendError, match="cannot be remembered"):
        files.remember("update", "failed", {}, 0)


def test_a_state_that_cannot_be_opened_is_refused_with_the_reason(files: StackFiles) -> None:
    files.state.mkdir(parents=True)
    with pytest.raises(BackendError, match="the state cannot be read: Is a directory"):
        files.load()


def test_a_lock_is_taken_by_a_user_without_a_name(
    files: StackFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nameless() -> str:
        raise KeyError("no such user")

    monkeypatch.setattr(getpass, "getuser", nameless)
    with files.lock():
        (lock,) = files.state.parents[2].glob("locks/organization/shop/dev/*")
        assert json.loads(lock.read_text())["username"] == str(os.getuid())


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_compressed_states_are_refused(files: StackFiles, suffix: str) -> None:
    files.save([b"{}"], durable=True)
    files.state.with_name(files.state.name + suffix).write_text("")
    with pytest.raises(BackendError, match="compressed"):
        files.load()


@pytest.mark.parametrize(("project", "stack"), [("shop", "a/b"), ("", "dev"), ("shop", "a" * 101)])
def test_names_that_cannot_be_files_are_refused(tmp_path: Path, project: str, stack: str) -> None:
    with pytest.raises(BackendError, match="name"):
        Backend(tmp_path).files(project, stack)


@pytest.mark.parametrize("text", ["version: 2\n", "nonsense", "a: [", ""])
def test_another_version_of_the_backend_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / ".pulumi").mkdir()
    (tmp_path / ".pulumi/meta.yaml").write_text(text)
    with pytest.raises(BackendError, match="version"):
        Backend(tmp_path).stacks()


def test_a_backend_without_projects_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".pulumi/stacks").mkdir(parents=True)
    (tmp_path / ".pulumi/stacks/dev.json").write_text("{}")
    with pytest.raises(BackendError, match="version is 0"):
        Backend(tmp_path).files("shop", "dev")


def test_the_lock_is_held_by_one_only(files: StackFiles) -> None:
    with files.lock():
        with pytest.raises(LockedError, match=f"pid {os.getpid()}"), files.lock():
            pytest.fail("two hold the lock")
        assert len(list(files.state.parents[2].glob("locks/organization/shop/dev/*"))) == 1
    with files.lock():
        pass


def test_a_lock_left_behind_by_a_process_that_ended_is_removed(files: StackFiles) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    path = left_behind(files, pid=ended.pid)
    with files.lock():
        assert not path.exists()


def test_a_lock_of_a_killed_process_that_nobody_waited_for_is_removed(files: StackFiles) -> None:
    killed = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    path = left_behind(files, pid=killed.pid, timestamp=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
    with pytest.raises(LockedError), files.lock():
        pytest.fail("a living process holds the lock")
    killed.kill()
    os.waitid(os.P_PID, killed.pid, os.WEXITED | os.WNOWAIT)
    with files.lock():
        assert not path.exists()
    killed.communicate()


def test_a_lock_of_another_machine_says_where_to_look(files: StackFiles) -> None:
    left_behind(files, hostname="another-machine", pid=1)
    with (
        pytest.raises(LockedError, match="look on another-machine: its processes cannot be seen"),
        files.lock(),
    ):
        pytest.fail("the lock was ignored")


@pytest.mark.parametrize("pid", [os.getpid(), os.getppid()], ids=["own", "parent"])
def test_a_lock_of_a_process_whose_number_was_given_out_again_is_removed(
    files: StackFiles, pid: int
) -> None:
    path = left_behind(files, pid=pid, timestamp="2001-01-01T00:00:00Z")
    with files.lock():
        assert not path.exists()


@pytest.mark.parametrize(
    "holder",
    [
        {"hostname": "another-machine", "pid": 1},
        {"pid": 1, "timestamp": "nonsense"},
        {"pid": "nonsense"},
        {"timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"},
    ],
)
def test_a_lock_that_may_be_held_is_respected(files: StackFiles, holder: dict[str, object]) -> None:
    path = left_behind(files, **holder)
    with pytest.raises(LockedError, match="delete") as caught, files.lock():
        pytest.fail("the lock was ignored")
    assert str(path) in str(caught.value)
    assert list(path.parent.iterdir()) == [path], "whoever gives up leaves no lock"


def test_runs_are_remembered_as_the_real_cli_does(files: StackFiles, tmp_path: Path) -> None:
    files.save([b'{"version":3}'], durable=True)
    files.remember("destroy", "failed", {"delete": 2}, 1_700_000_000.5)
    (history,) = (tmp_path / ".pulumi/history/shop/dev").glob("dev-*.history.json")
    run = json.loads(history.read_text())
    assert run["kind"] == "destroy"
    assert run["result"] == "failed"
    assert run["startTime"] == 1_700_000_000
    assert run["resourceChanges"] == {"delete": 2}
    (kept,) = (tmp_path / ".pulumi/history/shop/dev").glob("dev-*.checkpoint.json")
    assert kept.read_text() == '{"version":3}'


def test_a_removed_stack_is_a_new_one(files: StackFiles, tmp_path: Path) -> None:
    files.save([b"{}"], durable=True)
    files.remove()
    assert files.load() is None
    assert Backend(tmp_path).stacks() == []
