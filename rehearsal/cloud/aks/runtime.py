"""What the AKS resource provider asks of whatever runs its clusters.

`runtime_local.LocalRuntime` runs them as processes on loopback; tests of the REST side may put
anything else that keeps this contract in its place.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class ClusterFailedError(Exception):
    """A cluster could not be started or reconciled; the message says what the components said."""


@dataclass(frozen=True)
class NodeSpec:
    """One node; `nodes.node_specs` makes those of a pool, named as AKS names them."""

    name: str
    """`aks-<pool>-<8 digits>-vmss000000`."""
    pool: str
    mode: Literal["System", "User"]
    vm_size: str
    zone: str | None = None
    """Availability zone as ARM writes it ("1"), not as the label does ("westeurope-1")."""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    """The pool's own labels (`nodeLabels`), besides those that AKS sets."""
    taints: tuple[str, ...] = ()
    """The pool's taints (`nodeTaints`), as `key=value:Effect`."""


@dataclass(frozen=True)
class ClusterSpec:
    """All that a runtime has to know about a cluster."""

    cluster_id: str
    """The ARM id, lower-case."""
    name: str
    resource_group: str
    location: str
    tenant_id: str
    """The tenant whose tokens the cluster takes (`aadProfile.tenantID`)."""
    entra: bool
    """Whether an `aadProfile` is on; without it only client certificates get in."""
    admin_group_object_ids: tuple[str, ...]
    kubernetes_version: str
    """`1.34` or `1.34.2`."""
    nodes: tuple[NodeSpec, ...] = ()
    azure_rbac: bool = False
    """Whether Azure's role assignments decide beside Kubernetes RBAC (`enableAzureRBAC`)."""
    oidc_issuer: bool = False
    """Whether others may verify the service accounts' tokens (`oidcIssuerProfile.enabled`)."""


@dataclass(frozen=True)
class ClusterEndpoint:
    """Where a cluster's API server is, and what it is trusted by."""

    server: str
    """`https://localhost:PORT`; stays the same over restarts."""
    ca_certificate: bytes
    """PEM."""


class ClusterRuntime(Protocol):
    """Runs clusters; safe to call from several threads."""

    def ensure(self, spec: ClusterSpec) -> None:
        """Start the cluster, or bring a running one in line with `spec`; blocks until it is ready.

        Ready means: the API server says so, the aggregated roles view, edit and admin have their
        rules, the admin groups are bound to cluster-admin, and the nodes are there and Ready.

        Raises:
            ClusterFailedError: it did not become ready.
        """
        ...

    def endpoint(self, cluster_id: str) -> ClusterEndpoint:
        """Where the cluster is; KeyError for one that `ensure` has never seen."""
        ...

    def admin_certificate(self, cluster_id: str) -> tuple[bytes, bytes]:
        """PEM of the client certificate and key of the cluster's local admin (system:masters).

        KeyError for a cluster that `ensure` has never seen.
        """
        ...

    def stop(self, cluster_id: str) -> None:
        """End the cluster's processes and keep its data; `ensure` starts it again."""
        ...

    def delete(self, cluster_id: str) -> None:
        """End the cluster's processes and remove its data; nothing happens if there is none."""
        ...

    def stop_all(self) -> None:
        """End the processes of all clusters and keep their data."""
        ...


def cluster_url(origin: str, cluster_id: str) -> str:
    """Where the local Azure of that origin serves what belongs to one cluster."""
    return f"{origin}/_aks/{cluster_key(cluster_id)}"


def cluster_key(cluster_id: str) -> str:
    """The name of the cluster's directory and of its webhook's path: a readable part and a digest.

    The same for every spelling of the id, and only made of lower-case letters, digits and dashes.
    """
    name = re.sub("[^a-z0-9]+", "-", cluster_id.lower().rsplit("/", 1)[-1]).strip("-")
    return f"{name[:24]}-{hashlib.sha256(cluster_id.lower().encode()).hexdigest()[:10]}"
