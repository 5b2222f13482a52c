from __future__ import annotations

import asyncio
import logging
import threading
import uuid
from typing import TYPE_CHECKING

import httpx
import pytest

from rehearsal.cloud.http import BODY_LIMIT_BYTES, application
from rehearsal.cloud.web import CloudError, Reply, Router

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Request


def echo(request: Request) -> Reply:
    return Reply(
        200,
        {"path": request.path, "query": dict(request.query), "body": request.body.decode()},
        {"X-Custom": request.headers.get("x-given", "")},
    )


def refuse(_request: Request) -> Reply:
    raise CloudError(Reply(409, {"error": {"code": "Conflict", "message": "no"}}))


def fail(_request: Request) -> Reply:
    message = "the reason stays inside"
    raise RuntimeError(message)


def no_content(_request: Request) -> Reply:
    return Reply(204)


@pytest.fixture
def served(cloud: Cloud) -> Cloud:
    """A local Azure with these routes only."""
    made = cloud.router = Router()
    made.add("POST", "/echo/{name}", "Echo", echo)
    made.add("HEAD", "/echo/{name}", "EchoHead", echo)
    made.add("GET", "/refused", "Refuse", refuse)
    made.add("GET", "/failed", "Fail", fail)
    made.add("GET", "/empty", "Empty", no_content)
    return cloud


def send(cloud: Cloud, method: str, path: str, **options: object) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(application(cloud))
        async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as client:
            return await client.request(method, path, **options)  # pyright: ignore[reportArgumentType] -- httpx's own options

    return asyncio.run(ask())


def test_a_request_reaches_its_handler_whole(served: Cloud) -> None:
    reply = send(
        served,
        "POST",
        "/echo/a%20b?API-Version=1&$filter=x",
        content=b"hi",
        headers={"X-Given": "y"},
    )
    assert reply.json() == {
        "path": "/echo/a b",
        "query": {"api-version": "1", "$filter": "x"},
        "body": "hi",
    }
    assert reply.headers["x-custom"] == "y"
    assert reply.headers["content-type"].startswith("application/json")


def test_every_reply_has_an_id_that_the_log_repeats(
    served: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "rehearsal.cloud.requests")
    sent = str(uuid.uuid4())
    reply = send(served, "GET", "/refused?secret=x", headers={"client-request-id": sent})
    request_id = reply.headers["x-ms-request-id"]
    assert uuid.UUID(request_id)
    assert reply.headers["request-id"] == request_id
    assert reply.headers["client-request-id"] == sent
    assert request_id in caplog.text
    assert "secret" not in caplog.text


def test_a_failure_is_a_500_that_tells_nothing_but_its_id(
    served: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    reply = send(served, "GET", "/failed")
    assert reply.status_code == 500
    assert reply.headers["x-ms-request-id"] in reply.json()["error"]["message"]
    assert "the reason stays inside" not in reply.text
    assert "the reason stays inside" in caplog.text


def test_an_unknown_route_is_named(served: Cloud) -> None:
    reply = send(served, "GET", "/nowhere")
    assert reply.status_code == 501
    assert "GET /nowhere" in reply.json()["error"]["message"]


def test_no_content_has_none(served: Cloud) -> None:
    reply = send(served, "GET", "/empty")
    assert (reply.status_code, reply.content) == (204, b"")
    assert "content-type" not in reply.headers


def test_head_has_no_body(served: Cloud) -> None:
    assert send(served, "HEAD", "/echo/x").content == b""


def test_a_path_with_a_line_end_makes_one_line_of_the_log(
    served: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "rehearsal.cloud.requests")
    send(served, "GET", "/a%0d%0a200%20forged")
    assert len(caplog.text.splitlines()) == 1
    assert "/a%0D%0A200%20forged" in caplog.text


def test_a_body_beyond_the_limit_is_413(served: Cloud) -> None:
    assert send(served, "POST", "/echo/x", content=b"x" * BODY_LIMIT_BYTES).status_code == 200
    reply = send(served, "POST", "/echo/x", content=b"x" * (BODY_LIMIT_BYTES + 1))
    assert reply.status_code == 413


def test_a_slow_handler_holds_no_other_up(cloud: Cloud) -> None:
    cloud.router = router = Router()
    released = threading.Event()

    def slow(_request: Request) -> Reply:
        assert released.wait(10)
        return Reply(200, {})

    def quick(_request: Request) -> Reply:
        released.set()
        return Reply(200, {})

    router.add("GET", "/slow", "Slow", slow)
    router.add("GET", "/quick", "Quick", quick)

    async def both() -> list[int]:
        transport = httpx.ASGITransport(application(cloud))
        async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as client:
            replies = await asyncio.gather(client.get("/slow"), client.get("/quick"))
            return [reply.status_code for reply in replies]

    assert asyncio.run(both()) == [200, 200]
