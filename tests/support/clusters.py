"""Specs of clusters, and a local Azure in this process for them to ask."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import uvicorn

from rehearsal.cloud.aks.nodes import node_specs
from rehearsal.cloud.aks.runtime import ClusterSpec
from rehearsal.cloud.authority import Authority
from rehearsal.cloud.http import application

if TYPE_CHECKING:
    import socket
    from collections.abc import Generator
    from pathlib import Path

    from rehearsal.cloud.context import Cloud

SUBSCRIPTION = "11111111-1111-4111-8111-111111111111"
TENANT_ID = "22222222-2222-4222-8222-222222222222"
ADMIN_GROUP_ID = "33333333-3333-4333-8333-333333333333"


def cluster_id(name: str = "aks-dev") -> str:
    """The ARM id of a cluster, lower-case."""
    group = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg-aks-dev"
    return f"{group}/providers/microsoft.containerservice/managedclusters/{name}"


def cluster_spec(name: str = "aks-dev", *, nodes: int = 2, **changes: Any) -> ClusterSpec:
    """A cluster with Entra on, one admin group and one pool over two zones."""
    spec = ClusterSpec(
        cluster_id=cluster_id(name),
        name=name,
        resource_group="rg-aks-dev",
        location="westeurope",
        tenant_id=TENANT_ID,
        entra=True,
        admin_group_object_ids=(ADMIN_GROUP_ID,),
        kubernetes_version="1.34.2",
        nodes=node_specs(
            cluster_id(name),
            "system",
            mode="System",
            vm_size="Standard_D4ds_v5",
            count=nodes,
            zones=("1", "2"),
        ),
    )
    return replace(spec, **changes)


@contextmanager
def served(cloud: Cloud, listener: socket.socket) -> Generator[None]:
    """Serve the cloud over TLS on a listening socket, in a thread of this process."""
    certificate, key = _server_certificate(cloud)
    config = uvicorn.Config(
        application(cloud),
        lifespan="off",
        ws="none",
        ssl_certfile=certificate,
        ssl_keyfile=str(key),
        log_config=None,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield
    server.should_exit = True
    thread.join()


def _server_certificate(cloud: Cloud) -> tuple[Path, Path]:
    certificate, key = cloud.home.root / "test.crt", cloud.home.root / "test.key"
    pems = Authority(cloud.home).issue("localhost", ("localhost", "127.0.0.1"))
    for path, pem in zip((certificate, key), pems, strict=True):
        path.write_bytes(pem)
    return certificate, key
