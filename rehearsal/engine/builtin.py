"""The package `pulumi`: what the engine itself provides to programs.

It has stack references, which only read, and the function by which an SDK looks up a resource that
it has the URN of (pulumi/pulumi, `pkg/resource/deploy/builtins.go`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import grpc
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from rehearsal.engine.stored import UnknownStackError
from rehearsal.engine.values import contains_secret, from_struct, to_struct

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.engine.state import Resource
    from rehearsal.engine.values import Properties

PACKAGE = "pulumi"
_STACK_REFERENCE = "pulumi:pulumi:StackReference"
_GET_RESOURCE = "pulumi:pulumi:getResource"


class Builtin(provider_pb2_grpc.ResourceProviderServicer):
    """The package as a provider.

    Args:
        outputs_of: Gives a stack's outputs by its name; raises UnknownStackError.
        row_of: Gives the row of this run by its URN.
    """

    def __init__(
        self,
        outputs_of: Callable[[str], Properties],
        row_of: Callable[[str], Resource | None],
    ) -> None:
        self._outputs_of = outputs_of
        self._row_of = row_of

    def GetPluginInfo(self, request: Any, context: Any) -> plugin_pb2.PluginInfo:
        """No version: it is the engine's."""
        del request, context
        return plugin_pb2.PluginInfo()

    def Configure(self, request: Any, context: Any) -> provider_pb2.ConfigureResponse:
        """Take values as they are."""
        del request, context
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=True
        )

    def Check(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> NoReturn:
        """Refuse to manage anything."""
        message = f"{request.type} can only be read, as the SDK's StackReference does"
        context.abort(grpc.StatusCode.UNKNOWN, message)

    def Read(
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """Read the outputs of another stack."""
        if request.type != _STACK_REFERENCE:
            context.abort(grpc.StatusCode.UNKNOWN, f"unrecognized resource type '{request.type}'")
        inputs = from_struct(request.inputs)
        name = str(inputs.get("name") or request.id)
        try:
            outputs = self._outputs_of(name)
        except UnknownStackError as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        secret = [key for key, value in outputs.items() if contains_secret(value)]
        found: Properties = {
            "name": name,
            "outputs": outputs,
            "secretOutputNames": [*sorted(secret)],
        }
        return provider_pb2.ReadResponse(
            id=request.id, properties=to_struct(found), inputs=request.inputs
        )

    def Invoke(
        self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """Look up a resource of this run."""
        if request.tok != _GET_RESOURCE:
            context.abort(grpc.StatusCode.UNKNOWN, f"unrecognized function name: '{request.tok}'")
        urn = str(from_struct(request.args).get("urn"))
        row = self._row_of(urn)
        if row is None:
            context.abort(grpc.StatusCode.UNKNOWN, f"unknown resource {urn}")
        found: Properties = {
            "urn": row.urn,
            "id": row.id,
            "provider": row.provider,
            "state": row.outputs,
        }
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(to_struct(found))
        return response
