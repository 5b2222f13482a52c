"""Node objects as AKS's node pools make them; there is no machine behind them.

Names, labels and fields are those that `kubectl get nodes -o yaml` shows on AKS; sizes are read out
of the name of the VM size (https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions).
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Literal

from rehearsal.cloud.aks.runtime import NodeSpec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rehearsal.cloud.aks.runtime import ClusterSpec

Json = dict[str, Any]

# GiB of memory for each vCPU, by the family of the VM size.
_GIB_PER_CPU = {"B": 4, "D": 4, "DC": 4, "E": 8, "EC": 8, "F": 2, "L": 8, "M": 28}
_VM_SIZE = re.compile(r"^Standard_(?P<family>[A-Z]+)(?P<cpus>\d+)", re.IGNORECASE)
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
# Azure CNI's default for an overlay (networkProfile.podCidr is another matter).
_MAX_PODS = 250


def node_specs(  # noqa: PLR0913 - each is one property of a pool
    cluster_id: str,
    pool: str,
    *,
    mode: Literal["System", "User"],
    vm_size: str,
    count: int,
    zones: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    taints: Sequence[str] = (),
) -> tuple[NodeSpec, ...]:
    """The nodes of a pool, spread over its zones, named `aks-<pool>-<8 digits>-vmss<base 36>`.

    Args:
        cluster_id: The cluster's ARM id; all its pools have the same digits.
        pool: The pool's name.
        mode: The pool's mode.
        vm_size: The pool's VM size, as `Standard_D4ds_v5`.
        count: How many nodes.
        zones: Availability zones, as `1`; none for a pool without.
        labels: The pool's `nodeLabels`.
        taints: The pool's `nodeTaints`, as `key=value:Effect`.
    """
    digits = int(hashlib.sha256(cluster_id.lower().encode()).hexdigest(), 16) % 10**8
    return tuple(
        NodeSpec(
            name=f"aks-{pool}-{digits:08}-vmss{_base36(index):0>6}",
            pool=pool,
            mode=mode,
            vm_size=vm_size,
            zone=zones[index % len(zones)] if zones else None,
            labels=dict(labels or {}),
            taints=tuple(taints),
        )
        for index in range(count)
    )


def node_objects(spec: ClusterSpec, node: NodeSpec, index: int) -> tuple[Json, Json]:
    """The Node to apply, and the one to apply to its `status`; `index` counts the whole cluster."""
    head: Json = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": node.name}}
    metadata: Json = {"name": node.name, "labels": _labels(spec, node)}
    provider_id = f"azure:{_node_group_id(spec)}/providers/Microsoft.Compute/{_machine(node)}"
    taints = [_taint(taint) for taint in node.taints]
    body = {**head, "metadata": metadata, "spec": {"providerID": provider_id, "taints": taints}}
    return body, {**head, "status": _status(spec, node, index)}


def _labels(spec: ClusterSpec, node: NodeSpec) -> dict[str, str]:
    zone = f"{spec.location}-{node.zone}" if node.zone else "0"
    return {
        **node.labels,
        "agentpool": node.pool,
        "kubernetes.azure.com/agentpool": node.pool,
        # A label holds 63 characters, a resource group's name 80.
        "kubernetes.azure.com/cluster": _node_group(spec)[:63].rstrip("-_."),
        "kubernetes.azure.com/mode": node.mode.lower(),
        "kubernetes.azure.com/nodepool-type": "VirtualMachineScaleSets",
        "kubernetes.azure.com/os-sku": "Ubuntu",
        "kubernetes.azure.com/role": "agent",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": node.name,
        "kubernetes.io/os": "linux",
        # The column ROLES of `kubectl get nodes` reads it.
        "kubernetes.io/role": "agent",
        "node.kubernetes.io/instance-type": node.vm_size,
        "topology.kubernetes.io/region": spec.location,
        "topology.kubernetes.io/zone": zone,
    }


def _status(spec: ClusterSpec, node: NodeSpec, index: int) -> Json:
    cpus, gib = _size(node.vm_size)
    resources = {"cpu": str(cpus), "memory": f"{gib}Gi", "pods": str(_MAX_PODS)}
    version = spec.kubernetes_version
    return {
        "addresses": [
            # AKS's own default network starts its subnet for nodes at 10.224.0.0/16.
            {"type": "InternalIP", "address": f"10.224.{index // 250}.{index % 250 + 4}"},
            {"type": "Hostname", "address": node.name},
        ],
        "allocatable": resources,
        "capacity": resources,
        "conditions": [
            _condition("MemoryPressure", "False", "KubeletHasSufficientMemory"),
            _condition("DiskPressure", "False", "KubeletHasNoDiskPressure"),
            _condition("PIDPressure", "False", "KubeletHasSufficientPID"),
            _condition("Ready", "True", "KubeletReady"),
        ],
        "nodeInfo": {
            "architecture": "amd64",
            "bootID": "",
            "containerRuntimeVersion": "containerd://2.0.0",
            "kernelVersion": "6.8.0-azure",
            "kubeProxyVersion": "",
            "kubeletVersion": f"v{version}" if version.count(".") > 1 else f"v{version}.0",
            "machineID": "",
            "operatingSystem": "linux",
            "osImage": "Ubuntu 24.04 LTS",
            "systemUUID": "",
        },
    }


def _condition(kind: str, status: str, reason: str) -> Json:
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": "no kubelet runs here: the local AKS says so at the node's creation",
    }


def _taint(text: str) -> Json:
    key, _, effect = text.rpartition(":")
    name, _, value = key.partition("=")
    return {"key": name, "value": value, "effect": effect}


def _size(vm_size: str) -> tuple[int, int]:
    """(vCPUs, GiB of memory); (2, 8) for a name that is not made like the others."""
    found = _VM_SIZE.match(vm_size)
    if not found:
        return 2, 8
    cpus = int(found["cpus"])
    return cpus, cpus * _GIB_PER_CPU.get(found["family"].upper(), 4)


def _node_group(spec: ClusterSpec) -> str:
    return f"MC_{spec.resource_group}_{spec.name}_{spec.location}"


def _node_group_id(spec: ClusterSpec) -> str:
    subscription = spec.cluster_id.split("/")[2]
    return f"///subscriptions/{subscription}/resourceGroups/{_node_group(spec).lower()}"


def _machine(node: NodeSpec) -> str:
    scale_set, _, instance = node.name.rpartition("vmss")
    return f"virtualMachineScaleSets/{scale_set}vmss/virtualMachines/{int(instance, 36)}"


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _ALPHABET[digit] + digits
    return digits
