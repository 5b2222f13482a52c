"""Engine: the service through which a program and plugins log (pulumi/pulumi, `engine.proto`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from rehearsal.engine.monitor import ENDED

if TYPE_CHECKING:
    from rehearsal.engine.deployment import Deployment
    from rehearsal.engine.events import Severity

_SEVERITIES: dict[int, Severity] = {0: "debug", 1: "info", 2: "warning", 3: "error"}


class Messages(engine_pb2_grpc.EngineServicer):
    """Takes messages of the program and of plugins."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._root = ""
        self.errors = 0
        """How many errors the program logged."""

    def Log(self, request: engine_pb2.LogRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Tell a message, unless it is empty or only repeats that the run is ending."""
        del context
        severity = _SEVERITIES.get(request.severity, "info")
        is_echo = self._deployment.stopping.is_set() and ENDED in request.message
        if severity != "debug" and request.message.strip() and not is_echo:
            self.errors += severity == "error"
            self._deployment.report.tell(
                severity, request.message, request.urn, ephemeral=request.ephemeral
            )
        return empty_pb2.Empty()

    def GetRootResource(
        self, request: engine_pb2.GetRootResourceRequest, context: grpc.ServicerContext
    ) -> engine_pb2.GetRootResourceResponse:
        """The URN of the Stack, once it was set."""
        del request, context
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    def SetRootResource(
        self, request: engine_pb2.SetRootResourceRequest, context: grpc.ServicerContext
    ) -> engine_pb2.SetRootResourceResponse:
        """Note the URN of the Stack."""
        del context
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()

    def StartDebugging(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Refuse: this engine attaches no debugger."""
        del request
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "this engine attaches no debugger")
        raise AssertionError("abort raises")

    def RequirePulumiVersion(
        self, request: Any, context: grpc.ServicerContext
    ) -> engine_pb2.RequirePulumiVersionResponse:
        """Refuse: this engine has no version of the Pulumi CLI."""
        del request
        message = "this engine is not the Pulumi CLI, so the program cannot require a version of it"
        context.abort(grpc.StatusCode.UNIMPLEMENTED, message)
        raise AssertionError("abort raises")
