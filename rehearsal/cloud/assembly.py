"""Puts a local Azure together from its parts: state, identity, clusters, planes."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from rehearsal import toolchain
from rehearsal.cloud import arm, entra, faults_admin, github, graph, portal
from rehearsal.cloud.aks import authenticator, authorizer, issuer
from rehearsal.cloud.aks.runtime import ClusterFailedError
from rehearsal.cloud.aks.runtime_local import LocalRuntime
from rehearsal.cloud.clock import SystemClock
from rehearsal.cloud.context import Cloud
from rehearsal.cloud.faults import Faults
from rehearsal.cloud.graph.directory import Directory
from rehearsal.cloud.graph.unseen import Unseen
from rehearsal.cloud.keys import SigningKeys
from rehearsal.cloud.web import Reply, Router
from rehearsal.cloud.world import World

if TYPE_CHECKING:
    from rehearsal.cloud.aks.runtime import ClusterEndpoint, ClusterRuntime, ClusterSpec
    from rehearsal.cloud.clock import Clock
    from rehearsal.cloud.store import Store
    from rehearsal.cloud.web import Request
    from rehearsal.home import Home

HEALTH = "/_local/health"


def assemble(
    home: Home,
    store: Store,
    port: int,
    *,
    clock: Clock | None = None,
    runtime: ClusterRuntime | None = None,
) -> Cloud:
    """A local Azure with all its routes; an empty store gets the tenant of world.yaml.

    Args:
        home: Its directory, which was created.
        store: Its state.
        port: The port that it will be served at.
        clock: The time; the machine's unless given.
        runtime: What runs its clusters; processes on this machine unless given.
    """
    used_clock = clock or SystemClock()
    origin = f"https://localhost:{port}"
    faults = Faults(store)
    cloud = Cloud(
        store=store,
        clock=used_clock,
        home=home,
        origin=origin,
        keys=SigningKeys(store, used_clock),
        directory=Directory(store, Unseen(store, used_clock, partial(faults.lag, "graph"))),
        runtime=runtime or _local_runtime(home, origin),
        router=Router(),
        faults=faults,
    )
    _seed_once(cloud)
    _register_health(cloud)
    faults_admin.register(cloud)
    # The order is that in which routes are tried; ARM's are the widest.
    for plane in (portal, github, entra, graph, authenticator, authorizer, issuer, arm):
        plane.register(cloud)
    return cloud


def _seed_once(cloud: Cloud) -> None:
    if cloud.store.get("seeded", "world"):
        return
    world = World.load()
    with cloud.store.transaction():
        graph.seed(cloud, world)
        entra.seed(cloud, world)
        arm.seed(cloud, world)
        cloud.store.put("seeded", "world", {"tenantId": world.tenant_id})


def _register_health(cloud: Cloud) -> None:
    def answer(_request: Request) -> Reply:
        starting = sum(thread.is_alive() for thread in cloud.operations.resumed)
        return Reply(200, {"pid": os.getpid(), "origin": cloud.origin, "starting": starting})

    cloud.router.add("GET", HEALTH, "Local_Health", answer)


def _local_runtime(home: Home, origin: str) -> ClusterRuntime:
    try:
        tools = toolchain.find()
    except toolchain.ToolchainError as error:
        return ToollessRuntime(str(error))
    return LocalRuntime(home, tools, origin)


class ToollessRuntime:
    """Stands in where the control plane is not built: everything but clusters works."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def ensure(self, spec: ClusterSpec) -> None:
        """Refuse, saying what is missing."""
        message = f"{self._reason} (for cluster {spec.name}); then restart the local Azure"
        raise ClusterFailedError(message)

    def endpoint(self, cluster_id: str) -> ClusterEndpoint:
        """There is none."""
        self._unknown(cluster_id)

    def admin_certificate(self, cluster_id: str) -> tuple[bytes, bytes]:
        """There is none."""
        self._unknown(cluster_id)

    def _unknown(self, cluster_id: str) -> NoReturn:
        raise KeyError(cluster_id)

    def stop(self, cluster_id: str) -> None:
        """Nothing runs."""

    def delete(self, cluster_id: str) -> None:
        """There is nothing."""

    def stop_all(self) -> None:
        """Nothing runs."""
