"""A request that goes through the whole server but its socket."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from rehearsal.cloud.http import application
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Request


def served(cloud: Cloud, request: Request) -> Reply:
    """What a client is sent, its body read if it is JSON."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def serve() -> None:
        await application(cloud)(_scope(request), receive, send)

    asyncio.run(serve())
    start, *parts = sent
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
    body: Any = b"".join(part["body"] for part in parts)
    if body and headers["content-type"].startswith("application/json"):
        body = json.loads(body)
    return Reply(start["status"], body or None, headers)


def _scope(request: Request) -> dict[str, Any]:
    headers = [(name.encode(), text.encode("latin-1")) for name, text in request.headers.items()]
    return {
        "type": "http",
        "http_version": "1.1",
        "scheme": "https",
        "server": ("localhost", 443),
        "method": request.method,
        "path": request.path,
        "raw_path": quote(request.path).encode(),
        "query_string": urlencode(request.query, errors="replace").encode(),
        "headers": headers,
    }
