"""A scripted HTTP server that takes exactly the requests it expects, in their order."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

import httpx

ORIGIN = "https://localhost:7443"
TENANT = "11111111-1111-1111-1111-111111111111"
SUBSCRIPTION = "22222222-2222-2222-2222-222222222222"
CLIENT = "33333333-3333-3333-3333-333333333333"
CALLER = "44444444-4444-4444-4444-444444444444"
ENVIRONMENT = {
    "ARM_ENDPOINT": ORIGIN,
    "GRAPH_ENDPOINT": ORIGIN,
    "AZURE_AUTHORITY_HOST": f"{ORIGIN}/",
    "ARM_TENANT_ID": TENANT,
    "ARM_SUBSCRIPTION_ID": SUBSCRIPTION,
    "ARM_CLIENT_ID": CLIENT,
    "ARM_CLIENT_SECRET": "hunter2",
}


def token() -> str:
    """An unsigned token of the caller."""
    claims = base64.urlsafe_b64encode(json.dumps({"oid": CALLER, "tid": TENANT}).encode())
    return f"e30.{claims.decode().rstrip('=')}.x"


@dataclass
class Wire:
    """Answers each expected request once; `bodies` are the requests' JSON bodies, in order.

    Logins are answered without being expected, but counted.
    """

    expected: list[tuple[str, str, httpx.Response]] = field(
        default_factory=list[tuple[str, str, httpx.Response]]
    )
    bodies: list[Any] = field(default_factory=list[Any])
    logins: int = 0

    def expect(
        self,
        method: str,
        path: str,
        status: int = 200,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Answer the next request, which must be `method` and `path` (query left out)."""
        response = httpx.Response(status, json=body if body is not None else {}, headers=headers)
        self.expected.append((method, path, response))

    def transport(self) -> httpx.MockTransport:
        """The transport for a client."""
        return httpx.MockTransport(self._answer)

    def done(self) -> None:
        """Everything that was expected has been asked."""
        assert not self.expected, f"not asked: {[row[:2] for row in self.expected]}"

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/oauth2/v2.0/token"):
            self.logins += 1
            return httpx.Response(200, json={"access_token": token(), "expires_in": 3600})
        asked = (request.method, request.url.path)
        assert self.expected, f"nothing more was expected, and {asked} was asked"
        method, path, response = self.expected.pop(0)
        assert asked == (method, path)
        self.bodies.append(json.loads(request.content) if request.content else None)
        return response
