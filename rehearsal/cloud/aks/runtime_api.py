"""The few requests that the runtime itself makes of a cluster's API server, as `aksService`."""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from rehearsal.cloud.aks.runtime_files import ClusterFiles

Json = dict[str, Any]

_FIELD_MANAGER = "aks"
_TIMEOUT_SECONDS = 10.0
_NOT_FOUND = 404


class ApiError(Exception):
    """The API server refused, or could not be reached; the message is its own."""


class AdminClient:
    """Talks to one API server with the client certificate that AKS keeps to itself."""

    def __init__(self, files: ClusterFiles, port: int) -> None:
        context = ssl.create_default_context(cafile=str(files.ca_certificate))
        context.load_cert_chain(files.certificate("aks-service"), files.key("aks-service"))
        self._http = httpx.Client(
            base_url=f"https://127.0.0.1:{port}",
            verify=context,
            timeout=_TIMEOUT_SECONDS,
            # Loopback is never behind a proxy.
            trust_env=False,
        )

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def ready(self) -> str:
        """An empty text when `/readyz` says ok, else what it says."""
        try:
            answer = self._http.get("/readyz?verbose")
        except httpx.HTTPError as error:
            return str(error)
        if answer.is_success:
            return ""
        failed = [line for line in answer.text.splitlines() if line.startswith("[-]")]
        return "; ".join(failed) or answer.text

    def get(self, path: str) -> Json | None:
        """The object or list at `path`, None if there is none; ApiError otherwise."""
        answer = self._request("GET", path)
        return None if answer.status_code == _NOT_FOUND else _checked(answer)

    def apply(self, path: str, document: Json) -> Json:
        """Server-side apply of `document` at `path`: creates it, or brings it in line."""
        answer = self._request(
            "PATCH",
            f"{path}?fieldManager={_FIELD_MANAGER}&force=true",
            content=json.dumps(document),
            headers={"Content-Type": "application/apply-patch+yaml"},
        )
        return _checked(answer)

    def delete(self, path: str) -> None:
        """Delete what is at `path`; nothing happens if there is none."""
        answer = self._request("DELETE", path)
        if answer.status_code != _NOT_FOUND:
            _checked(answer)

    def _request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **arguments)
        except httpx.HTTPError as error:
            raise ApiError(f"{method} {path}: {error}") from error


def _checked(answer: httpx.Response) -> Json:
    if not answer.is_success:
        raise ApiError(f"{answer.request.method} {answer.request.url.path}: {answer.text}")
    return answer.json()
