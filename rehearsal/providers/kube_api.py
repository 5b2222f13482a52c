"""The few calls of a Kubernetes API server that the provider makes."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

import httpx

from rehearsal.providers.errors import ProviderError
from rehearsal.providers.kubeconfig import Credential
from rehearsal.providers.rest import body_of, retry_after

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rehearsal.providers.codec import Json
    from rehearsal.providers.kubeconfig import Access

_ATTEMPTS: Final = 10  # client-go's, `rest/request.go`, for answers with a Retry-After
_CREATE_ATTEMPTS: Final = 5  # the vendor's, `provider/pkg/await/await.go`
_DELETE_TIMEOUT_SECONDS: Final = 600.0  # the vendor's default
_DELETE_POLL_SECONDS: Final = 0.2
_RETRYABLE: Final = frozenset({429, 500, 502, 503, 504})


class KubeError(ProviderError):
    """The API server's refusal: its HTTP status and its words."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class UnreachableError(ProviderError):
    """The API server did not answer."""


@dataclass(frozen=True)
class Resource:
    """What discovery says of a kind."""

    plural: str
    namespaced: bool


class KubeApi:
    """Objects are whole documents with apiVersion, kind and metadata."""

    def __init__(
        self,
        access: Access,
        environment: Mapping[str, str],
        client: httpx.Client,
        wait: Callable[[float], None],
    ) -> None:
        self._base = access.server
        self._credential = Credential(access, environment)
        self._client = client
        self._wait = wait
        self._lock = threading.Lock()
        self._kinds: dict[str, dict[str, Resource]] = {}

    def resource(self, api_version: str, kind: str) -> Resource:
        """The plural and scope of a kind, by discovery.

        Raises:
            KubeError: The server does not know it.
        """
        with self._lock:
            known = self._kinds.get(api_version)
            if known is None or kind not in known:
                path = f"/{'apis' if '/' in api_version else 'api'}/{api_version}"
                found = cast("list[Json]", self._send("GET", path).get("resources", []))
                self._kinds[api_version] = known = {
                    str(item["kind"]): Resource(str(item["name"]), bool(item["namespaced"]))
                    for item in found
                    if "/" not in str(item["name"])
                }
        if kind not in known:
            raise KubeError(
                HTTPStatus.NOT_FOUND,
                "NotFound",
                f'no matches for kind "{kind}" in "{api_version}"',
            )
        return known[kind]

    def path(self, api_version: str, kind: str, namespace: str, name: str) -> str:
        """The URL path of an object."""
        found = self.resource(api_version, kind)
        scope = f"/namespaces/{namespace or 'default'}" if found.namespaced else ""
        group = f"/{'apis' if '/' in api_version else 'api'}/{api_version}"
        return f"{group}{scope}/{found.plural}/{name}"

    def get(self, path: str) -> Json | None:
        """The object, or None."""
        try:
            return self._send("GET", path)
        except KubeError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def apply(self, path: str, document: Json, manager: str, *, force: bool, dry_run: bool) -> Json:
        """Server-side apply; makes the object if there is none, and validates every field.

        A namespace that was made a moment ago may be missing still, which is tried again.
        """
        query = {"fieldManager": manager, "fieldValidation": "Strict", "force": str(force).lower()}
        if dry_run:
            query["dryRun"] = "All"
        for attempt in range(_CREATE_ATTEMPTS):
            try:
                return self._send("PATCH", path, query, document)
            except KubeError as error:
                last = dry_run or attempt == _CREATE_ATTEMPTS - 1
                if error.status != HTTPStatus.NOT_FOUND or last:
                    raise
                self._wait(2.0**attempt)
        raise AssertionError("the last attempt returns or raises")

    def delete(self, path: str, policy: str, timeout_seconds: float) -> None:
        """Delete the object and wait until it is gone; one that is not there is no error.

        Raises:
            ProviderError: It is still there when the time is up.
        """
        live = self.get(path)
        if live is None:
            return
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": policy}
        try:
            self._send("DELETE", path, body=options)
        except KubeError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
        self.wait_until_gone(path, live["metadata"]["uid"], timeout_seconds)

    def wait_until_gone(self, path: str, uid: str, timeout_seconds: float) -> None:
        """Wait until an object that is being deleted is gone; another of its name does not count.

        Raises:
            ProviderError: It is still there when the time is up.
        """
        patience = timeout_seconds or _DELETE_TIMEOUT_SECONDS
        limit = time.monotonic() + patience
        while True:
            live = self.get(path)
            if live is None or live["metadata"]["uid"] != uid:
                return
            if time.monotonic() > limit:
                held = ", ".join(live["metadata"].get("finalizers") or []) or "no finalizer"
                raise ProviderError(
                    f"timed out after {patience:.0f} s waiting for {path} to be deleted (held by"
                    f" {held}); look at its status.conditions, then run destroy again"
                )
            self._wait(_DELETE_POLL_SECONDS)

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
    ) -> Json:
        kind = "application/apply-patch+yaml" if method == "PATCH" else "application/json"
        renew = False
        attempt = 0
        while True:
            token = self._credential.token(renew=renew)
            headers = {"Accept": "application/json", "Content-Type": kind}
            headers |= {"Authorization": f"Bearer {token}"} if token else {}
            try:
                response = self._client.request(
                    method,
                    self._base + path,
                    params=query or None,
                    content=None if body is None else json.dumps(body).encode(),
                    headers=headers,
                )
            except httpx.TransportError as error:
                raise UnreachableError(
                    f"configured Kubernetes cluster is unreachable: {self._base}: {error}"
                ) from error
            unauthorized = response.status_code == HTTPStatus.UNAUTHORIZED
            if unauthorized and token and not renew:
                renew = True
                continue
            retry = response.status_code in _RETRYABLE and "Retry-After" in response.headers
            if not retry or attempt == _ATTEMPTS:
                return _accepted(response)
            attempt += 1
            self._wait(retry_after(response, 1.0))


def _accepted(response: httpx.Response) -> Json:
    answer = body_of(response)
    if response.is_success:
        return answer
    message: Any = answer.get("message") or response.text[:500]
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        message = f"{message}: the API server does not accept the login of the kubeconfig's user"
    raise KubeError(response.status_code, str(answer.get("reason", "")), str(message))
