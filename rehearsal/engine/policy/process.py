"""The child process of a policy pack: `python -u -m pulumi.policy ENGINE PACK`, and its channel."""

from __future__ import annotations

import json
import queue
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

    from rehearsal.engine.masking import Mask
    from rehearsal.engine.policy.config import PackManifest
    from rehearsal.engine.policy.model import PolicyContext

_START_SECONDS = 120.0
_END_SECONDS = 5.0
_LINES_KEPT = 200
_NO_ENGINE = "127.0.0.1:1"
"""The pack's first argument; the SDK does not connect to it, and logs to stderr instead."""


class Analyzer(Protocol):
    """The calls of `pulumirpc.Analyzer` that the engine makes."""

    def ConfigureStack(
        self, request: analyzer_pb2.AnalyzerStackConfigureRequest
    ) -> analyzer_pb2.AnalyzerStackConfigureResponse:
        """Tell stack, project and configuration."""
        ...

    def GetAnalyzerInfo(self, request: empty_pb2.Empty) -> analyzer_pb2.AnalyzerInfo:
        """The pack's policies."""
        ...

    def Configure(self, request: analyzer_pb2.ConfigureAnalyzerRequest) -> empty_pb2.Empty:
        """Set level and properties of each policy."""
        ...

    def Remediate(self, request: analyzer_pb2.AnalyzeRequest) -> analyzer_pb2.RemediateResponse:
        """Let policies change a resource."""
        ...

    def Analyze(self, request: analyzer_pb2.AnalyzeRequest) -> analyzer_pb2.AnalyzeResponse:
        """Judge a resource."""
        ...

    def AnalyzeStack(
        self, request: analyzer_pb2.AnalyzeStackRequest
    ) -> analyzer_pb2.AnalyzeResponse:
        """Judge a stack."""
        ...


class PackProcess:
    """A started pack; `analyzer` is its service."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        port: int,
        output: PackOutput,
    ) -> None:
        self._process = process
        self._output = output
        self._channel = channel_to(f"{LOOPBACK}:{port}")
        self.analyzer = cast("Analyzer", analyzer_pb2_grpc.AnalyzerStub(self._channel))

    @classmethod
    def start(
        cls,
        manifest: PackManifest,
        context: PolicyContext,
        stack: analyzer_pb2.AnalyzerStackConfigureRequest,
        mask: Mask,
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
        output = PackOutput(process, mask, context.on_output)
        try:
            return cls(process, output.port(told), output)
        except BaseException:
            _end(process)
            raise

    @property
    def last_words(self) -> str:
        """Why a pack that does not answer any more ended, masked."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_SECONDS)
            self._output.join()
        return self._output.last_words()

    def close(self) -> None:
        """End the process and wait for it; a second call does nothing."""
        self._channel.close()
        _end(self._process)
        self._output.join()


class PackOutput:
    """Reads stdout and stderr of a pack to their ends, so that it never blocks on a full pipe.

    What it prints is told; stderr is kept for the reason of a failure, because the SDK writes the
    traceback of every failed call there.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        mask: Mask,
        on_output: Callable[[str], None] | None,
    ) -> None:
        self._process = process
        self._mask = mask
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
                put(self._mask(line.decode(errors="replace").rstrip("\r\n")))
        if pipe is self._process.stdout:
            self._first.put(None)

    def _stdout(self, line: str) -> None:
        if not self._port_seen:
            self._port_seen = True
            self._first.put(line)
        elif self._on_output is not None:
            self._on_output(line)

    def port(self, told: str) -> int:
        """Wait for the first line of stdout, which is the port.

        Raises:
            PolicyPackError: There is no such line; the message tells why as far as it is known.
        """
        try:
            line = self._first.get(timeout=_START_SECONDS)
        except queue.Empty:
            raise PolicyPackError(
                f"{told} did not start within {_START_SECONDS:.0f} s; {self.last_words()}"
            ) from None
        if line is None:
            raise PolicyPackError(f"{told} did not start: {self._end()}")
        if not line.isdecimal():
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
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
