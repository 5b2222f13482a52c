"""gRPC as the engine uses it: sizes, servers, and the types that the SDK's own stubs leave open."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Protocol, cast

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from google.protobuf import empty_pb2
    from pulumi.runtime.proto import provider_pb2 as pb

MESSAGE_SIZE_BYTES = 400 << 20
"""The largest message, as in pulumi/pulumi, `sdk/go/common/util/rpcutil/serve.go`."""

OPTIONS = (
    ("grpc.max_receive_message_length", MESSAGE_SIZE_BYTES),
    ("grpc.max_send_message_length", MESSAGE_SIZE_BYTES),
    ("grpc.so_reuseport", 0),
    ("grpc.enable_http_proxy", 0),
)

LOOPBACK = "127.0.0.1"

# What a servicer raises reaches the caller, which hides secrets in it. The log of gRPC would write
# it to stderr as it is, unless it has a handler.
logging.getLogger("grpc").addHandler(logging.NullHandler())


class ResourceProvider(Protocol):
    """The calls of a provider's stub that the engine makes."""

    CheckConfig: Callable[[pb.CheckRequest], pb.CheckResponse]
    DiffConfig: Callable[[pb.DiffRequest], pb.DiffResponse]
    Configure: Callable[[pb.ConfigureRequest], pb.ConfigureResponse]
    Check: Callable[[pb.CheckRequest], pb.CheckResponse]
    Diff: Callable[[pb.DiffRequest], pb.DiffResponse]
    Create: Callable[[pb.CreateRequest], pb.CreateResponse]
    Update: Callable[[pb.UpdateRequest], pb.UpdateResponse]
    Read: Callable[[pb.ReadRequest], pb.ReadResponse]
    Delete: Callable[[pb.DeleteRequest], empty_pb2.Empty]
    Invoke: Callable[[pb.InvokeRequest], pb.InvokeResponse]
    Handshake: Callable[[pb.ProviderHandshakeRequest], pb.ProviderHandshakeResponse]
    Cancel: Callable[..., empty_pb2.Empty]


def channel_to(address: str) -> grpc.Channel:
    """A channel to `HOST:PORT`."""
    return grpc.insecure_channel(address, options=OPTIONS)


def provider_stub(channel: grpc.Channel) -> ResourceProvider:
    """A provider's stub."""
    return cast("ResourceProvider", provider_pb2_grpc.ResourceProviderStub(channel))


def serve(workers: Executor, add: Callable[[grpc.Server], None]) -> tuple[grpc.Server, str]:
    """Start a server on a free loopback port; `add` registers its servicers.

    Returns:
        The server and its address, `HOST:PORT`.
    """
    make = cast("Callable[..., grpc.Server]", cast("Any", grpc).server)
    server = make(workers, options=OPTIONS)
    add(server)
    port = server.add_insecure_port(f"{LOOPBACK}:0")
    server.start()
    return server, f"{LOOPBACK}:{port}"
