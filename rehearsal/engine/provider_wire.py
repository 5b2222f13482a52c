"""What provider calls answer, in the engine's types, and the errors they end with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import grpc
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import status_pb2

from rehearsal.engine.steps import Diff
from rehearsal.engine.values import Unknown, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from rehearsal.engine.events import ChangeKind
    from rehearsal.engine.steps import Changes
    from rehearsal.engine.values import Properties

    Request = TypeVar("Request")
    Reply = TypeVar("Reply")

_CHANGES: dict[int, Changes] = {
    pb.DiffResponse.DIFF_NONE: "none",
    pb.DiffResponse.DIFF_SOME: "some",
    pb.DiffResponse.DIFF_UNKNOWN: "unknown",
}
_KINDS: dict[int, ChangeKind] = {
    pb.PropertyDiff.ADD: "add",
    pb.PropertyDiff.ADD_REPLACE: "add-replace",
    pb.PropertyDiff.DELETE: "delete",
    pb.PropertyDiff.DELETE_REPLACE: "delete-replace",
    pb.PropertyDiff.UPDATE: "update",
    pb.PropertyDiff.UPDATE_REPLACE: "update-replace",
}


class ProviderError(Exception):
    """A call that a provider refused, with the provider's own message."""

    def __init__(
        self,
        message: str,
        code: grpc.StatusCode = grpc.StatusCode.UNKNOWN,
        init_failed: pb.ErrorResourceInitFailed | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.init_failed = init_failed

    @property
    def is_unimplemented(self) -> bool:
        """Whether the provider does not know the call at all."""
        return self.code == grpc.StatusCode.UNIMPLEMENTED

    @property
    def is_unanswered(self) -> bool:
        """Whether nobody knows what came of the call: the provider ended before it answered."""
        return self.code == grpc.StatusCode.UNAVAILABLE


class InitFailedError(Exception):
    """An object that was made (or found) but is not ready; `made` is what there is of it."""

    def __init__(self, made: Made) -> None:
        super().__init__("\n".join(made.init_errors))
        self.made = made


@dataclass(frozen=True)
class CheckFailure:
    """An input that a provider refuses; `property` may be empty."""

    property: str
    reason: str


@dataclass(frozen=True)
class Checked:
    """The answer to Check: the inputs to go on with, or why they are refused."""

    inputs: Properties
    failures: tuple[CheckFailure, ...] = ()


@dataclass(frozen=True)
class Made:
    """The answer to Create, Update or Read.

    `inputs` are given by a Read and by a failed initialisation, else None; `init_errors` say why
    the object is there, but not ready.
    """

    id: str
    outputs: Properties
    inputs: Properties | None = None
    init_errors: tuple[str, ...] = ()


def call(method: Callable[[Request], Reply], request: Request) -> Reply:
    """Call a provider.

    Raises:
        ProviderError: It answered with an error, or is gone.
    """
    try:
        return method(request)
    except grpc.RpcError as error:
        raise _provider_error(cast("grpc.Call", error)) from error


def _provider_error(error: grpc.Call) -> ProviderError:
    message = str(error.details() or "the provider ended the call without a message")
    code = error.code()
    if code == grpc.StatusCode.UNAVAILABLE:
        message = f"the provider plugin is gone, or was never there: {message}"
    return ProviderError(message, code, _init_failed(error))


def _init_failed(error: grpc.Call) -> pb.ErrorResourceInitFailed | None:
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin" and isinstance(value, bytes):
            status = status_pb2.Status.FromString(value)
            for detail in status.details:
                found = pb.ErrorResourceInitFailed()
                if detail.Is(pb.ErrorResourceInitFailed.DESCRIPTOR):
                    detail.Unpack(found)
                    return found
    return None


def diff_of(reply: pb.DiffResponse) -> Diff:
    """The answer to Diff or DiffConfig."""
    found = reply.detailedDiff.items() if reply.hasDetailedDiff else ()
    detailed: dict[str, ChangeKind] = {path: _KINDS[change.kind] for path, change in found}
    return Diff(
        _CHANGES[reply.changes],
        tuple(reply.diffs),
        tuple(reply.replaces),
        detailed,
        reply.deleteBeforeReplace,
    )


def failures_of(failures: Iterable[pb.CheckFailure]) -> tuple[CheckFailure, ...]:
    """The failures of Check, CheckConfig or Invoke."""
    return tuple(CheckFailure(failure.property, failure.reason) for failure in failures)


def variables_of(package: str, config: Properties) -> dict[str, str]:
    """The configuration as `Configure` variables: texts as they are, all else as JSON."""
    variables: dict[str, str] = {}
    for key, value in config.items():
        shown = plain(value)
        if key != "version" and not isinstance(shown, Unknown):
            variables[f"{package}:config:{key}"] = (
                shown if isinstance(shown, str) else json.dumps(shown, separators=(",", ":"))
            )
    return variables
