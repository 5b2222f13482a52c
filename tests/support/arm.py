"""A local Azure without its HTTP server and without real clusters, and calls to its ARM plane."""

from __future__ import annotations

import json
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

from rehearsal.cloud.aks.runtime import ClusterEndpoint, ClusterFailedError
from rehearsal.cloud.assembly import assemble
from rehearsal.cloud.entra import tokens
from rehearsal.cloud.store import Store
from rehearsal.cloud.web import Reply, Request
from rehearsal.cloud.world import World
from rehearsal.home import Home

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.cloud.aks.runtime import ClusterSpec
    from rehearsal.cloud.clock import Clock
    from rehearsal.cloud.context import Cloud

WORLD = World.load()
SUBSCRIPTION = f"/subscriptions/{WORLD.subscription_id}"
AKS = "Microsoft.ContainerService/managedClusters"
WORKSPACES = "Microsoft.OperationalInsights/workspaces"
ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"
DEFINITIONS = "Microsoft.Authorization/roleDefinitions"
CLUSTER_USER = "4abbcc35-e782-43d8-92c5-2d3f1bd2253f"
CLUSTER_ADMIN = "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
SG_PAYMENTS = "0a1b2c3d-0000-4000-8000-000000000402"
SG_ADMINS = "0a1b2c3d-0000-4000-8000-000000000401"


class RecordingRuntime:
    """A ClusterRuntime that only writes down what it was asked for."""

    def __init__(self) -> None:
        self.ensured: list[ClusterSpec] = []
        self.stopped: list[str] = []
        self.deleted: list[str] = []
        self.failure: str | None = None
        self.gate = threading.Event()
        """Closed by a test that wants an operation to take its time."""
        self.gate.set()

    def ensure(self, spec: ClusterSpec) -> None:
        self.ensured.append(spec)
        assert self.gate.wait(10), "the test never opened the gate"
        if self.failure is not None:
            raise ClusterFailedError(self.failure)

    def endpoint(self, cluster_id: str) -> ClusterEndpoint:
        self._check(cluster_id)
        return ClusterEndpoint("https://localhost:6443", b"ca")

    def admin_certificate(self, cluster_id: str) -> tuple[bytes, bytes]:
        self._check(cluster_id)
        return b"certificate", b"key"

    def stop(self, cluster_id: str) -> None:
        self._check(cluster_id)
        self.stopped.append(cluster_id)

    def delete(self, cluster_id: str) -> None:
        self.deleted.append(cluster_id)

    def stop_all(self) -> None:
        """Nothing runs."""

    def _check(self, cluster_id: str) -> None:
        if not any(spec.cluster_id == cluster_id for spec in self.ensured):
            raise KeyError(cluster_id)


def join_workers() -> None:
    """Wait for the threads of all operations, so that the store can be closed."""
    for thread in threading.enumerate():
        if thread.name.startswith(("deployment/", "managedCluster/", "resourceGroup/", "restart ")):
            thread.join(10)


def local_cloud(root: Path, runtime: RecordingRuntime, clock: Clock) -> Cloud:
    """A local Azure that keeps its state below `root`; a second one there continues the first."""
    home = Home(root).create()
    return assemble(home, Store(home.database), 12345, clock=clock, runtime=runtime)


class Arm:
    """Calls to the ARM plane of a local Azure, as any account of world.yaml."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def token(self, who: str, **changes: Any) -> str:
        """An access token for ARM, with some claims changed."""
        account = WORLD.account(who)
        now = int(self.cloud.clock.now().timestamp())
        claims: dict[str, Any] = {
            "aud": self.cloud.origin,
            "iss": tokens.v1_issuer(account.tenant_id),
            "tid": account.tenant_id,
            "oid": account.object_id,
            "appid": account.app_id or "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
            "nbf": now,
            "exp": now + 3600,
        }
        return tokens.issue(self.cloud, {**claims, **changes})

    def call(  # noqa: PLR0913 - an HTTP call has this many parts
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        who: str = "deployer",
        version: str = "2025-09-01",
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """The reply; an empty version sends none."""
        parameters = {**({"api-version": version} if version else {}), **(query or {})}
        sent = {"authorization": f"Bearer {self.token(who)}", **(headers or {})}
        content = b"" if body is None else json.dumps(body).encode()
        return self.cloud.router.handle(Request(method, path, parameters, sent, content))

    def done(self, reply: Reply) -> dict[str, Any]:
        """The end of the operation that a reply has started; it is polled as clients do."""
        address = reply.headers.get("Azure-AsyncOperation") or reply.headers["Location"]
        path, _, version = address.removeprefix(self.cloud.origin).partition("?api-version=")
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            found = self.call("GET", path, version=version)
            body: dict[str, Any] = found.body or {}
            if found.status != 202 and body.get("status") not in {"InProgress", "Running"}:
                return {"http": found.status, **body}
            time.sleep(0.005)
        message = f"the operation at {path} did not end"
        raise AssertionError(message)

    def assign(self, scope: str, role: str, principal_id: str, **properties: Any) -> Reply:
        """Give a role, under a new name, as the deployer."""
        body = {"properties": {"principalId": principal_id, **role_reference(role), **properties}}
        path = f"{scope}/providers/{ASSIGNMENTS}/{uuid.uuid4()}"
        return self.call("PUT", path, body, version="2022-04-01")

    def group(self, name: str = "rg-aks-dev") -> str:
        """Make a resource group; its id."""
        path = f"{SUBSCRIPTION}/resourcegroups/{name}"
        reply = self.call("PUT", path, {"location": "westeurope"}, version="2024-03-01")
        assert reply.status in {200, 201}, reply
        return reply.body["id"]

    def workspace(self, group: str, **properties: Any) -> str:
        """Make a Log Analytics workspace; its id."""
        path = f"{group}/providers/{WORKSPACES}/logs-dev"
        reply = self.call("PUT", path, {"location": "westeurope", "properties": properties})
        assert reply.status == 201, reply
        return path

    def cluster(self, group: str, name: str = "aks-dev", **properties: Any) -> str:
        """Make a cluster and wait for it; its id."""
        path = cluster_path(group, name)
        reply = self.call("PUT", path, cluster_body(**properties))
        assert reply.status == 201, reply
        assert self.done(reply)["status"] == "Succeeded"
        return path


def role_reference(role: str) -> dict[str, str]:
    """`roleDefinitionId` for a role's GUID."""
    return {"roleDefinitionId": f"{SUBSCRIPTION}/providers/{DEFINITIONS}/{role}"}


def cluster_path(group: str, name: str = "aks-dev") -> str:
    """The path of a cluster in the group of that id."""
    return f"{group}/providers/{AKS}/{name}"


def cluster_body(**properties: Any) -> dict[str, Any]:
    """A body for a cluster with managed Entra and local accounts off, with properties changed."""
    return {
        "location": "westeurope",
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "dnsPrefix": "aks-dev",
            "kubernetesVersion": "1.34",
            "enableRBAC": True,
            "disableLocalAccounts": True,
            "aadProfile": {"managed": True, "adminGroupObjectIDs": [SG_ADMINS]},
            "agentPoolProfiles": [
                {"name": "system", "mode": "System", "count": 2, "vmSize": "Standard_D4ds_v5"}
            ],
            **properties,
        },
    }


def error(reply: Reply) -> tuple[int, str]:
    """Status and code of a refusal, in whichever envelope it came."""
    return reply.status, reply.body.get("error", reply.body)["code"]
