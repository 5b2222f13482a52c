"""ARM's calls: existence, PUT and DELETE to their ends, registration of resource providers."""

from __future__ import annotations

import re
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import httpx

from rehearsal.providers.codec import section
from rehearsal.providers.errors import ProviderError
from rehearsal.providers.rest import body_of, error_of, refusal, retry_after

if TYPE_CHECKING:
    from rehearsal.providers.codec import Json
    from rehearsal.providers.rest import Session

# azure-native's waits where an answer has no Retry-After (`provider/pkg/azure/client_azcore.go`).
PUT_POLL_SECONDS: Final = 10.0
DELETE_POLL_SECONDS: Final = 30.0
# azcore's provider registration (`sdk/azcore/arm/runtime/policy_register_rp.go`).
REGISTRATION_POLL_SECONDS: Final = 10.0
REGISTRATION_ATTEMPTS: Final = 30
_PROVIDERS_API_VERSION: Final = "2021-04-01"
_FINAL = frozenset({"Succeeded", "Failed", "Canceled"})


class OperationFailedError(ProviderError):
    """ARM accepted the PUT, and the work then failed: the object exists."""


class Arm:
    """Paths are ARM ids, such as `/subscriptions/...`; answers are whole bodies."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._base = session.account.arm

    def get(self, path: str, api_version: str) -> Json | None:
        """The object, or None where there is none."""
        response = self._session.send("GET", self._base + path, params={"api-version": api_version})
        if response.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.NO_CONTENT}:
            return None
        if response.status_code != HTTPStatus.OK:
            raise refusal(response, f"reading {path}")
        return body_of(response) or None

    def put(self, path: str, api_version: str, body: Json, timeout_seconds: float = 0) -> None:
        """Create or replace the object, and wait until ARM is done.

        Raises:
            OperationFailedError: It was accepted, and failed, or is not done in time.
            ProviderError: It was refused.
        """
        url = self._base + path
        query = {"api-version": api_version}
        response = self._session.send("PUT", url, params=query, body=body)
        if self._registered(response):
            response = self._session.send("PUT", url, params=query, body=body)
        if response.status_code not in {
            HTTPStatus.OK,
            HTTPStatus.CREATED,
            HTTPStatus.ACCEPTED,
        }:
            raise refusal(response, f"writing {path}")
        try:
            self._follow(response, path, api_version, PUT_POLL_SECONDS, timeout_seconds)
        except (ProviderError, httpx.HTTPError) as error:
            raise OperationFailedError(str(error)) from error

    def settle(self, path: str, api_version: str, timeout_seconds: float = 0) -> str:
        """Wait until nobody works on the object any more; its provisioning state, "" if none."""
        limit = time.monotonic() + timeout_seconds if timeout_seconds else None
        while True:
            state = provisioning_state(self.get(path, api_version) or {})
            if not state or state in _FINAL:
                return state
            self._pause(1.0, limit, path)

    def post(self, path: str, api_version: str, body: Json | None = None) -> Json:
        """Call an action of the object."""
        response = self._session.send(
            "POST", self._base + path, params={"api-version": api_version}, body=body or {}
        )
        if response.status_code not in {HTTPStatus.OK, HTTPStatus.CREATED}:
            raise refusal(response, f"calling {path}")
        return body_of(response)

    def delete(self, path: str, api_version: str, timeout_seconds: float = 0) -> None:
        """Delete the object and wait for its end; one that is not there is no error."""
        response = self._session.send(
            "DELETE", self._base + path, params={"api-version": api_version}
        )
        if response.status_code == HTTPStatus.NOT_FOUND:
            return
        if response.status_code not in {
            HTTPStatus.OK,
            HTTPStatus.ACCEPTED,
            HTTPStatus.NO_CONTENT,
        }:
            raise refusal(response, f"deleting {path}")
        self._follow(response, path, api_version, DELETE_POLL_SECONDS, timeout_seconds)

    def _follow(
        self, response: httpx.Response, path: str, api_version: str, pause: float, timeout: float
    ) -> None:
        """Poll as azcore does: the operation, else the location, else the object itself."""
        limit = time.monotonic() + timeout if timeout else None
        state = provisioning_state(body_of(response))
        query: dict[str, str] = {}
        if "Azure-AsyncOperation" in response.headers:
            url, read = response.headers["Azure-AsyncOperation"], _operation_state
            state = state if state in _FINAL else "InProgress"
        elif "Location" in response.headers and response.status_code == HTTPStatus.ACCEPTED:
            url, read = response.headers["Location"], _location_state
            state = "InProgress"
        else:
            url, read, query = self._base + path, _object_state, {"api-version": api_version}
            state = state or "Succeeded"
        while state not in _FINAL:
            self._pause(retry_after(response, pause), limit, path)
            response = self._session.send("GET", url, params=query)
            state = read(response, path)
        if state != "Succeeded":
            error = error_of(body_of(response))
            raise ProviderError(
                f'{path} ended {state}: Code="{error.get("code", state)}"'
                f' Message="{error.get("message", "the service gives no reason")}"'
            )

    def _pause(self, seconds: float, limit: float | None, path: str) -> None:
        if limit is not None and time.monotonic() + seconds > limit:
            raise ProviderError(
                f"{path} was not done in the time that the program's customTimeouts allow"
            )
        self._session.wait(seconds)

    def _registered(self, response: httpx.Response) -> bool:
        """Register the resource provider that a refusal names; whether there was one."""
        error = error_of(body_of(response))
        if error.get("code") != "MissingSubscriptionRegistration":
            return False
        quoted = re.findall(r"'([^']*)'", str(error.get("message", "")))
        if not quoted:
            return False
        path = f"/subscriptions/{self._session.account.subscription_id}/providers/{quoted[-1]}"
        self.post(f"{path}/register", _PROVIDERS_API_VERSION)
        for _ in range(REGISTRATION_ATTEMPTS):
            found = self.get(path, _PROVIDERS_API_VERSION) or {}
            if found.get("registrationState") == "Registered":
                return True
            self._session.wait(REGISTRATION_POLL_SECONDS)
        raise ProviderError(f"the resource provider {quoted[-1]} is still not registered")


def _operation_state(response: httpx.Response, path: str) -> str:
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        raise refusal(response, f"waiting for {path}")
    return str(body_of(response).get("status", ""))


def _location_state(response: httpx.Response, path: str) -> str:
    if response.status_code == HTTPStatus.ACCEPTED:
        return "InProgress"
    return "Succeeded" if response.status_code == HTTPStatus.NOT_FOUND else _checked(response, path)


def _object_state(response: httpx.Response, path: str) -> str:
    if response.status_code == HTTPStatus.NOT_FOUND:
        return "Succeeded"
    return provisioning_state(body_of(response)) or _checked(response, path)


def _checked(response: httpx.Response, path: str) -> str:
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        raise refusal(response, f"waiting for {path}")
    return "Succeeded"


def provisioning_state(answer: Json) -> str:
    """`properties.provisioningState`; "" where there is none."""
    return str(section(answer, "properties").get("provisioningState", ""))
