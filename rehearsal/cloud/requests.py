"""The last requests, for people who want to see what a client did."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import jwt

if TYPE_CHECKING:
    from datetime import datetime

    from rehearsal.cloud.web import Request

KEPT = 200


@dataclass(frozen=True)
class Handled:
    """A request that was answered; neither its query nor a body, which may hold secrets."""

    time: datetime
    request_id: str
    method: str
    path: str
    operation: str
    """Empty if there is no such operation."""
    status: int
    """0: the connection was closed without an answer."""
    milliseconds: int
    caller: str
    """What the token says of its holder: a sign-in name or an application id; empty without."""


def request_log() -> deque[Handled]:
    """An empty log that forgets the oldest."""
    return deque(maxlen=KEPT)


def caller_named_by(request: Request) -> str:
    """The name in the request's bearer token, which only those who accepted it have verified."""
    token = request.headers.get("authorization", "").partition(" ")[2]
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, RecursionError):
        return ""
    named = (claims.get(key) for key in ("unique_name", "preferred_username", "appid", "azp"))
    return str(next(filter(None, named), ""))
