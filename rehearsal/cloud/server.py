"""The local Azure's process: `python -m rehearsal.cloud.server` serves it in the foreground."""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
from typing import TYPE_CHECKING

import uvicorn

from rehearsal.cloud import arm
from rehearsal.cloud.assembly import assemble
from rehearsal.cloud.authority import Authority
from rehearsal.cloud.connections import Protocol
from rehearsal.cloud.http import application
from rehearsal.cloud.lock import LockedError, hold
from rehearsal.cloud.store import Store
from rehearsal.cloud.world import WorldError
from rehearsal.home import Home

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.cloud.context import Cloud

LOOPBACK = "127.0.0.1"
NAMES = ("localhost", LOOPBACK, "::1")
# A client that holds a connection open must not keep the process from ending.
SHUTDOWN_SECONDS = 1


class PortTakenError(Exception):
    """Something else listens at the port that this rehearsal's kubeconfigs name."""


def main() -> int:
    """Serve until SIGTERM or SIGINT; the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # Its lines about every look at an API server would hide the requests of clients.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    home = Home.from_environment().create()
    try:
        with hold(home):
            serve(home)
    except (LockedError, PortTakenError, WorldError) as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 -- the command line's answer
        return 1
    return 0


def serve(home: Home) -> None:
    """Serve the local Azure of `home` until told to stop; the caller holds the lock.

    Raises:
        PortTakenError: the port of an earlier start is in use.
        WorldError: the store is empty and world.yaml cannot be used.
    """
    store = Store(home.database)
    listener = _listen(store)
    port: int = listener.getsockname()[1]
    certificate, key = _certificate(home)
    cloud = assemble(home, store, port)
    config = uvicorn.Config(
        application(cloud),
        http=Protocol,
        lifespan="off",
        ws="none",
        ssl_certfile=certificate,
        ssl_keyfile=str(key),
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    _write_endpoint(home, cloud, port)
    arm.resume(cloud)
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        home.endpoint.unlink(missing_ok=True)
        cloud.operations.halt()
        cloud.runtime.stop_all()


def _listen(store: Store) -> socket.socket:
    """A socket at the port of the last start, or at a free one that is kept from now on."""
    kept = store.get("server", "port")
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # The port of a process that was just killed may be taken again at once.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, kept["port"] if kept else 0))
    except OSError as error:
        port = kept["port"] if kept else 0
        message = (
            f"port {port}, which this rehearsal has had from its first start, cannot be used:"
            f" {error.strerror}. Free it, or begin anew with: python -m rehearsal cloud reset"
        )
        raise PortTakenError(message) from None
    store.put("server", "port", {"port": listener.getsockname()[1]})
    listener.listen(128)
    return listener


def _certificate(home: Home) -> tuple[Path, Path]:
    """Files with a fresh server certificate and its key, which only the owner can read."""
    certificate, key = home.root / "server.crt", home.root / "server.key"
    for path, pem in zip(
        (certificate, key), Authority(home).issue("localhost", NAMES), strict=True
    ):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(pem)
    return certificate, key


def _write_endpoint(home: Home, cloud: Cloud, port: int) -> None:
    document = {"pid": os.getpid(), "port": port, "origin": cloud.origin}
    partial = home.endpoint.with_suffix(".partial")
    partial.write_text(json.dumps(document), encoding="utf-8")
    partial.replace(home.endpoint)


if __name__ == "__main__":
    sys.exit(main())
