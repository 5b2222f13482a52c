"""The ASGI shell around the router: HTTP in, `Request` and `Reply` inside, HTTP out."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from rehearsal.cloud import faults_replies
from rehearsal.cloud.connections import drop
from rehearsal.cloud.faults_rules import UNTOUCHED, Effect
from rehearsal.cloud.requests import Handled, caller_named_by
from rehearsal.cloud.web import Reply, Request, answered

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Handler

# What ARM takes of a template at most; the other planes take less:
# https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices
BODY_LIMIT_BYTES = 4 * 1024 * 1024

log = logging.getLogger("rehearsal.cloud.requests")


def application(cloud: Cloud) -> ASGIApp:
    """The ASGI application that answers with the cloud's router, each request in a pool's thread.

    The cloud's faults come in between, and its log gets every request.
    """

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        http_request = HttpRequest(scope, receive)
        request_id = str(uuid.uuid4())
        started = time.monotonic()
        try:
            body = await _body(http_request)
        except ClientDisconnect:
            return
        request, handler = cloud.router.find(_request(http_request, body or b"", request_id))
        reply = _too_large() if body is None else await _disturbed(cloud, request, handler)
        milliseconds = round((time.monotonic() - started) * 1000)
        _note(cloud, request, reply, milliseconds)
        if reply is None:
            await drop(scope, receive)
        else:
            await _response(http_request, reply, request_id)(scope, receive, send)

    return serve


async def _disturbed(cloud: Cloud, request: Request, handler: Handler) -> Reply | None:
    """The handler's reply, or what the faults make of it; None: there shall be none."""
    effect = await run_in_threadpool(cloud.faults.effect_on, request) or Effect()
    await asyncio.sleep(effect.delay)
    replaced = effect.drop or effect.status
    reply = None
    if not replaced or effect.after:
        reply = await run_in_threadpool(_answer, request, handler)
    if effect.drop:
        return None
    return faults_replies.reply(cloud, request, effect) if effect.status else reply


def _note(cloud: Cloud, request: Request, reply: Reply | None, milliseconds: int) -> None:
    status = reply.status if reply else 0
    handled = Handled(
        time=cloud.clock.now(),
        request_id=request.request_id,
        method=request.method,
        path=request.path,
        operation=request.operation,
        status=status,
        milliseconds=milliseconds,
        caller="" if status == HTTPStatus.UNAUTHORIZED else caller_named_by(request),
    )
    # The command line's own questions would push out those of the clients.
    if not request.path.startswith(UNTOUCHED):
        cloud.recent.append(handled)
    # Neither query nor body: both may hold secrets. A path may hold a line's end.
    path = quote(handled.path, safe="/$()'=,:@")
    line = "%s %s %s %s %d ms"
    log.info(line, handled.request_id, handled.method, path, status, milliseconds)


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


def _answer(request: Request, handler: Handler) -> Reply:
    try:
        return answered(request, handler)
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
