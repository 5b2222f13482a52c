"""A provider that costs next to nothing, and a program of many resources for it."""

# ruff: noqa: N802 - a servicer carries the protocol's method names

from __future__ import annotations

from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

PROGRAM = """
import asyncio

import pulumi


class Light(pulumi.CustomResource):
    def __init__(self, name, opts, **inputs):
        super().__init__("light:index:Light", name, inputs, opts)


class Group(pulumi.ComponentResource):
    def __init__(self, name, size):
        super().__init__("bench:index:Group", name)
        own = pulumi.ResourceOptions(parent=self)
        self.all_made = all_made = []
        first = Light(f"{{name}}-0", own, value=0, labels={{"group": name}})
        for number in range(1, size):
            labels = {{"group": name, "number": str(number)}}
            made = Light(f"{{name}}-{{number}}", own, value=number, labels=labels, first=first.id)
            all_made.append(made.urn.future())
        self.register_outputs({{"first": first.id}})


async def make_all():
    for number in range({groups}):
        await asyncio.gather(*Group(f"group-{{number}}", 50).all_made)


pulumi.export("made", pulumi.Output.from_input(make_all()))
"""
"""A component for each fifty resources, of which all others use the first.

A group is made when the one before is there: while it waits, the SDK looks at all that is under way
each time that something is done (`pulumi/runtime/stack.py`, wait_for_rpcs), which grows with the
square of their number, takes minutes for 5,000, and says nothing of the engine.
"""

GROUP_SIZE = 50


def program(resources: int) -> str:
    """The text of a program with that many resources besides its components."""
    return PROGRAM.format(groups=resources // GROUP_SIZE)


class LightProvider(provider_pb2_grpc.ResourceProviderServicer):
    """Keeps nothing: what is asked for is what is there."""

    def GetPluginInfo(self, request: Any, context: Any) -> plugin_pb2.PluginInfo:
        """The version."""
        del request, context
        return plugin_pb2.PluginInfo(version="1.0.0")

    def Configure(self, request: Any, context: Any) -> provider_pb2.ConfigureResponse:
        """Take everything."""
        del request, context
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=True
        )

    def Check(self, request: provider_pb2.CheckRequest, context: Any) -> provider_pb2.CheckResponse:
        """Accept the inputs."""
        del context
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: provider_pb2.DiffRequest, context: Any) -> provider_pb2.DiffResponse:
        """Compare the inputs."""
        del context
        is_same = request.old_inputs == request.news
        kind = provider_pb2.DiffResponse
        return kind(changes=kind.DIFF_NONE if is_same else kind.DIFF_SOME)

    def Create(
        self, request: provider_pb2.CreateRequest, context: Any
    ) -> provider_pb2.CreateResponse:
        """Answer the inputs."""
        del context
        identifier = "" if request.preview else request.name
        return provider_pb2.CreateResponse(id=identifier, properties=request.properties)

    def Read(self, request: provider_pb2.ReadRequest, context: Any) -> provider_pb2.ReadResponse:
        """Answer what is known."""
        del context
        return provider_pb2.ReadResponse(
            id=request.id, properties=request.properties, inputs=request.inputs
        )

    def Delete(self, request: Any, context: Any) -> empty_pb2.Empty:
        """Forget it."""
        del request, context
        return empty_pb2.Empty()
