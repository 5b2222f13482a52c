"""Requests to ARM and Microsoft Graph on this machine: login, retries, the vendor's error texts."""

from __future__ import annotations

import base64
import json
import threading
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

import httpx

from rehearsal.providers.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rehearsal.providers.account import Account
    from rehearsal.providers.codec import Json

_TOKEN_MARGIN_SECONDS = 120
_SERVER_ERRORS = frozenset({500, 502, 503, 504})


@dataclass(frozen=True)
class Retries:
    """When a vendor's client sends a request again."""

    waits: tuple[float, ...]
    """Seconds before each further attempt, unless the answer has a Retry-After."""
    statuses: frozenset[int]
    resent: frozenset[str]
    """Methods sent again after the connection broke; others may have been carried out."""
    conflicts: frozenset[str] = frozenset()
    """Codes with which a 409 is a reason as well."""

    def send(
        self,
        method: str,
        attempt: Callable[[], httpx.Response],
        wait: Callable[[float], None],
        also: frozenset[int] = frozenset(),
    ) -> httpx.Response:
        """The first answer that is no reason to try again, or the last; `also` are more statuses.

        Raises:
            httpx.TransportError: There was none.
        """
        for seconds in self.waits:
            try:
                response = attempt()
            except httpx.TransportError:
                if method not in self.resent:
                    raise
                wait(seconds)
                continue
            if response.status_code not in also and not self._again(response):
                return response
            wait(retry_after(response, seconds))
        return attempt()

    def _again(self, response: httpx.Response) -> bool:
        if response.status_code == HTTPStatus.CONFLICT:
            return error_of(body_of(response)).get("code") in self.conflicts
        return response.status_code in self.statuses


_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_ALL = _READS | {"DELETE", "PATCH", "POST", "PUT"}
# azure-native's, `provider/pkg/azure/client_azcore.go`.
ARM_RETRIES = Retries(
    (20.0, 60.0, 120.0),
    _SERVER_ERRORS | {408, 429},
    _ALL,
    conflicts=frozenset({"AnotherOperationInProgress"}),
)
# azuread's, hashicorp/go-azure-sdk `sdk/client/client.go`; the vendor waits longer in the end.
GRAPH_RETRIES = Retries((1.0, 2.0, 4.0, 8.0, 16.0, 32.0), _SERVER_ERRORS | {408, 424, 429}, _READS)
# azcore's defaults, `sdk/azcore/policy`, with which azidentity logs in.
_LOGIN_RETRIES = Retries((0.8, 2.4, 5.6), _SERVER_ERRORS | {408, 429}, _ALL)
_JOB_REMEDY = "that the application has a federated credential for this job's subject"


class Session:
    """Authenticated requests to one audience; safe to use from several threads."""

    def __init__(
        self,
        account: Account,
        audience: str,
        client: httpx.Client,
        wait: Callable[[float], None],
        retries: Retries,
    ) -> None:
        self.account = account
        self.wait = wait
        self._audience = audience
        self._client = client
        self._retries = retries
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

        def attempt() -> httpx.Response:
            response = self._once(method, url, params, body)
            if response.status_code == HTTPStatus.UNAUTHORIZED:
                response = self._once(method, url, params, body, renew=True)
            return response

        return self._retries.send(method, attempt, self.wait, also_retry)

    def _once(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None,
        body: Json | None,
        *,
        renew: bool = False,
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
            response = _LOGIN_RETRIES.send("POST", self._log_in, self.wait)
            answer = body_of(response)
            if response.status_code != HTTPStatus.OK:
                reason = answer.get("error_description") or answer.get("error") or response.text
                raise ProviderError(
                    f"the service principal {self.account.client_id} could not log in to"
                    f" {self.account.authority}: {reason}; check ARM_CLIENT_ID, ARM_TENANT_ID and"
                    f" {'ARM_CLIENT_SECRET' if self.account.client_secret else _JOB_REMEDY}"
                )
            self._token = str(answer["access_token"])
            self._expires = time.time() + int(answer["expires_in"]) - _TOKEN_MARGIN_SECONDS
            return self._token

    def _log_in(self) -> httpx.Response:
        return self._client.post(
            f"{self.account.authority}/{self.account.tenant_id}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": self.account.client_id,
                "scope": f"{self._audience}/.default",
                **self._proof(),
            },
        )

    def _proof(self) -> dict[str, str]:
        """What shows that this is the service principal: its secret, or a token of its job."""
        if self.account.client_secret:
            return {"client_secret": self.account.client_secret}
        address = httpx.URL(self.account.job_token_url)
        response = self._client.get(
            address.copy_set_param("audience", "api://AzureADTokenExchange"),
            headers={"Authorization": f"Bearer {self.account.job_token_bearer}"},
        )
        if response.status_code != HTTPStatus.OK:
            raise ProviderError(f"the job gets no token of its own: {response.text[:500]}")
        return {
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": str(body_of(response)["value"]),
        }

    def claims(self) -> Json:
        """What the token says of its holder; not verified, that is for those who accept it."""
        payload = self.token().split(".")[1]
        return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


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
