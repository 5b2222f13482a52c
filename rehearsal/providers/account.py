"""Which cloud the providers talk to: the one on this machine, and no other."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import httpx

from rehearsal.providers.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIMEOUT_SECONDS: Final = 60.0


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
    """Empty for a job of GitHub Actions, which shows a token of its own instead."""
    job_token_url: str
    """Where the job gets that token, with `job_token_bearer`; both empty without a job."""
    job_token_bearer: str
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
        # As both vendors' providers read it.
        is_job = environment.get("ARM_USE_OIDC", "").lower() in {"true", "1"}
        return cls(
            arm=need("ARM_ENDPOINT").rstrip("/"),
            graph=need("GRAPH_ENDPOINT").rstrip("/"),
            authority=need("AZURE_AUTHORITY_HOST").rstrip("/"),
            tenant_id=need("ARM_TENANT_ID"),
            subscription_id=need("ARM_SUBSCRIPTION_ID"),
            client_id=need("ARM_CLIENT_ID"),
            client_secret="" if is_job else need("ARM_CLIENT_SECRET"),
            job_token_url=need("ACTIONS_ID_TOKEN_REQUEST_URL") if is_job else "",
            job_token_bearer=need("ACTIONS_ID_TOKEN_REQUEST_TOKEN") if is_job else "",
            ca_file=environment.get("SSL_CERT_FILE", ""),
        )

    def client(self, transport: httpx.BaseTransport | None = None) -> httpx.Client:
        """A client that trusts the local Azure's CA."""
        return loopback_client(ssl.create_default_context(cafile=self.ca_file or None), transport)
