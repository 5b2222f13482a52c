"""A provider as a plugin process: `python -m rehearsal.providers PACKAGE [ENGINE_ADDRESS]`.

It prints the port that it listens on, serves until it is ended, and ends with its engine.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from rehearsal.providers import PROVIDERS

_MESSAGE_SIZE_BYTES = 400 << 20  # pulumi/pulumi, `sdk/go/common/util/rpcutil/serve.go`
_WORKERS = 64  # calls block until the cloud is done
_PR_SET_PDEATHSIG = 1  # prctl(2)


def main(arguments: list[str]) -> int:
    """Serve the package that the first argument names."""
    if not arguments or arguments[0] not in PROVIDERS:
        print(  # noqa: T201 - a command's message
            f"usage: python -m rehearsal.providers {{{','.join(PROVIDERS)}}} [ENGINE_ADDRESS]",
            file=sys.stderr,
        )
        return 2
    if sys.platform == "linux":
        # An engine that is killed cannot end its plugins.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    options = [
        (f"grpc.max_{way}_message_length", _MESSAGE_SIZE_BYTES) for way in ("send", "receive")
    ]
    server = grpc.server(  # pyright: ignore[reportUnknownMemberType] - its handlers are generic
        ThreadPoolExecutor(max_workers=_WORKERS), options=options
    )
    servicer = PROVIDERS[arguments[0]](dict(os.environ))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201 - the plugin protocol's first line
    server.wait_for_termination()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
