"""Requests to ARM and Microsoft Graph on this machine: login, retries, the vendor's error texts.

Retries are azure-native's (`provider/pkg/azure/client_azcore.go`): 408, 429 and 5xx after 20, 60
and 120 s unless the answer has a Retry-After, and a 409 only for `AnotherOperationInProgress`.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

import httpx

from rehearsal.providers.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rehearsal.providers.account import Account
    from rehearsal.providers.codec import Json

_BACKOFF_SECONDS = (20.0, 60.0, 120.0)
_RETRYABLE = frozenset({408, 429, 500, 502, 503, 504})
_TOKEN_MARGIN_SECONDS = 120


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
        renew = False
        attempt = 0
        while True:
            last = attempt == len(_BACKOFF_SECONDS)
            try:
                response = self._once(method, url, params, body, renew=renew)
            except httpx.TransportError:
                # A POST may have been carried out, and must not be twice.
                if last or method == "POST":
                    raise
                self.wait(_BACKOFF_SECONDS[attempt])
                attempt += 1
                continue
            if response.status_code == HTTPStatus.UNAUTHORIZED and not renew:
                renew = True
                continue
            if last or not (response.status_code in also_retry or _retryable(response)):
                return response
            self.wait(retry_after(response, _BACKOFF_SECONDS[attempt]))
            attempt += 1

    def _once(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None,
        body: Json | None,
        *,
        renew: bool,
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token(renew=renew)}"}
        if body is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        content = None if body is None else json.dumps(body).encode()
        # A URL that a service gave has its own query, which empty params would remove.
        return self._client.request(
            method, url, params=params or None, content=content, headers=headers
        )

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
