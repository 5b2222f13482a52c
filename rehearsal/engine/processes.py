"""Child processes that cannot outlive the engine.

Linux ends a child when the *thread* that started it ends (PR_SET_PDEATHSIG), so one thread, which
lives as long as its `Spawner`, starts all of them. The signal is set by a trampoline between fork
and exec of the command, because code between fork and exec of a threaded process may deadlock.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_TRAMPOLINE = """
import os, sys
if sys.platform == "linux":
    import ctypes
    ctypes.CDLL(None).prctl(1, 9)
    if os.getppid() != int(sys.argv[1]):
        sys.exit(1)
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Asks for SIGKILL (9) at the parent's death (PR_SET_PDEATHSIG is 1), then becomes the command."""


class Spawner:
    """Starts processes from one long-lived thread; a context manager that kills what is left.

    Each child leads a process group of its own, so that Ctrl-C in a terminal reaches only the
    engine, which then decides how the others end.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")
        self._children: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def spawn(
        self,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        directory: Path | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start `command` (its first word an absolute path) with stdout and stderr as pipes.

        Raises:
            OSError: The process could not be started.
        """
        started = self._thread.submit(self._start, command, environment, directory)
        return started.result()

    def _start(
        self, command: Sequence[str | Path], environment: Mapping[str, str], directory: Path | None
    ) -> subprocess.Popen[bytes]:
        prefix = [sys.executable, "-I", "-S", "-c", _TRAMPOLINE, str(os.getpid())]
        child = subprocess.Popen(  # noqa: S603 - the commands are the engine's own
            [*prefix, *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            cwd=directory,
            process_group=0,
        )
        self._children.append(child)
        return child

    def close(self) -> None:
        """Kill the children with all that they started, and wait for them.

        A child's process group outlives it as long as what it started runs, and nobody else can
        get its number so long.
        """
        for child in self._children:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            for pipe in (child.stdout, child.stderr):
                if pipe is not None:
                    with suppress(OSError, ValueError):
                        pipe.close()
        self._thread.shutdown()
