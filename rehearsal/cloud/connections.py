"""Connections that a request can end without an answer, as a broken network does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

    from starlette.types import Receive, Scope, Send

_ABORT = "rehearsal.abort"


class Protocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it; what it serves may call `drop`."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Let every request of the connection reach its transport."""
        super().connection_made(transport)
        served = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[_ABORT] = transport.abort
            await served(scope, receive, send)

        self.app = app


async def drop(scope: Scope, receive: Receive) -> None:
    """Close the connection that the request came by; nothing more is sent, not even TLS's end."""
    scope["extensions"][_ABORT]()
    while (await receive())["type"] != "http.disconnect":
        pass
