"""/$batch: several requests in one, by https://learn.microsoft.com/graph/json-batching."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from rehearsal.cloud.web import Reply, Request

if TYPE_CHECKING:
    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.store import Json

AT_MOST = 20
METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})
FAILED = 400


def run_batch(call: Call) -> Reply:
    """The replies to the body's requests, which are run in their order.

    A request that depends on one that failed, or that was not run, is 424.

    Raises:
        CloudError: 400, the batch is malformed; nothing was run then.
    """
    steps = _steps(call)
    statuses: dict[str, int] = {}
    responses: list[Json] = []
    for step in steps:
        needed = cast("list[str]", step.get("dependsOn") or [])
        if any(statuses[each] >= FAILED for each in needed):
            text = "Failed dependency: a request that this one depends on was not successful."
            error = {"code": "FailedDependency", "message": text}
            reply = Reply(424, {"error": error})
        else:
            reply = call.cloud.router.handle(_request(call, step))
        statuses[step["id"]] = reply.status
        responses.append(_response(step["id"], reply))
    return Reply(200, {"responses": responses})


def _steps(call: Call) -> list[Json]:
    given: Any = call.body().get("requests")
    if not isinstance(given, list) or not given:
        raise call.refuse.bad("Invalid batch payload format.")
    if not all(isinstance(each, dict) for each in cast("list[Any]", given)):
        raise call.refuse.bad("Invalid batch payload format.")
    steps = cast("list[Json]", given)
    if len(steps) > AT_MOST:
        raise call.refuse.bad(
            f"Number of batch requests steps ({len(steps)}) exceeds the max value of {AT_MOST}."
        )
    seen: set[str] = set()
    for step in steps:
        if not _well_formed(step, seen):
            raise call.refuse.bad("Invalid batch payload format.")
        seen.add(step["id"])
    return steps


def _well_formed(step: Json, earlier: set[str]) -> bool:
    """Whether it is a request; what it depends on must stand before it."""
    method, url = step.get("method"), step.get("url")
    depends: Any = step.get("dependsOn") or []
    headers: Any = step.get("headers") or {}
    return (
        isinstance(step.get("id"), str)
        and step["id"] not in earlier
        and isinstance(method, str)
        and method.upper() in METHODS
        and isinstance(url, str)
        and "$batch" not in url.lower()
        and isinstance(depends, list)
        and all(isinstance(each, str) and each in earlier for each in cast("list[Any]", depends))
        and isinstance(headers, dict)
    )


def _request(call: Call, step: Json) -> Request:
    parts = urlsplit(f"/{step['url'].lstrip('/')}")
    given = cast("Json", step.get("headers") or {})
    headers = {name.lower(): str(value) for name, value in given.items()}
    own = {"authorization": call.request.headers["authorization"]}
    body = step.get("body")
    return Request(
        method=step["method"].upper(),
        path=f"/{call.version}{unquote(parts.path)}",
        query={name.lower(): value for name, value in parse_qsl(parts.query)},
        headers={**headers, **own},
        body=b"" if body is None else json.dumps(body).encode(),
        request_id=str(uuid.uuid4()),
    )


def _response(step_id: str, reply: Reply) -> Json:
    response: Json = {"id": step_id, "status": reply.status, "headers": dict(reply.headers)}
    if isinstance(reply.body, bytes):
        response["body"] = reply.body.decode()
    elif reply.body is not None:
        response["headers"]["Content-Type"] = "application/json"
        response["body"] = reply.body
    return response
