"""A proxy that mends an address which MSAL gets wrong.

MSAL for Python looks up a user's realm at the authority's host without its port. Its requests for
port 443 of localhost are led to the local Azure here, as if it listened there.
"""

from __future__ import annotations

import select
import socket
import socketserver
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Generator


@contextmanager
def realm_proxy(origin: str) -> Generator[str]:
    """Gives a value for `HTTPS_PROXY`; every connection made through it ends at `origin`."""
    port = urlsplit(origin).port

    class Tunnel(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            with socket.create_connection(("localhost", port)) as azure:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                _pump(self.connection, azure)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Tunnel) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def _pump(client: socket.socket, azure: socket.socket) -> None:
    other = {client: azure, azure: client}
    while True:
        for readable in select.select(list(other), [], [])[0]:
            data = readable.recv(65536)
            if not data:
                return
            other[readable].sendall(data)
