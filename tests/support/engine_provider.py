"""A provider in memory and a project around it, for tests of the engine."""

# ruff: noqa: N802 - a servicer carries the protocol's method names

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from rehearsal.engine import Outcome, Run, run

if TYPE_CHECKING:
    from rehearsal.engine import Event

SDK = """
import pulumi


class Thing(pulumi.CustomResource):
    def __init__(self, name, opts=None, **inputs):
        super().__init__("memory:index:Thing", name, {"value": None, **inputs}, opts)


class Provider(pulumi.ProviderResource):
    def __init__(self, name, opts=None, **config):
        super().__init__("memory", name, config, opts)


def call(name, **args):
    return pulumi.runtime.invoke(f"memory:index:{name}", args).value
"""


@dataclass
class World:
    """What the provider made, and what it waits for."""

    objects: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    calls: list[str] = field(default_factory=list[str])
    entered: threading.Event = field(default_factory=threading.Event)
    """Set when a Create of a thing with the value `wait` was begun."""
    released: threading.Event = field(default_factory=threading.Event)
    """Lets such a Create end."""

    def names(self, method: str) -> list[str]:
        """The names of the resources for which a method was called."""
        return [
            name
            for called, _, name in (call.partition(" ") for call in self.calls)
            if called == method
        ]


class MemoryProvider(provider_pb2_grpc.ResourceProviderServicer):
    """Keeps things; `value` is what they hold, and "fail" as one fails."""

    def __init__(self, world: World) -> None:
        self._world = world

    def GetPluginInfo(self, request: Any, context: Any) -> plugin_pb2.PluginInfo:
        del request, context
        return plugin_pb2.PluginInfo(version="1.0.0")

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: Any
    ) -> provider_pb2.ConfigureResponse:
        del request, context
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=True
        )

    def Check(self, request: provider_pb2.CheckRequest, context: Any) -> provider_pb2.CheckResponse:
        del context
        self._world.calls.append(f"Check {request.name}")
        failures: list[provider_pb2.CheckFailure] = []
        if _plain(request.news).get("value") == "bad":
            failures.append(provider_pb2.CheckFailure(property="value", reason="it is bad"))
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def Diff(self, request: provider_pb2.DiffRequest, context: Any) -> provider_pb2.DiffResponse:
        del context
        olds, news = _plain(request.old_inputs), _plain(request.news)
        keys = sorted(key for key in olds.keys() | news.keys() if olds.get(key) != news.get(key))
        changes = (
            provider_pb2.DiffResponse.DIFF_SOME if keys else provider_pb2.DiffResponse.DIFF_NONE
        )
        return provider_pb2.DiffResponse(changes=changes, diffs=keys)

    def Create(
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        self._world.calls.append(f"Create {request.name}")
        inputs = _plain(request.properties)
        if inputs.get("value") == "fail":
            context.abort(grpc.StatusCode.UNKNOWN, f"no {request.name} for {inputs.get('note')}")
        if inputs.get("value") == "wait":
            self._world.entered.set()
            self._world.released.wait(60)
        self._world.objects[request.name] = inputs
        return provider_pb2.CreateResponse(id=request.name, properties=request.properties)

    def Update(
        self, request: provider_pb2.UpdateRequest, context: Any
    ) -> provider_pb2.UpdateResponse:
        del context
        if not request.preview:
            self._world.calls.append(f"Update {request.name}")
            self._world.objects[request.id] = _plain(request.news)
        return provider_pb2.UpdateResponse(properties=request.news)

    def Read(self, request: provider_pb2.ReadRequest, context: Any) -> provider_pb2.ReadResponse:
        del context
        self._world.calls.append(f"Read {request.name}")
        if request.id not in self._world.objects:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=request.id, properties=request.properties, inputs=request.inputs
        )

    def Delete(self, request: provider_pb2.DeleteRequest, context: Any) -> empty_pb2.Empty:
        del context
        self._world.calls.append(f"Delete {request.name}")
        self._world.objects.pop(request.id, None)
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> empty_pb2.Empty:
        del request, context
        self._world.calls.append("Cancel ")
        return empty_pb2.Empty()


def _plain(struct: struct_pb2.Struct) -> dict[str, Any]:
    found: dict[str, Any] = json_format.MessageToDict(struct)
    return {
        key: value["value"] if isinstance(value, dict) and "value" in value else value
        for key, value in found.items()
    }


class Project:
    """A project with the package `memory`, its world, and a backend."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world = World()
        self.events: list[Event] = []
        self.write("Pulumi.yaml", "name: suite\nruntime: python\n")
        self.write("Pulumi.dev.yaml", "config: {}\n")
        self.write("memory.py", SDK)

    def write(self, name: str, text: str) -> None:
        """Write a file of the project."""
        (self.folder / name).write_text(text, encoding="utf-8")

    def program(self, *lines: str) -> None:
        """Write the program."""
        first = ("import pulumi", "from pulumi import ResourceOptions", "import memory")
        self.write("__main__.py", "\n".join([*first, *lines, ""]))

    def run(self, operation: Any = "up", **options: Any) -> Outcome:
        """Run an operation; `events` is what it told."""
        self.events = []
        return run(self.request(operation, **options), self.events.append)

    def request(self, operation: Any, **options: Any) -> Run:
        """The request of a run."""
        path = (str(Path(sys.executable).parent), os.environ["PATH"])
        environment = {**os.environ, "PATH": os.pathsep.join(path), "PYTHONDONTWRITEBYTECODE": "1"}
        return Run(
            operation=operation,
            project_dir=self.folder,
            stack="dev",
            backend=self.folder,
            passphrase="correct-horse",
            python=Path(sys.executable),
            environment=environment,
            providers={"memory": lambda: MemoryProvider(self.world)},
            **options,
        )
