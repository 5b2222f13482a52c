"""One real cluster, with a local Azure over TLS that its API server asks about tokens."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from rehearsal import toolchain
from rehearsal.cloud.aks.kubeconfig import SERVER_APP_ID
from rehearsal.cloud.aks.runtime_local import LocalRuntime
from rehearsal.cloud.arm import role_assignments
from rehearsal.cloud.arm.roles import role_named
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
class Said:
    """How a kubectl ended."""

    code: int
    out: str
    error: str


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

    def kubectl(self, token: str, *words: str) -> Said:
        """How a kubectl with that token, and with nobody's configuration, ends."""
        home = self.cloud.home.root
        endpoint = self.runtime.endpoint(self.spec.cluster_id)
        authority = home / "cluster-ca.crt"
        authority.write_bytes(endpoint.ca_certificate)
        connection = ["--server", endpoint.server, "--certificate-authority", str(authority)]
        own = ["--token", token, "--cache-dir", str(home / "cache")]
        done = subprocess.run(
            [str(toolchain.find().kubectl), *connection, *own, *words],
            env={**os.environ, "KUBECONFIG": os.devnull},
            capture_output=True,
            text=True,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def azure(self) -> httpx.Client:
        """An HTTP client that trusts the local Azure."""
        trust = ssl.create_default_context(cafile=str(self.cloud.home.ca_certificate))
        return httpx.Client(verify=trust, timeout=30, trust_env=False)


class Person:
    """Somebody of the tenant, unknown to every cache, with kubectl and a token."""

    def __init__(self, running: RunningCluster, groups: tuple[str, ...] = ()) -> None:
        self.object_id = str(uuid.uuid4())
        self._running = running
        self._token = running.token(
            oid=self.object_id, upn=f"{self.object_id}@contoso.example", groups=[*groups]
        )

    def kubectl(self, *words: str) -> Said:
        """What kubectl says to these words."""
        return self._running.kubectl(self._token, *words)

    def given(self, role: str, namespace: str = "") -> Person:
        """The same with an Azure role, at a namespace or on the whole cluster."""
        below = f"/namespaces/{namespace}" if namespace else ""
        role_assignments.put(
            self._running.cloud,
            scope=f"{self._running.spec.cluster_id}{below}",
            role=role_named(role),
            principal_id=self.object_id,
            principal_type="User",
            subscription_id=self._running.spec.cluster_id.split("/")[2],
        )
        return self


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
def spec_changes() -> dict[str, Any]:
    """What a module wants of its cluster besides the usual."""
    return {}


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, spec_changes: dict[str, Any]
) -> Iterator[RunningCluster]:
    """The cluster `aks-dev`, ready; it is deleted at the end."""
    home = Home(tmp_path_factory.mktemp("home")).create()
    store = Store(home.database)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        runtime = LocalRuntime(home, toolchain.find(), f"https://localhost:{port}")
        cloud = assemble(home, store, port, clock=SystemClock(), runtime=runtime)
        spec = cluster_spec(tenant_id=cloud.directory.tenant().id, **spec_changes)
        with served(cloud, listener):
            runtime.ensure(spec)
            yield RunningCluster(cloud, runtime, spec)
            runtime.delete(spec.cluster_id)
    store.close()
