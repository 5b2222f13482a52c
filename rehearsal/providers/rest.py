"""Requests to ARM and Microsoft Graph on this machine: login, retries, the vendor's error texts.

Retries are azure-native's (`provider/pkg/azure/client_azcore.go`): 408, 429 and 5xx after 20, 60
and 120 s unless the answer has a Retry-After, and a 409 only for `AnotherOperationInProgress`.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

import httpx

from rehearsal.providers.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rehearsal.providers.codec import Json

_BACKOFF_SECONDS = (20.0, 60.0, 120.0)
_RETRYABLE = frozenset({408, 429, 500, 502, 503, 504})
_TOKEN_MARGIN_SECONDS = 120
_TIMEOUT_SECONDS = 60.0


def require_loopback(url: str, where: str) -> None:
    """Refuse an address that is not on this machine.

    Raises:
        ProviderError: Its host does not resolve to loopback addresses only.
    """
    host = httpx.URL(url).host
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None)} if host else set[str]()
    except OSError:
        found = set[str | int]()
    if not found or not all(ipaddress.ip_address(address).is_loopback for address in found):
        raise ProviderError(
            f"{where} is {url}, which is not on this machine: a rehearsal never touches a real"
            " cloud. Give an https://localhost address, such as `python -m rehearsal cloud env`"
            " prints"
        )


def loopback_client(
    tls: ssl.SSLContext, transport: httpx.BaseTransport | None = None
) -> httpx.Client:
    """A client whose every request, redirects and links included, stays on this machine."""

    def check(request: httpx.Request) -> None:
        require_loopback(str(request.url.copy_with(query=None)), "the address asked for")

    return httpx.Client(
        verify=tls,
        transport=transport,
        timeout=_TIMEOUT_SECONDS,
        trust_env=False,
        event_hooks={"request": [check]},
    )


@dataclass(frozen=True)
class Account:
    """Where the cloud is, and the service principal that deploys; the secret is not shown."""

    arm: str
    graph: str
    authority: str
    tenant_id: str
    subscription_id: str
    client_id: str
    client_secret: str
    ca_file: str

    def __repr__(self) -> str:
        return f"Account({self.client_id} at {self.arm})"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Account:
        """Read the variables of `python -m rehearsal cloud env`.

        Raises:
            ProviderError: One is missing, or an address is not on this machine.
        """

        def need(name: str) -> str:
            value = environment.get(name, "")
            if not value:
                raise ProviderError(
                    f"the environment has no {name}: start the local Azure and take its variables,"
                    ' eval "$(python -m rehearsal cloud env)"'
                )
            return value

        for name in ("ARM_ENDPOINT", "GRAPH_ENDPOINT", "AZURE_AUTHORITY_HOST"):
            require_loopback(need(name), name)
        return cls(
            arm=need("ARM_ENDPOINT").rstrip("/"),
            graph=need("GRAPH_ENDPOINT").rstrip("/"),
            authority=need("AZURE_AUTHORITY_HOST").rstrip("/"),
            tenant_id=need("ARM_TENANT_ID"),
            subscription_id=need("ARM_SUBSCRIPTION_ID"),
            client_id=need("ARM_CLIENT_ID"),
            client_secret=need("ARM_CLIENT_SECRET"),
            ca_file=environment.get("SSL_CERT_FILE", ""),
        )

    def client(self, transport: httpx.BaseTransport | None = None) -> httpx.Client:
        """A client that trusts the local Azure's CA."""
        return loopback_client(ssl.create_default_context(cafile=self.ca_file or None), transport)


class Session:
    """Authenticated requests to one audience; safe to use from several threads."""

    def __init__(
        self, account: Account, audience: str, client: httpx.Client, wait: Callable[[float], None]
    ) -> None:
        self.account = account
        self.wait = wait
        self._audience = audience
        self._client = client
        self._lock = threading.Lock()
        self._token = ""
        self._expires = 0.0

    def send(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Json | None = None,
        also_retry: frozenset[int] = frozenset(),
    ) -> httpx.Response:
        """The final answer, whatever its status, after the vendor's retries."""
        fresh = False
        attempt = 0
        while True:
            headers = {"Authorization": f"Bearer {self.token(renew=fresh)}"}
            if method in {"PUT", "POST", "PATCH"}:
                headers["Content-Type"] = "application/json; charset=utf-8"
            content = None if body is None else json.dumps(body).encode()
            # A URL that a service gave has its own query, which empty params would remove.
            response = self._client.request(
                method, url, params=params or None, content=content, headers=headers
            )
            if response.status_code == HTTPStatus.UNAUTHORIZED and not fresh:
                fresh = True
                continue
            again = response.status_code in also_retry or _retryable(response)
            if not again or attempt == len(_BACKOFF_SECONDS):
                return response
            self.wait(retry_after(response, _BACKOFF_SECONDS[attempt]))
            attempt += 1

    def token(self, *, renew: bool = False) -> str:
        """An access token of the deploying service principal.

        Raises:
            ProviderError: The login was refused; the message is the login service's own.
        """
        with self._lock:
            if not renew and self._token and time.time() < self._expires:
                return self._token
            response = self._client.post(
                f"{self.account.authority}/{self.account.tenant_id}/oauth2/v2.0/token",
                data={
                    "grant_type": "client_credentials",
                    "client_id": self.account.client_id,
                    "client_secret": self.account.client_secret,
                    "scope": f"{self._audience}/.default",
                },
            )
            answer = body_of(response)
            if response.status_code != HTTPStatus.OK:
                reason = answer.get("error_description") or answer.get("error") or response.text
                raise ProviderError(
                    f"the service principal {self.account.client_id} could not log in to"
                    f" {self.account.authority}: {reason}; check ARM_CLIENT_ID, ARM_CLIENT_SECRET"
                    " and ARM_TENANT_ID"
                )
            self._token = str(answer["access_token"])
            self._expires = time.time() + int(answer["expires_in"]) - _TOKEN_MARGIN_SECONDS
            return self._token

    def claims(self) -> Json:
        """What the token says of its holder; not verified, that is for those who accept it."""
        payload = self.token().split(".")[1]
        return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def _retryable(response: httpx.Response) -> bool:
    if response.status_code == HTTPStatus.CONFLICT:
        return error_of(body_of(response)).get("code") == "AnotherOperationInProgress"
    return response.status_code in _RETRYABLE


def retry_after(response: httpx.Response, otherwise: float) -> float:
    """The seconds that the answer asks to wait."""
    try:
        return float(response.headers["Retry-After"])
    except (KeyError, ValueError):
        return otherwise


def body_of(response: httpx.Response) -> Json:
    """The JSON object of the answer; {} if it has none."""
    try:
        found = response.json()
    except ValueError:
        return {}
    return cast("Json", found) if isinstance(found, dict) else {}


def error_of(answer: Json) -> Json:
    """`{code, message, ...}` of an error answer; AKS also sends it without the `error` around."""
    inner: Any = answer.get("error", answer)
    return cast("Json", inner) if isinstance(inner, dict) else {}


def refusal(response: httpx.Response, doing: str) -> ProviderError:
    """The service's own words, and what was being done."""
    error = error_of(body_of(response))
    code, message = error.get("code", ""), error.get("message", response.text[:500])
    return ProviderError(
        f'{doing}: Status={response.status_code} Code="{code}" Message="{message}"'
    )
