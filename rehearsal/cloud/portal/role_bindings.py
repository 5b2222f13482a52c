"""Role bindings inside a cluster, asked of its API server: the last part of who may do what."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Collection

    from rehearsal.cloud.aks.runtime import ClusterRuntime
    from rehearsal.cloud.store import Json

# A page must not wait for a cluster that is just being started.
_TIMEOUT_SECONDS = 2.0
_PATH = "/apis/rbac.authorization.k8s.io/v1"
_PLURALS = ("clusterrolebindings", "rolebindings")


@dataclass(frozen=True)
class Binding:
    """A role binding to somebody, or to a group that somebody is in."""

    namespace: str
    """Empty: the whole cluster."""
    role: str
    """`Role/developer` or `ClusterRole/view`."""
    subject: str
    """The user's name or the group's object id, as the binding has it."""


def listed(runtime: ClusterRuntime, cluster_id: str) -> list[Json] | None:
    """All role bindings of a cluster as Kubernetes shows them; None if it does not answer."""
    try:
        with _client(runtime, cluster_id) as client:
            replies = [client.get(f"{_PATH}/{plural}").raise_for_status() for plural in _PLURALS]
    except (KeyError, OSError, httpx.HTTPError):
        return None
    return [row for reply in replies for row in reply.json()["items"]]


def bound_to(rows: list[Json], user: str, group_ids: Collection[str]) -> list[Binding]:
    """The bindings that name the user or one of the groups; Kubernetes compares with case."""
    return [
        Binding(
            row["metadata"].get("namespace", ""),
            f"{row['roleRef']['kind']}/{row['roleRef']['name']}",
            subject["name"],
        )
        for row in rows
        for subject in row.get("subjects") or ()
        if (subject["kind"] == "User" and subject["name"] == user)
        or (subject["kind"] == "Group" and subject["name"] in group_ids)
    ]


def _client(runtime: ClusterRuntime, cluster_id: str) -> httpx.Client:
    """A client with the cluster's own admin certificate, which leaves this process in no page."""
    endpoint = runtime.endpoint(cluster_id)
    context = ssl.create_default_context(cadata=endpoint.ca_certificate.decode())
    with TemporaryDirectory() as directory:
        # The ssl module takes a key from a file only.
        file = Path(directory, "admin.pem")
        file.write_bytes(b"\n".join(runtime.admin_certificate(cluster_id)))
        context.load_cert_chain(file)
    return httpx.Client(
        base_url=endpoint.server, verify=context, timeout=_TIMEOUT_SECONDS, trust_env=False
    )
