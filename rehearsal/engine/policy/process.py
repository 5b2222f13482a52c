"""The child process of a policy pack: `python -u -m pulumi.policy ENGINE PACK`, and its channel."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import threading
from collections import deque
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Protocol, cast

from pulumi.runtime.proto import analyzer_pb2_grpc

from rehearsal.engine.policy.model import PolicyConfigError, PolicyPackError
from rehearsal.engine.rpc import LOOPBACK, channel_to

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from google.protobuf import empty_pb2
    from pulumi.runtime.proto import analyzer_pb2

    from rehearsal.engine.policy.manifest import PackManifest
    from rehearsal.engine.policy.model import PolicyContext

_END_SECONDS = 5.0
_LINES_KEPT = 200
_LAST_PORT = 65535
_NO_ENGINE = "127.0.0.1:1"
"""The pack's first argument; the SDK does not connect to it, and logs to stderr instead."""


class Analyzer(Protocol):
    """The calls of `pulumirpc.Analyzer` that the engine makes, each with a `timeout` in seconds."""

    ConfigureStack: Callable[..., analyzer_pb2.AnalyzerStackConfigureResponse]
    GetAnalyzerInfo: Callable[..., analyzer_pb2.AnalyzerInfo]
    Configure: Callable[..., empty_pb2.Empty]
    Remediate: Callable[..., analyzer_pb2.RemediateResponse]
    Analyze: Callable[..., analyzer_pb2.AnalyzeResponse]
    AnalyzeStack: Callable[..., analyzer_pb2.AnalyzeResponse]


class PackProcess:
    """A started pack; `analyzer` is its service."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, output: PackOutput) -> None:
        self._process = process
        self._port = port
        self._output = output
        self._is_closed = False
        self._channel = channel_to(f"{LOOPBACK}:{port}")
        self.analyzer = cast("Analyzer", analyzer_pb2_grpc.AnalyzerStub(self._channel))

    @classmethod
    def start(
        cls,
        manifest: PackManifest,
        context: PolicyContext,
        stack: analyzer_pb2.AnalyzerStackConfigureRequest,
    ) -> PackProcess:
        """Start the pack and wait until it listens.

        Raises:
            PolicyConfigError: The manifest names a virtualenv that is none.
            PolicyPackError: The pack ended, or said something else than its port.
        """
        interpreter = _interpreter(manifest, context.python)
        command = [str(interpreter), "-u", "-m", "pulumi.policy", _NO_ENGINE, manifest.main]
        told = f"policy pack {manifest.directory}"
        try:
            environment = {**context.environment, **_stack_variables(stack)}
            process = context.spawner.spawn(command, environment, manifest.directory)
        except OSError as error:
            raise PolicyPackError(f"{told} cannot be started with {interpreter}: {error}") from None
        output = PackOutput(process, context.on_output)
        try:
            return cls(process, output.port(told, context.patience_seconds), output)
        except BaseException:
            _end(process)
            raise

    def why_it_ended(self) -> str:
        """Why a pack does not answer any more."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_SECONDS)
            self._output.join()
            return f"its process ended; {self._output.last_words()}"
        return (
            f"nothing answers at port {self._port}, which is the first line that it wrote; "
            "that line must be its port, so a pack must not print before it listens"
        )

    def close(self) -> None:
        """End the process and what it started, and wait for it; a second call does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        self._channel.close()
        _end(self._process)
        self._output.join()


class PackOutput:
    """Reads stdout and stderr of a pack to their ends, so that it never blocks on a full pipe.

    What it prints is told; the end of stderr is kept, for the reason of an early death.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        on_output: Callable[[str], None] | None,
    ) -> None:
        self._process = process
        self._on_output = on_output
        self._first: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._tail: deque[str] = deque(maxlen=_LINES_KEPT)
        self._readers = [
            threading.Thread(target=self._read, args=(pipe, put), daemon=True)
            for pipe, put in ((process.stdout, self._stdout), (process.stderr, self._tail.append))
            if pipe is not None
        ]
        self._port_seen = False
        for reader in self._readers:
            reader.start()

    def _read(self, pipe: IO[bytes], put: Callable[[str], None]) -> None:
        with suppress(OSError, ValueError):
            for line in pipe:
                put(line.decode(errors="replace").rstrip("\r\n"))
        if pipe is self._process.stdout:
            self._first.put(None)

    def _stdout(self, line: str) -> None:
        if not self._port_seen:
            self._port_seen = True
            self._first.put(line)
        elif self._on_output is not None:
            self._on_output(line)

    def port(self, told: str, seconds: float) -> int:
        """Wait for the first line of stdout, which is the port, but not for ever.

        Raises:
            PolicyPackError: There is no such line; the message tells why as far as it is known.
        """
        try:
            line = self._first.get(timeout=seconds)
        except queue.Empty:
            raise PolicyPackError(
                f"{told} did not start within {seconds:.0f} s; {self.last_words()}"
            ) from None
        if line is None:
            raise PolicyPackError(f"{told} did not start: {self._end()}")
        if not (line.isdecimal() and 0 < int(line) <= _LAST_PORT):
            raise PolicyPackError(
                f"{told} wrote {line!r} before it listened; "
                "the first line of its output must be its port, so a pack must not print"
            )
        return int(line)

    def _end(self) -> str:
        """Why a process ended that never listened."""
        self.join()
        if self._process.wait(_END_SECONDS) == 0:
            return "its program ended without making a PolicyPack"
        return self.last_words()

    def join(self) -> None:
        """Wait until everything that an ended pack wrote was told."""
        for reader in self._readers:
            reader.join(_END_SECONDS)

    def last_words(self) -> str:
        """The exception that the pack ended with and its place, else its last line."""
        lines = [line for line in self._tail if line.strip()]
        if not lines:
            return "it wrote no reason"
        places = [line.strip() for line in lines if line.lstrip().startswith("File ")]
        place = next((one for one in reversed(places) if "site-packages" not in one), "")
        return f"{lines[-1].strip()} ({place})" if place else lines[-1].strip()


def _interpreter(manifest: PackManifest, python: Path) -> Path:
    if manifest.virtualenv is None:
        if not python.exists():
            raise PolicyPackError(
                f"policy pack {manifest.directory} cannot be started: there is no interpreter "
                f"{python}; name a virtualenv in its PulumiPolicy.yaml"
            )
        return python
    interpreter = manifest.virtualenv / "bin" / "python"
    if not interpreter.exists():
        raise PolicyConfigError(
            f"{manifest.directory / 'PulumiPolicy.yaml'}: runtime.options.virtualenv is "
            f"{manifest.virtualenv}, which is no virtual environment (it has no bin/python); "
            "make one there, or name another"
        )
    return interpreter


def _stack_variables(stack: analyzer_pb2.AnalyzerStackConfigureRequest) -> dict[str, str]:
    """What the SDK reads in a pack's process, beside `ConfigureStack`."""
    return {
        "PULUMI_ORGANIZATION": stack.organization,
        "PULUMI_PROJECT": stack.project,
        "PULUMI_STACK": stack.stack,
        "PULUMI_DRY_RUN": "true" if stack.dry_run else "false",
        "PULUMI_CONFIG": json.dumps(dict(stack.config)),
    }


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and its group, in which it may have started others, and wait for it."""
    _signal(process, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_END_SECONDS)
    _signal(process, signal.SIGKILL)
    process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
