"""What a provider is, free of the protocol: methods that get and give plain values."""

from __future__ import annotations

import threading
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2

from rehearsal.providers.errors import CancelledError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from rehearsal.providers.calls import Call, Checked, Found
    from rehearsal.providers.codec import Json


class Provider:
    """One provider; `environment` is all it learns of the world before Configure."""

    package: ClassVar[str]
    version: ClassVar[str]

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.cancelled = threading.Event()
        self.engine_address = ""

    def wait(self, seconds: float) -> None:
        """Let time pass.

        Raises:
            CancelledError: The engine gave up meanwhile.
        """
        if self.cancelled.wait(seconds):
            raise CancelledError("cancelled while waiting for the service")

    def keep(self, client: httpx.Client) -> httpx.Client:
        """The client, which is closed when nothing uses this provider any more."""
        # The protocol has no end: Cancel may come while calls that have to finish are under way.
        weakref.finalize(self, client.close)
        return client

    def tell(self, urn: str, message: str) -> None:
        """Show the user a warning; lost if the engine does not listen."""
        if not self.engine_address:
            return
        with suppress(grpc.RpcError), grpc.insecure_channel(self.engine_address) as channel:
            request = engine_pb2.LogRequest(
                severity=engine_pb2.LogSeverity.WARNING, message=message, urn=urn
            )
            stub = engine_pb2_grpc.EngineStub(channel)
            stub.Log(request, timeout=5)  # pyright: ignore[reportUnknownMemberType] - generated

    def configure(self, config: Json) -> None:
        """Take the provider's configuration."""

    def diff_config(self, olds: Json, news: Json) -> provider_pb2.DiffResponse:  # noqa: ARG002
        """What a changed configuration does: by default nothing."""
        return provider_pb2.DiffResponse()

    def check(self, call: Call, olds: Json, news: Json, seed: bytes) -> Checked:
        """The inputs with names and defaults filled in; `olds` is empty for a new object."""
        raise NotImplementedError

    def diff(self, call: Call, olds: Json, news: Json) -> provider_pb2.DiffResponse:
        """What a change from the inputs `olds` to `news` does."""
        raise NotImplementedError

    def create(self, call: Call, inputs: Json) -> tuple[str, Json]:
        """Make the object; its id ("" in a preview) and outputs."""
        raise NotImplementedError

    def read(self, call: Call, inputs: Json, outputs: Json) -> Found | None:
        """The object as it is, or None; `inputs` and `outputs` are empty on import."""
        raise NotImplementedError

    def update(self, call: Call, olds: Json, outputs: Json, news: Json) -> Json:
        """Change the object from the inputs `olds` to `news`; the new outputs."""
        raise NotImplementedError

    def delete(self, call: Call, inputs: Json, outputs: Json) -> None:
        """Delete the object; no error if it is gone."""
        raise NotImplementedError

    def invoke(self, token: str, args: Json) -> Json:
        """Call a function."""
        raise NotImplementedError
