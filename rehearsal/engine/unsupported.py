"""The calls of ResourceMonitor that this engine does not have, refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import grpc
from pulumi.runtime.proto import resource_pb2_grpc

from rehearsal.engine.goal import UnsupportedError, refuse

if TYPE_CHECKING:
    from rehearsal.engine.deployment import Deployment


class UnsupportedCalls(resource_pb2_grpc.ResourceMonitorServicer):
    """Tells what the program wanted, once, and ends the program's calls."""

    def __init__(self, deployment: Deployment) -> None:
        self._run = deployment

    def Call(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        """Refuse methods of resources."""
        self._refuse(f"the call of {request.tok}", "methods of remote components", context)

    def ExistsResource(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        """Refuse a question that only providers ask."""
        del request
        self._refuse("the program", "ExistsResource", context)

    def RegisterStackTransform(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        """Refuse transforms of all resources."""
        del request
        self._refuse("the program", "stack transforms", context)

    def RegisterStackInvokeTransform(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        """Refuse transforms of all function calls."""
        del request
        self._refuse("the program", "invoke transforms", context)

    def RegisterResourceHook(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        """Refuse hooks around steps."""
        del request
        self._refuse("the program", "resource hooks", context)

    def RegisterErrorHook(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        """Refuse hooks that handle failed steps."""
        del request
        self._refuse("the program", "error hooks", context)

    def RegisterPackage(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        """Refuse packages that are made from others by parameters."""
        self._refuse(f"the package {request.name}", "parameterized packages", context)

    def _refuse(self, what: str, feature: str, context: grpc.ServicerContext) -> NoReturn:
        try:
            refuse(what, [feature])
        except UnsupportedError as error:
            self._run.fail(error)
            context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
        raise AssertionError("abort raises")
