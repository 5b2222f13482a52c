"""What the SDK itself costs: a program against a monitor that answers every call at once."""

# ruff: noqa: N802 - a servicer carries the protocol's method names

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2, resource_pb2_grpc

from rehearsal.engine import rpc, urns
from rehearsal.engine.launcher import Program, RunInfo
from rehearsal.engine.monitor import FEATURES
from rehearsal.engine.processes import Spawner

_PARALLEL = 16
_WORKERS = 128


class _Monitor(resource_pb2_grpc.ResourceMonitorServicer, engine_pb2_grpc.EngineServicer):
    """Says that everything is done."""

    def GetDeploymentInfo(self, request: Any, context: Any) -> resource_pb2.DeploymentInfo:
        """Tell the program about the run."""
        del request, context
        return resource_pb2.DeploymentInfo(
            project="bench", stack="dev", parallel=_PARALLEL, supportedFeatures=FEATURES
        )

    def RegisterResource(
        self, request: resource_pb2.RegisterResourceRequest, context: Any
    ) -> resource_pb2.RegisterResourceResponse:
        """Answer the inputs."""
        del context
        return resource_pb2.RegisterResourceResponse(
            urn=urns.make("dev", "bench", request.parent, request.type, request.name),
            id=request.name if request.custom else "",
            object=request.object if request.custom else None,
        )

    def RegisterResourceOutputs(self, request: Any, context: Any) -> empty_pb2.Empty:
        """Forget them."""
        del request, context
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, request: Any, context: Any) -> empty_pb2.Empty:
        """Let the program end."""
        del request, context
        return empty_pb2.Empty()

    def Log(self, request: Any, context: Any) -> empty_pb2.Empty:
        """Forget it."""
        del request, context
        return empty_pb2.Empty()

    def SetRootResource(self, request: Any, context: Any) -> engine_pb2.SetRootResourceResponse:
        """Forget it."""
        del request, context
        return engine_pb2.SetRootResourceResponse()


def run_without_engine(project: Path) -> float:
    """Run the project's program against the monitor; its seconds from start to end."""

    def add(server: Any) -> None:
        monitor = _Monitor()
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
        engine_pb2_grpc.add_EngineServicer_to_server(monitor, server)

    with ThreadPoolExecutor(_WORKERS) as workers, Spawner() as spawner:
        server, address = rpc.serve(workers, add)
        info = RunInfo(
            program=str(project),
            root_directory=str(project),
            project="bench",
            stack="dev",
            address=address,
            dry_run=False,
            parallel=_PARALLEL,
        )
        started = time.perf_counter()
        program = Program.start(
            spawner,
            Path(sys.executable),
            info,
            os.environ,
            config={},
            secret_keys=[],
            on_line=lambda line, _: print(line, file=sys.stderr),
        )
        status = program.wait()
        seconds = time.perf_counter() - started
        server.stop(grace=None).wait()
    if status:
        raise RuntimeError(f"the program ended with {status}")
    return seconds
