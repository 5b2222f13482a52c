"""Provider plugins, all reached through gRPC.

A package of the engine's own (`Run.providers`) is a servicer, hosted on a server on loopback in
this process; any other package is an executable `pulumi-resource-NAME` on the environment's PATH,
started by the plugin protocol: engine address as its argument, its port on the first line of
stdout. The protocol is that of pulumi/pulumi, `sdk/go/common/resource/plugin/plugin.go`.
"""

from __future__ import annotations

import shutil
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeAlias

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from rehearsal.engine import rpc

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping, Sequence

    from rehearsal.engine.processes import Spawner


ServicerFactory: TypeAlias = "Callable[[], provider_pb2_grpc.ResourceProviderServicer]"
"""Makes one new servicer; called once for each provider row."""

_START_SECONDS = 10.0
_CANCEL_SECONDS = 5.0
_LINES_KEPT = 20


class PluginError(Exception):
    """A plugin that cannot be found or started; the message is for the user."""


class Plugin:
    """One running plugin: `stub` calls it, `cancel` and `close` end it."""

    def __init__(self, address: str, stop: Callable[[], None]) -> None:
        self._channel = rpc.channel_to(address)
        self.stub = rpc.provider_stub(self._channel)
        self._stop = stop

    def shake_hands(self, engine_address: str) -> None:
        """Tell the plugin about the engine; older plugins do not know this call."""
        request = provider_pb2.ProviderHandshakeRequest(
            engine_address=engine_address, configure_with_urn=True, invoke_with_preview=True
        )
        with suppress(grpc.RpcError):
            self.stub.Handshake(request)

    def cancel(self) -> None:
        """Ask the plugin to give up what it is doing; at most five seconds are waited for it."""
        with suppress(grpc.RpcError):
            self.stub.Cancel(empty_pb2.Empty(), timeout=_CANCEL_SECONDS)

    def close(self) -> None:
        """Close the channel and end what serves it."""
        self._channel.close()
        self._stop()


class PluginHost:
    """Starts one plugin for each provider resource, and ends them all."""

    def __init__(
        self,
        factories: Mapping[str, ServicerFactory],
        environment: Mapping[str, str],
        spawner: Spawner,
    ) -> None:
        self._factories = factories
        self._environment = environment
        self._spawner = spawner
        self.engine_address = ""
        """Where the engine serves; to be set before the first plugin is started."""
        self._plugins: list[Plugin] = []
        self._lock = threading.Lock()

    def start(self, package: str) -> Plugin:
        """A new plugin of `package`.

        Raises:
            PluginError: There is none, or it does not start.
        """
        factory = self._factories.get(package)
        plugin = self._hosted(factory()) if factory else self._executable(package)
        plugin.shake_hands(self.engine_address)
        with self._lock:
            self._plugins.append(plugin)
        return plugin

    def cancel(self) -> None:
        """Cancel all plugins, at the same time."""
        with self._lock:
            plugins = list(self._plugins)
        if plugins:
            with ThreadPoolExecutor(max_workers=len(plugins)) as pool:
                for plugin in plugins:
                    pool.submit(plugin.cancel)

    def close(self) -> None:
        """Cancel and end all plugins."""
        self.cancel()
        with self._lock:
            plugins, self._plugins = self._plugins, []
        for plugin in plugins:
            plugin.close()

    def _hosted(self, servicer: provider_pb2_grpc.ResourceProviderServicer) -> Plugin:
        workers = ThreadPoolExecutor(max_workers=64, thread_name_prefix="provider")
        server, address = rpc.serve(
            workers,
            lambda made: provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, made),
        )

        def stop() -> None:
            server.stop(grace=None).wait()
            workers.shutdown(wait=False)

        return Plugin(address, stop)

    def _executable(self, package: str) -> Plugin:
        name = f"pulumi-resource-{package}"
        path = shutil.which(name, path=self._environment.get("PATH", ""))
        if path is None:
            known = ", ".join(sorted(self._factories)) or "none"
            raise PluginError(
                f"there is no provider for the package '{package}': the engine brings {known}, "
                f"and no executable '{name}' is on PATH; install the plugin or remove its resources"
            )
        command: Sequence[str | Path] = [Path(path).absolute(), self.engine_address]
        process = self._spawner.spawn(command, self._environment)
        output = _Output(process)
        port = output.first_line(_START_SECONDS)
        if port is None or not port.isdecimal():
            process.kill()
            raise PluginError(
                f"the provider plugin {path} did not tell its port within {_START_SECONDS:.0f} s"
                f" (first line: {port!r}){output.told()}"
            )

        def stop() -> None:
            process.kill()
            process.wait()

        return Plugin(f"{rpc.LOOPBACK}:{port}", stop)


class _Output:
    """Reads a plugin's stdout and stderr to their ends, so that it never blocks on a full pipe."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._first: list[str] = []
        self._seen = threading.Event()
        self._tail: deque[str] = deque(maxlen=_LINES_KEPT)
        for pipe, is_stdout in ((process.stdout, True), (process.stderr, False)):
            if pipe is not None:
                threading.Thread(target=self._read, args=(pipe, is_stdout), daemon=True).start()

    def _read(self, pipe: IO[bytes], is_stdout: bool) -> None:  # noqa: FBT001 - a thread's argument
        with suppress(ValueError, OSError):
            for line in pipe:
                text = line.decode(errors="replace").rstrip()
                if is_stdout and not self._seen.is_set():
                    self._first.append(text)
                    self._seen.set()
                else:
                    self._tail.append(text)
        if is_stdout:
            self._seen.set()

    def first_line(self, seconds: float) -> str | None:
        """The first line of stdout; None if there was none in time, or before its end."""
        self._seen.wait(seconds)
        return self._first[0] if self._first else None

    def told(self) -> str:
        """The last lines, as the end of an error message."""
        return "".join(f"\n  {line}" for line in self._tail)
