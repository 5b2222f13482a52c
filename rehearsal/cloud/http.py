"""The ASGI shell around the router: HTTP in, `Request` and `Reply` inside, HTTP out."""

from __future__ import annotations

import logging
import time
import uuid
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from rehearsal.cloud.web import Reply, Request

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from rehearsal.cloud.web import Router

# What ARM takes of a template at most; the other planes take less:
# https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices
BODY_LIMIT_BYTES = 4 * 1024 * 1024

log = logging.getLogger("rehearsal.cloud.requests")


def application(router: Router) -> ASGIApp:
    """The ASGI application that answers with the router, each request in a thread of a pool."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        http_request = HttpRequest(scope, receive)
        request_id = str(uuid.uuid4())
        started = time.monotonic()
        try:
            body = await _body(http_request)
        except ClientDisconnect:
            return
        if body is None:
            reply = _too_large()
        else:
            request = _request(http_request, body, request_id)
            reply = await run_in_threadpool(_answer, router, request)
        milliseconds = round((time.monotonic() - started) * 1000)
        # Neither query nor body: both may hold secrets.
        line = "%s %s %s %s %d ms"
        path = scope["path"]
        log.info(line, request_id, http_request.method, path, reply.status, milliseconds)
        await _response(http_request, reply, request_id)(scope, receive, send)

    return serve


async def _body(request: HttpRequest) -> bytes | None:
    """The body, or None if it is larger than the limit."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > BODY_LIMIT_BYTES:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _request(request: HttpRequest, body: bytes, request_id: str) -> Request:
    return Request(
        method=request.method,
        path=request.scope["path"],
        query={key.lower(): value for key, value in request.query_params.items()},
        headers={key.lower(): value for key, value in request.headers.items()},
        body=body,
        request_id=request_id,
    )


def _answer(router: Router, request: Request) -> Reply:
    try:
        return router.handle(request)
    except Exception:
        log.exception("%s %s %s failed", request.request_id, request.method, request.path)
        message = f"The local Azure failed; its log has the request {request.request_id}."
        return Reply(500, {"error": {"code": "InternalServerError", "message": message}})


def _too_large() -> Reply:
    message = f"The request's body is larger than {BODY_LIMIT_BYTES} bytes."
    return Reply(413, {"error": {"code": "RequestEntityTooLarge", "message": message}})


def _response(request: HttpRequest, reply: Reply, request_id: str) -> Response:
    headers = {
        "x-ms-request-id": request_id,
        "x-ms-correlation-request-id": request.headers.get(
            "x-ms-correlation-request-id", request_id
        ),
        "request-id": request_id,
        "cache-control": "no-store",
    }
    for echoed in ("client-request-id", "x-ms-client-request-id"):
        if echoed in request.headers:
            headers[echoed] = request.headers[echoed]
    if reply.body is not None:
        headers["content-type"] = "application/json; charset=utf-8"
    headers.update({key.lower(): value for key, value in reply.headers.items()})
    body = b"" if request.method == "HEAD" else reply.encoded()
    return Response(body, reply.status, headers)
