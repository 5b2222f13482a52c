"""A provider over real gRPC, called with plain values."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from rehearsal.providers.codec import decode, encode

if TYPE_CHECKING:
    from collections.abc import Generator

    from rehearsal.providers.codec import Json
    from rehearsal.providers.servicer import Servicer


class RefusedError(Exception):
    """What the provider told the user; `partial` is the object it made nevertheless, if any."""

    def __init__(self, message: str, partial: provider_pb2.ErrorResourceInitFailed | None) -> None:
        super().__init__(message)
        self.partial = partial


@dataclass(frozen=True)
class Hosted:
    """A provider that an engine would talk to."""

    stub: Any

    def configure(self, config: Json | None = None) -> provider_pb2.ConfigureResponse:
        request = provider_pb2.ConfigureRequest(args=encode(config or {}), acceptSecrets=True)
        return _told(self.stub.Configure, request)

    def diff_config(self, olds: Json, news: Json) -> provider_pb2.DiffResponse:
        request = provider_pb2.DiffRequest(
            olds=encode(olds), old_inputs=encode(olds), news=encode(news)
        )
        return _told(self.stub.DiffConfig, request)

    def check(
        self, urn: str, news: Json, olds: Json | None = None, seed: bytes = b"seed"
    ) -> tuple[Json, list[str]]:
        request = provider_pb2.CheckRequest(
            urn=urn, olds=encode(olds or {}), news=encode(news), randomSeed=seed
        )
        answer = _told(self.stub.Check, request)
        return decode(answer.inputs).values, [failure.reason for failure in answer.failures]

    def diff(
        self, urn: str, olds: Json, news: Json, resource_id: str = "id"
    ) -> provider_pb2.DiffResponse:
        request = provider_pb2.DiffRequest(
            urn=urn,
            id=resource_id,
            olds=encode(olds),
            old_inputs=encode(olds),
            news=encode(news),
        )
        return _told(self.stub.Diff, request)

    def create(self, urn: str, inputs: Json, *, preview: bool = False) -> tuple[str, Json]:
        request = provider_pb2.CreateRequest(urn=urn, properties=encode(inputs), preview=preview)
        answer = _told(self.stub.Create, request)
        return answer.id, decode(answer.properties).values

    def read(
        self, urn: str, resource_id: str, inputs: Json | None = None, outputs: Json | None = None
    ) -> tuple[str, Json, Json]:
        """The id ("" for none), outputs and inputs."""
        request = provider_pb2.ReadRequest(
            urn=urn, id=resource_id, inputs=encode(inputs or {}), properties=encode(outputs or {})
        )
        answer = _told(self.stub.Read, request)
        return answer.id, decode(answer.properties).values, decode(answer.inputs).values

    def update(
        self, urn: str, resource_id: str, olds: Json, news: Json, outputs: Json | None = None
    ) -> Json:
        request = provider_pb2.UpdateRequest(
            urn=urn,
            id=resource_id,
            old_inputs=encode(olds),
            olds=encode(outputs or olds),
            news=encode(news),
        )
        return decode(_told(self.stub.Update, request).properties).values

    def delete(
        self, urn: str, resource_id: str, inputs: Json | None = None, timeout: float = 0
    ) -> None:
        request = provider_pb2.DeleteRequest(
            urn=urn, id=resource_id, old_inputs=encode(inputs or {}), timeout=timeout
        )
        _told(self.stub.Delete, request)

    def invoke(self, token: str, args: Json | None = None) -> Json:
        request = provider_pb2.InvokeRequest(tok=token, args=encode(args or {}))
        answer = _told(self.stub.Invoke, request)
        returned: struct_pb2.Struct = getattr(answer, "return")
        return decode(returned).values

    def cancel(self) -> None:
        self.stub.Cancel(empty_pb2.Empty())


def _told(method: Any, request: Any) -> Any:
    try:
        return method(request)
    except grpc.RpcError as error:
        call: Any = error  # a failed call is its own error
        partial = None
        for key, value in call.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                detail = status_pb2.Status.FromString(value).details[0]
                partial = provider_pb2.ErrorResourceInitFailed()
                detail.Unpack(partial)
        raise RefusedError(str(call.details()), partial) from error


@contextmanager
def hosted(servicer: Servicer) -> Generator[Hosted]:
    """Serve a provider on loopback while the block runs."""
    workers = ThreadPoolExecutor(max_workers=8)
    server = grpc.server(workers)  # pyright: ignore[reportUnknownMemberType] - its handlers are generic
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Hosted(provider_pb2_grpc.ResourceProviderStub(channel))
    server.stop(grace=None).wait()
    workers.shutdown()
