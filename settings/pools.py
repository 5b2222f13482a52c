"""The node pools of the cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from settings import rules
from settings.keys import key
from settings.kinds import Choice, Each, Named, Number

if TYPE_CHECKING:
    from settings.place import Place

_NODES = 5000
"""Azure's limit for all pools of a cluster (https://learn.microsoft.com/azure/aks/quotas-skus-regions)."""

_CRITICAL = "CriticalAddonsOnly"
"""Key of the only taint that the cluster's own pods tolerate
(https://learn.microsoft.com/azure/aks/use-system-pools)."""

_FIXED = "Azure refuses it for the first System pool"


@dataclass(frozen=True)
class NodePoolSettings:
    """A pool of nodes; fields as `components.cluster.NodePoolArgs`."""

    name: str = key(
        "name", rules.NODE_POOL, "Name of the pool.", change=f"replaces the pool; {_FIXED}"
    )
    mode: str = key(
        "mode",
        Choice(("System", "User")),
        "System pools run the cluster's own pods; at least one must. User pools run the teams'.",
        default="User",
        change="Azure refuses for the first System pool; in place for others",
    )
    vm_size: str = key(
        "vmSize", rules.VM_SIZE, "Size of the machines.", change=f"replaces the pool; {_FIXED}"
    )
    min: int = key(
        "min", Number(0, 1000), "Least number of nodes; at least 1 in a System pool.", default=2
    )
    max: int = key("max", Number(1, 1000), "Greatest number of nodes.", default=5)
    zones: list[str] = key(
        "zones",
        Each(rules.ZONE),
        "Availability zones of the nodes; none for no zone.",
        default=[],
        change="Azure refuses: make another pool, then delete this one",
    )
    taints: list[str] = key(
        "taints", Each(rules.TAINT), "What keeps away the pods that do not tolerate it.", default=[]
    )
    labels: dict[str, str] = key(
        "labels",
        Named(rules.LABEL_NAME, rules.LABEL_VALUE),
        "Labels of the nodes, for the node selectors of pods.",
        default={},
    )


def check_pools(place: Place, pools: list[NodePoolSettings]) -> None:
    """Note what is wrong between the pools, or between the keys of one."""
    for at, pool in zip(place.elements(), pools, strict=False):
        if at.is_clean:
            _check_pool(at, pool, [other.name for other in pools[: pools.index(pool)]])
    if not place.is_clean:
        return
    if not any(pool.mode == "System" and not _keeps_away(pool) for pool in pools):
        allowed = (
            f"at least one System pool without a NoSchedule or NoExecute taint but {_CRITICAL}"
        )
        place.refuse(allowed, "give one mode: System and no such taint, for the cluster's own pods")
    if sum(pool.max for pool in pools) > _NODES:
        place.refuse(f"at most {_NODES} nodes in all pools", "lower a max", "has more nodes")


def _check_pool(at: Place, pool: NodePoolSettings, earlier: list[str]) -> None:
    if pool.min > pool.max:
        at.child("min").refuse(
            f"at most max, which is {at.shown(pool.max)}", "lower min or raise max"
        )
    if pool.mode == "System" and pool.min < 1:
        at.child("min").refuse("at least 1 in a System pool", "raise it")
    if pool.name in earlier:
        at.child("name").refuse("each name once", "choose another name")


def _keeps_away(pool: NodePoolSettings) -> bool:
    """Whether a taint keeps the cluster's own pods away."""
    return any(
        not taint.startswith(f"{_CRITICAL}=") and not taint.endswith(":PreferNoSchedule")
        for taint in pool.taints
    )
