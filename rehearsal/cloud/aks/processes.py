"""Long-running child processes: restarted when they end, gone when this process is.

Each has one thread, which starts it, waits for it and starts it again. The kernel ends a child that
was tied to its parent when the *thread* that started it ends, and this thread outlives the child.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_TETHER = Path(__file__).with_name("processes_tether.py")
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 15.0
_LOG_LIMIT_BYTES = 20_000_000
_EXEC_POLLS = 50


class Process:
    """A command that is kept running from `start` to `stop`.

    Args:
        name: What it is called in messages.
        command: The absolute path of a program, and its arguments.
        log: Where its output goes; an older one is kept as `<log>.1` when it has become long.
        record: Where to note the running process, so that a leftover can be found.
    """

    def __init__(self, name: str, command: Sequence[str], log: Path, record: Path) -> None:
        self.name = name
        self.command = tuple(command)
        self.log = log
        self.starts = 0
        self._record = record
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep_running, name=name, daemon=True)

    def start(self) -> None:
        """Begin to keep it running; returns at once."""
        end_leftover(self._record)
        self._thread.start()

    def stop(self, grace_seconds: float = 1.0) -> None:
        """End it, with force after `grace_seconds`; returns when it is gone."""
        with self._lock:
            self._stopping.set()
            child = self._child
        if child is not None:
            child.terminate()
            try:
                child.wait(grace_seconds)
            except subprocess.TimeoutExpired:
                child.kill()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def running(self) -> bool:
        """Whether there is a process at this moment."""
        child = self._child
        return child is not None and child.poll() is None

    @property
    def pid(self) -> int | None:
        """The id of the process, None between two of them."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    def _keep_running(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while True:
            started = time.monotonic()
            with self._lock:
                if self._stopping.is_set():
                    break
                child = self._child = self._spawn()
            child.wait()
            if time.monotonic() - started > _LONGEST_PAUSE_SECONDS:
                pause = _FIRST_PAUSE_SECONDS
            if self._stopping.wait(pause):
                break
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        self._record.unlink(missing_ok=True)

    def _spawn(self) -> subprocess.Popen[bytes]:
        with contextlib.suppress(FileNotFoundError):
            if self.log.stat().st_size > _LOG_LIMIT_BYTES:
                self.log.replace(self.log.with_name(f"{self.log.name}.1"))
        tether = (sys.executable, "-I", "-S", str(_TETHER), str(os.getpid()))
        with self.log.open("ab") as output:
            child = subprocess.Popen(  # noqa: S603 - the runtime's own command lines
                [*tether, *self.command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # The terminal's Ctrl-C is for the parent, which then stops its children in order.
                start_new_session=True,
            )
        self._record.write_text(json.dumps({"pid": child.pid, "command": self.command[0]}))
        self.starts += 1
        return child


def end_leftover(record: Path) -> None:
    """End the process that `record` notes, if it still runs; a reused process id is left alone."""
    try:
        noted = json.loads(record.read_text())
        pid, command = int(noted["pid"]), str(noted["command"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    # Either the command itself or the tether that is about to become it.
    words = _command_line(pid)
    if command not in words[:1] + words[5:6] or pid == os.getpid():
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    while _command_line(pid):
        time.sleep(0.02)


def _command_line(pid: int) -> list[str]:
    """The process's words; none for a process that has ended."""
    words: list[str] = []
    for _ in range(_EXEC_POLLS):
        words = _read(pid, "cmdline").split("\0")[:-1]
        # The state follows the name, which is in brackets and may hold anything.
        state = _read(pid, "stat").rpartition(")")[2].split()[:1]
        if words or not state or state[0] in "ZX":
            break
        # In the midst of an exec a process has no words.
        time.sleep(0.01)
    return words


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    except OSError:
        return ""
