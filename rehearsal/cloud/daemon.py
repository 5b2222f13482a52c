"""Starts, stops and finds the local Azure of a home, as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from rehearsal.cloud.lock import holder

if TYPE_CHECKING:
    from rehearsal.home import Home

PROJECT = Path(__file__).parents[2]
HEALTH = "/_local/health"
# A cluster takes some ten seconds; several do so side by side.
START_SECONDS = 180
# Clusters are stopped in order, etcd last.
STOP_SECONDS = 60
PAUSE_SECONDS = 0.1
LOG_LINES_SHOWN = 20

# Processes started here outlive this one; a handle that is dropped while they run would warn.
_started: list[subprocess.Popen[bytes]] = []


class DaemonError(Exception):
    """The local Azure did not start or stop; the message says what is known."""


@dataclass(frozen=True)
class Endpoint:
    """A running local Azure."""

    pid: int
    port: int
    origin: str
    starting: int = 0
    """How many clusters and unfinished operations of an earlier process are still to catch up."""


def status(home: Home) -> Endpoint | None:
    """The running local Azure of this home, or None; it was just asked and answered."""
    try:
        found = Endpoint(**json.loads(home.endpoint.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    # A process that was killed leaves its file behind; only the lock and an answer count.
    if holder(home) != found.pid:
        return None
    try:
        trust = ssl.create_default_context(cafile=str(home.ca_certificate))
        answer = httpx.get(f"{found.origin}{HEALTH}", verify=trust, timeout=10, trust_env=False)
        health = answer.json()
        return replace(found, starting=health["starting"]) if health["pid"] == found.pid else None
    except (OSError, ValueError, KeyError, httpx.HTTPError):
        return None


def start(home: Home) -> Endpoint:
    """Start it unless it runs, and wait until it answers and its clusters are there again.

    Raises:
        DaemonError: it ended, or did not answer in time; the message has the log's last lines.
    """
    home.create()
    process = None
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        # Somebody else may be starting it just now, which this waits for; or one that was killed
        # is not quite gone, and then it is this one's turn after all.
        if process is None and holder(home) is None:
            process = _spawn(home)
        running = status(home)
        if running is not None and not running.starting:
            if process is not None and process.pid != running.pid:
                # Left alone, it would serve this home as soon as the other one is stopped.
                process.terminate()
                _reap(process.pid)
            return running
        if process is not None and process.poll() is not None:
            if holder(home) is not None:
                # Somebody else was quicker.
                process = None
                continue
            message = f"the local Azure ended at its start:\n{_log_end(home)}"
            raise DaemonError(message)
        time.sleep(PAUSE_SECONDS)
    message = f"the local Azure is not ready after {START_SECONDS} s:\n{_log_end(home)}"
    raise DaemonError(message)


def stop(home: Home) -> bool:
    """Stop it and wait until it has ended; whether it ran.

    Raises:
        DaemonError: it could not be ended.
    """
    pid = holder(home)
    if pid is None:
        home.endpoint.unlink(missing_ok=True)
        return False
    for number in (signal.SIGTERM, signal.SIGKILL):
        os.kill(pid, number)
        if _ended(home, pid):
            _reap(pid)
            home.endpoint.unlink(missing_ok=True)
            return True
    message = f"the local Azure (process {pid}) does not end"
    raise DaemonError(message)


def log_file(home: Home) -> Path:
    """The process's log: each request with its id, and what went wrong."""
    return home.logs / "cloud.log"


def _spawn(home: Home) -> subprocess.Popen[bytes]:
    with log_file(home).open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "rehearsal.cloud.server"],
            cwd=PROJECT,
            env=os.environ | {"REHEARSAL_HOME": str(home.root)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _started.append(process)
    return process


def _ended(home: Home, pid: int) -> bool:
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if holder(home) != pid:
            return True
        time.sleep(PAUSE_SECONDS)
    return False


def _reap(pid: int) -> None:
    """Wait for the rest of a process whose lock is free already, if it was started here."""
    for process in _started:
        if process.pid == pid:
            process.wait(STOP_SECONDS)
    _started[:] = [process for process in _started if process.poll() is None]


def _log_end(home: Home) -> str:
    lines = log_file(home).read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-LOG_LINES_SHOWN:])
