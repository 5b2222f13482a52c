"""Requests, replies and routes, free of any HTTP server.

Paths are matched without case, with repeated slashes collapsed and without one at the end, as ARM
does; a route's parameters keep the case the client sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Request:
    """One HTTP request; `query` and `headers` have lower-case keys.

    `request_id` is the GUID that the reply carries and the log repeats.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    operation: str = ""
    request_id: str = ""

    def json(self) -> Any:
        """The JSON value that the body is.

        Raises:
            ValueError: it is none, or one that cannot be kept and shown again: with NaN, with half
                a surrogate pair in a text, or too deep.
        """
        try:
            value: Any = json.loads(self.body)
            json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        return value


@dataclass(frozen=True)
class Reply:
    """One HTTP answer; `body` is sent as JSON unless it is bytes (sent as they are) or None."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def encoded(self) -> bytes:
        """The body's bytes."""
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class CloudError(Exception):
    """A refusal that a client is meant to see; `reply` is what it sees."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"{reply.status} {reply.body}")
        self.reply = reply


Handler = Callable[[Request], Reply]


@dataclass(frozen=True)
class Route:
    """An operation: method, pattern (`/subscriptions/{subscription}`), its name, its handler."""

    method: str
    pattern: str
    operation: str
    handler: Handler

    def expression(self) -> re.Pattern[str]:
        """The pattern as a regular expression; `{name}` takes a segment, `{name*}` any number."""
        parts = re.split(r"(\{\w+\*?\})", self.pattern)
        text = "".join(
            (f"(?P<{part[1:-2]}>.*)" if part.endswith("*}") else f"(?P<{part[1:-1]}>[^/]+)")
            if part.startswith("{")
            else re.escape(part)
            for part in parts
        )
        return re.compile(text, re.IGNORECASE)


class Router:
    """Finds the route of a request; the first route added that fits is taken."""

    def __init__(self) -> None:
        self._routes: list[tuple[re.Pattern[str], Route]] = []

    def add(self, method: str, pattern: str, operation: str, handler: Handler) -> None:
        """Add a route; `operation` names it in messages, logs and the table of operations."""
        route = Route(method, pattern, operation, handler)
        self._routes.append((route.expression(), route))

    def routes(self) -> list[Route]:
        """All routes, in the order they are tried."""
        return [route for _, route in self._routes]

    def find(self, request: Request) -> tuple[Request, Handler]:
        """The request as the first route that fits sees it, and that route's handler.

        Where none fits, the operation stays empty and the handler says 501.
        """
        path = re.sub("/+", "/", request.path)
        path = path.removesuffix("/") or "/"
        for expression, route in self._routes:
            found = expression.fullmatch(path) if route.method == request.method else None
            if found:
                params = found.groupdict()
                matched = replace(request, path=path, params=params, operation=route.operation)
                return matched, route.handler
        return replace(request, path=path), _not_implemented

    def handle(self, request: Request) -> Reply:
        """The reply of the first route that fits, or 501 that names what was asked."""
        return answered(*self.find(request))


def answered(request: Request, handler: Handler) -> Reply:
    """The handler's reply, also where it is a refusal."""
    try:
        return handler(request)
    except CloudError as refusal:
        return refusal.reply


def _not_implemented(request: Request) -> Reply:
    message = (
        f"The local Azure has no operation {request.method} {request.path}."
        " docs/operations.md lists what it has."
    )
    return Reply(501, {"error": {"code": "NotImplemented", "message": message}})
