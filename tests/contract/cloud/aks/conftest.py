"""One real cluster, with a local Azure over TLS that its API server asks about tokens."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from rehearsal import toolchain
from rehearsal.cloud.aks.kubeconfig import SERVER_APP_ID
from rehearsal.cloud.aks.runtime_local import LocalRuntime
from rehearsal.cloud.assembly import assemble
from rehearsal.cloud.clock import SystemClock
from rehearsal.cloud.entra.tokens import issue, v1_issuer
from rehearsal.cloud.store import Store
from rehearsal.home import Home
from tests.support.clusters import cluster_spec, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rehearsal.cloud.aks.runtime import ClusterSpec
    from rehearsal.cloud.context import Cloud


@dataclass(frozen=True)
class RunningCluster:
    """A cluster, who runs it, and ways to talk to it."""

    cloud: Cloud
    runtime: LocalRuntime
    spec: ClusterSpec

    def token(self, **changes: Any) -> str:
        """A user's access token for the cluster; None takes a claim out."""
        now = int(self.cloud.clock.now().timestamp())
        claims = {
            "aud": SERVER_APP_ID,
            "iss": v1_issuer(self.spec.tenant_id),
            "tid": self.spec.tenant_id,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "oid": "44444444-4444-4444-8444-444444444444",
            "upn": "someone@contoso.example",
            **changes,
        }
        return issue(self.cloud, {key: value for key, value in claims.items() if value is not None})

    def client(self, token: str | None = None) -> httpx.Client:
        """An HTTP client that the API server knows by a token, else as the local admin."""
        return client_of(self.runtime, self.spec.cluster_id, self.cloud.home.root, token)


def client_of(
    runtime: LocalRuntime, cluster_id: str, scratch: Path, token: str | None = None
) -> httpx.Client:
    """A client of a cluster's API server, by a token or by the local admin's certificate."""
    endpoint = runtime.endpoint(cluster_id)
    trust = ssl.create_default_context(cadata=endpoint.ca_certificate.decode())
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if token is None:
        certificate, key = runtime.admin_certificate(cluster_id)
        pair = scratch / "admin.pem"
        pair.write_bytes(certificate + key)
        trust.load_cert_chain(pair)
    return httpx.Client(base_url=endpoint.server, verify=trust, headers=headers, timeout=30)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCluster]:
    """The cluster `aks-dev`, ready; it is deleted at the end."""
    home = Home(tmp_path_factory.mktemp("home")).create()
    store = Store(home.database)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        runtime = LocalRuntime(home, toolchain.find(), f"https://localhost:{port}")
        cloud = assemble(home, store, port, clock=SystemClock(), runtime=runtime)
        spec = cluster_spec(tenant_id=cloud.directory.tenant().id)
        with served(cloud, listener):
            runtime.ensure(spec)
            yield RunningCluster(cloud, runtime, spec)
            runtime.delete(spec.cluster_id)
    store.close()
