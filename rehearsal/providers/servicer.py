"""Pulumi's provider protocol (pulumi/pulumi, `proto/pulumi/provider.proto`), for any `Provider`.

What a provider raises as `ProviderError` is what the user reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc
import httpx
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc
from pulumi.runtime.proto.plugin_pb2 import PluginAttach, PluginInfo

from rehearsal.providers.calls import Call
from rehearsal.providers.codec import Properties, decode, encode
from rehearsal.providers.errors import PartialError, ProviderError, abort, abort_partial
from rehearsal.providers.provider import Provider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rehearsal.providers.codec import Json, Path

Context = grpc.ServicerContext


class Servicer(Provider, provider_pb2_grpc.ResourceProviderServicer):
    """Answers an engine's calls with what the provider's methods give."""

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: Context
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Learn where the engine listens."""
        del context
        self.engine_address = request.engine_address
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def Attach(self, request: PluginAttach, context: Context) -> empty_pb2.Empty:
        """Learn where the engine listens, from an engine that finds a running plugin."""
        del context
        self.engine_address = request.address
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: Context) -> PluginInfo:
        """The version, which is that of the SDK whose requests this provider answers."""
        del request, context
        return PluginInfo(version=self.version)

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: Context
    ) -> provider_pb2.CheckResponse:
        """Take the configuration as it is."""
        del context
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(
        self, request: provider_pb2.DiffRequest, context: Context
    ) -> provider_pb2.DiffResponse:
        """See `diff_config`."""
        old = request.old_inputs if request.HasField("old_inputs") else request.olds
        return self._answer(
            context, lambda: self.diff_config(decode(old).values, decode(request.news).values)
        )

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: Context
    ) -> provider_pb2.ConfigureResponse:
        """Take the configuration; what is not in `args` is looked for among the variables."""
        prefix = f"{self.package}:config:"
        variables = {key.removeprefix(prefix): value for key, value in request.variables.items()}
        self._answer(context, lambda: self.configure(variables | decode(request.args).values))
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Check(
        self, request: provider_pb2.CheckRequest, context: Context
    ) -> provider_pb2.CheckResponse:
        """See `check`."""
        news = decode(request.news)

        def checked() -> provider_pb2.CheckResponse:
            olds = decode(request.olds).values
            result = self.check(Call(request.urn), olds, news.values, request.randomSeed)
            return provider_pb2.CheckResponse(
                inputs=encode(result.inputs, news.secrets),
                failures=[
                    provider_pb2.CheckFailure(property=name, reason=reason)
                    for name, reason in result.failures
                ],
            )

        return self._answer(context, checked)

    def Diff(
        self, request: provider_pb2.DiffRequest, context: Context
    ) -> provider_pb2.DiffResponse:
        """See `diff`."""
        call = Call(request.urn, request.id)
        olds, news = decode(request.old_inputs).values, decode(request.news).values
        return self._answer(context, lambda: self.diff(call, olds, news))

    def Create(
        self, request: provider_pb2.CreateRequest, context: Context
    ) -> provider_pb2.CreateResponse:
        """See `create`."""
        inputs = decode(request.properties)
        call = Call(request.urn, "", request.timeout, request.preview)

        def created() -> provider_pb2.CreateResponse:
            made, outputs = self.create(call, inputs.values)
            return provider_pb2.CreateResponse(id=made, properties=_marked(outputs, inputs))

        return self._answer(context, created, inputs.secrets)

    def Read(
        self, request: provider_pb2.ReadRequest, context: Context
    ) -> provider_pb2.ReadResponse:
        """See `read`."""
        inputs = decode(request.inputs)
        call = Call(request.urn, request.id)

        def found() -> provider_pb2.ReadResponse:
            live = self.read(call, inputs.values, decode(request.properties).values)
            if live is None:
                return provider_pb2.ReadResponse()
            return provider_pb2.ReadResponse(
                id=live.id,
                properties=_marked(live.outputs, inputs),
                inputs=encode(live.inputs, inputs.secrets),
            )

        return self._answer(context, found)

    def Update(
        self, request: provider_pb2.UpdateRequest, context: Context
    ) -> provider_pb2.UpdateResponse:
        """See `update`."""
        news = decode(request.news)
        call = Call(request.urn, request.id, request.timeout, request.preview)

        def updated() -> provider_pb2.UpdateResponse:
            olds, outputs = decode(request.old_inputs).values, decode(request.olds).values
            result = self.update(call, olds, outputs, news.values)
            return provider_pb2.UpdateResponse(properties=_marked(result, news))

        return self._answer(context, updated, news.secrets)

    def Delete(self, request: provider_pb2.DeleteRequest, context: Context) -> empty_pb2.Empty:
        """See `delete`."""
        call = Call(request.urn, request.id, request.timeout)
        inputs, outputs = decode(request.old_inputs).values, decode(request.properties).values
        self._answer(context, lambda: self.delete(call, inputs, outputs))
        return empty_pb2.Empty()

    def Invoke(
        self, request: provider_pb2.InvokeRequest, context: Context
    ) -> provider_pb2.InvokeResponse:
        """See `invoke`."""
        result = self._answer(
            context, lambda: self.invoke(request.tok, decode(request.args).values)
        )
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(encode(result))  # a keyword, so no plain attribute
        return response

    def Cancel(self, request: empty_pb2.Empty, context: Context) -> empty_pb2.Empty:
        """Give up what is being waited for; what exists by then is told to the engine."""
        del request, context
        self.cancelled.set()
        return empty_pb2.Empty()

    def _answer(
        self, context: Context, act: Callable[[], Any], secrets: Iterable[Path] = ()
    ) -> Any:
        try:
            return act()
        except PartialError as error:
            abort_partial(context, error, secrets)
        except ProviderError as error:
            abort(context, str(error))
        except httpx.HTTPError as error:
            where = f" ({error.request.url.copy_with(query=None)})" if _has_request(error) else ""
            abort(context, f"no answer from the service{where}: {error or type(error).__name__}")


def _marked(outputs: Json, inputs: Properties) -> struct_pb2.Struct:
    kept = frozenset(("__inputs", *path) for path in inputs.secrets)
    return encode(outputs, inputs.secrets | kept)


def _has_request(error: httpx.HTTPError) -> bool:
    try:
        return bool(error.request)
    except RuntimeError:
        return False
