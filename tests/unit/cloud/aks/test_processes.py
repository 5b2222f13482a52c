from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rehearsal.cloud.aks.processes import Process, end_leftover

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

SLEEP = "/bin/sleep"
TETHER = Path("rehearsal/cloud/aks/processes_tether.py").absolute()


def until(condition: Callable[[], object]) -> None:
    """Wait for a condition; the test's own timeout ends a wait in vain."""
    while not condition():
        time.sleep(0.01)


def alive(pid: int) -> bool:
    return bool(Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes())


@contextmanager
def running(*command: str) -> Generator[subprocess.Popen[bytes]]:
    """A process that is killed at the end, so that a failing test does not wait for it."""
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        try:
            yield child
        finally:
            child.kill()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    made = Process("sleep", [SLEEP, "1000"], tmp_path / "log", tmp_path / "record")
    yield made
    made.stop()


def test_a_process_that_is_killed_is_started_again(process: Process) -> None:
    process.start()
    until(lambda: process.pid)
    first = process.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(lambda: process.pid not in {None, first})
    assert process.starts == 2


def test_a_process_that_was_stopped_stays_so_and_leaves_no_record(
    process: Process, tmp_path: Path
) -> None:
    process.start()
    until(lambda: process.pid)
    pid = process.pid
    process.stop()
    assert pid is not None
    assert not alive(pid)
    assert not process.running
    assert not (tmp_path / "record").exists()


def test_a_process_that_ignores_the_request_to_end_is_killed(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('on', flush=True)"
    command = [sys.executable, "-c", f"{code}; time.sleep(1000)"]
    process = Process("stubborn", command, tmp_path / "log", tmp_path / "record")
    process.start()
    until(lambda: (tmp_path / "log").exists() and (tmp_path / "log").read_text())
    process.stop(grace_seconds=0.05)
    assert not process.running


def test_stopping_a_process_that_cannot_start_does_not_wait_for_its_next_try(
    tmp_path: Path,
) -> None:
    process = Process("false", ["/bin/false"], tmp_path / "log", tmp_path / "record")
    process.start()
    until(lambda: process.starts)
    process.stop()
    assert not process.running


def test_a_child_dies_with_its_parent_even_if_that_is_killed(tmp_path: Path) -> None:
    code = f"""
import sys, time
from pathlib import Path
from rehearsal.cloud.aks.processes import Process
process = Process("sleep", ["{SLEEP}", "1000"], Path("{tmp_path}/log"), Path("{tmp_path}/record"))
process.start()
while process.pid is None or b"sleep" not in Path(f"/proc/{{process.pid}}/comm").read_bytes():
    time.sleep(0.01)
print(process.pid, flush=True)
time.sleep(1000)
"""
    with running(sys.executable, "-c", code) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
    until(lambda: not alive(child))


def test_a_tether_whose_parent_is_gone_starts_nothing(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    command = [sys.executable, "-I", "-S", str(TETHER), "1", "/bin/touch", str(touched)]
    subprocess.run(command, check=True)
    assert not touched.exists()


def test_a_leftover_is_ended_before_a_new_start(process: Process, tmp_path: Path) -> None:
    with running(SLEEP, "1000") as leftover:
        noted = {"pid": leftover.pid, "command": SLEEP}
        (tmp_path / "record").write_text(json.dumps(noted))
        process.start()
        assert leftover.wait() == -signal.SIGKILL
    until(lambda: process.pid)


def test_a_process_id_that_was_given_to_somebody_else_is_left_alone(tmp_path: Path) -> None:
    with running(SLEEP, "1000") as stranger:
        noted = {"pid": stranger.pid, "command": "/opt/etcd"}
        (tmp_path / "record").write_text(json.dumps(noted))
        end_leftover(tmp_path / "record")
        assert stranger.poll() is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}', '{"pid": 999999999}'])
def test_a_record_that_says_nothing_is_passed_over(tmp_path: Path, text: str) -> None:
    (tmp_path / "record").write_text(text)
    end_leftover(tmp_path / "record")
    end_leftover(tmp_path / "missing")
