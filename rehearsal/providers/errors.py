"""What a provider refuses, and how the protocol carries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import grpc
from google.protobuf import any_pb2
from pulumi.runtime.proto import provider_pb2, status_pb2

from rehearsal.providers.codec import encode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rehearsal.providers.codec import Json, Path


class ProviderError(Exception):
    """A refusal whose message is for the user; it names no secret."""


class CancelledError(ProviderError):
    """The engine asked to give up while something was waited for."""


@dataclass
class PartialError(Exception):
    """The object exists, but is not as it should be: the engine keeps it, and updates it next."""

    id: str
    outputs: Json
    inputs: Json
    reason: str


def abort(context: grpc.ServicerContext, message: str) -> NoReturn:
    """End the call with a message for the user."""
    context.abort(grpc.StatusCode.UNKNOWN, message)
    raise AssertionError("abort always raises")


def abort_partial(
    context: grpc.ServicerContext, error: PartialError, secrets: Iterable[Path]
) -> NoReturn:
    """End the call with `ErrorResourceInitFailed`, which carries the object that was made."""
    marked = frozenset(secrets)
    detail = any_pb2.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=error.id,
            properties=encode(error.outputs, marked),
            inputs=encode(error.inputs, marked),
            reasons=[error.reason],
        ),
        type_url_prefix="type.googleapis.com",
    )
    status = status_pb2.Status(
        code=grpc.StatusCode.UNKNOWN.value[0], message=error.reason, details=[detail]
    )
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    abort(context, error.reason)
