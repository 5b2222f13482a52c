"""ResourceMonitor: what a program may ask of the engine.

The protocol is that of pulumi/pulumi, `proto/pulumi/resource.proto`.
Every call of the program that this engine does not support ends with an error that names it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, resource_pb2

from rehearsal.engine.deployment import StoppedError
from rehearsal.engine.goal import (
    Goal,
    InvalidGoalError,
    UnsupportedError,
    goal_of,
    position_of,
)
from rehearsal.engine.registry import UNKNOWN_ID
from rehearsal.engine.unsupported import UnsupportedCalls
from rehearsal.engine.values import UnsupportedValueError, from_struct, to_struct

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.engine.deployment import Deployment
    from rehearsal.engine.reads import Reader
    from rehearsal.engine.registrar import Registrar
    from rehearsal.engine.state import Resource

Result = TypeVar("Result")

FEATURES = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
)
"""What the SDK may use. Alias specifications are not among it, so it expands aliases to URNs."""

_FEATURE_NAMES = frozenset({"secrets", "resourceReferences", "outputValues", "deletedWith"})

ENDED = "Resource monitor has terminated, shutting down"
"""What the SDK makes of UNAVAILABLE; the real error was told before, so this one is not."""


class Monitor(UnsupportedCalls):
    """Serves one program."""

    def __init__(
        self, deployment: Deployment, registrar: Registrar, reader: Reader, parallel: int
    ) -> None:
        super().__init__(deployment)
        self._deployment = deployment
        self._registrar = registrar
        self._reader = reader
        self._parallel = parallel

    def GetDeploymentInfo(
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> resource_pb2.DeploymentInfo:
        """Tell the program about the run."""
        del request, context
        configuration = self._deployment.configuration
        return resource_pb2.DeploymentInfo(
            project=self._deployment.project,
            stack=self._deployment.stack,
            organization="organization",
            config=configuration.values,
            configSecretKeys=sorted(configuration.secret_keys),
            dryRun=self._deployment.dry_run,
            parallel=self._parallel,
            supportedFeatures=FEATURES,
        )

    def SupportsFeature(
        self, request: resource_pb2.SupportsFeatureRequest, context: grpc.ServicerContext
    ) -> resource_pb2.SupportsFeatureResponse:
        """Older SDKs ask for each feature by name."""
        del context
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in _FEATURE_NAMES)

    def RegisterResource(
        self, request: resource_pb2.RegisterResourceRequest, context: grpc.ServicerContext
    ) -> resource_pb2.RegisterResourceResponse:
        """Reach a goal; answered when the resource is done."""

        def work() -> Resource:
            return self._registrar.register(goal_of(request, self._deployment.root))

        row = self._do(work, context)
        return resource_pb2.RegisterResourceResponse(
            urn=row.urn,
            id="" if row.id == UNKNOWN_ID else row.id,
            object=to_struct(row.outputs if row.custom else {}),
            result=resource_pb2.SUCCESS,
        )

    def RegisterResourceOutputs(
        self, request: resource_pb2.RegisterResourceOutputsRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Store the outputs of a component or of the Stack."""
        self._do(
            lambda: self._registrar.set_outputs(request.urn, from_struct(request.outputs)), context
        )
        return empty_pb2.Empty()

    def ReadResource(
        self, request: resource_pb2.ReadResourceRequest, context: grpc.ServicerContext
    ) -> resource_pb2.ReadResourceResponse:
        """Read an object that the program does not manage."""

        def work() -> Resource:
            goal = Goal(
                type=request.type,
                name=request.name,
                custom=True,
                parent=request.parent,
                inputs=from_struct(request.properties),
                dependencies=tuple(sorted(set(request.dependencies))),
                provider=request.provider,
                additional_secret_outputs=tuple(request.additionalSecretOutputs),
                version=request.version,
                plugin_download_url=request.pluginDownloadURL,
                source_position=position_of(request, self._deployment.root),
            )
            return self._reader.read(goal, request.id)

        row = self._do(work, context)
        return resource_pb2.ReadResourceResponse(
            urn=row.urn,
            id=row.id,
            properties=to_struct(row.outputs),
            result=resource_pb2.SUCCESS,
        )

    def Invoke(
        self, request: resource_pb2.ResourceInvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """Call a function of a provider."""

        def work() -> provider_pb2.InvokeResponse:
            self._deployment.check_running()
            reference = request.provider
            if not reference:
                goal = Goal(
                    type=request.tok,
                    name=request.tok,
                    custom=True,
                    version=request.version,
                    plugin_download_url=request.pluginDownloadURL,
                )
                reference = self._registrar.default_provider(goal, f"the function {request.tok}")
            provider = self._deployment.registry.get(reference)
            values, failures = provider.invoke(
                request.tok, from_struct(request.args), preview=self._deployment.dry_run
            )
            self._deployment.report.hide_secrets(values)
            response = provider_pb2.InvokeResponse(
                failures=[
                    provider_pb2.CheckFailure(property=item.property, reason=item.reason)
                    for item in failures
                ]
            )
            getattr(response, "return").CopyFrom(to_struct(values))
            return response

        return self._answer(work, context)

    def SignalAndWaitForShutdown(
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """The program registers nothing more."""
        del request, context
        self._registrar.is_complete = True
        return empty_pb2.Empty()

    # --- errors ------------------------------------------------------------------------------

    def _do(self, work: Callable[[], Result], context: grpc.ServicerContext) -> Result:
        """Do what changes the run: an error of it is told here, and ends the program's calls."""
        try:
            return work()
        except (UnsupportedError, UnsupportedValueError, InvalidGoalError) as error:
            self._deployment.fail(error)
            context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
        except Exception as error:  # noqa: BLE001 - told by whoever raised it
            self._deployment.stopping.set()
            context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
        raise AssertionError("abort raises")

    def _answer(self, work: Callable[[], Result], context: grpc.ServicerContext) -> Result:
        """Do what only answers a question: the program decides what an error means."""
        try:
            return work()
        except StoppedError as error:
            context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
        except UnsupportedError as error:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, str(error))
        except Exception as error:  # noqa: BLE001 - the program's to handle
            context.abort(grpc.StatusCode.UNKNOWN, self._deployment.report.masked(str(error)))
        raise AssertionError("abort raises")
