"""What AKS refuses in a node pool, given what it has been before.

Rules: https://learn.microsoft.com/azure/aks/create-node-pools#limitations
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rehearsal.cloud.aks.versions import check_pool as check_pool_version
from rehearsal.cloud.aks.versions import check_upgrade, full_version, not_supported, number
from rehearsal.cloud.arm.errors import CloudError, provider_error

if TYPE_CHECKING:
    from rehearsal.cloud.store import Json

_NAMES = {"Linux": re.compile(r"[a-z][a-z0-9]{0,11}"), "Windows": re.compile(r"[a-z][a-z0-9]{0,5}")}
_MAX_NODES = 1000
_MODES = ("System", "User", "Gateway")
_FIXED = (
    "availabilityZones",
    "gpuInstanceProfile",
    "maxPods",
    "osDiskSizeGB",
    "osDiskType",
    "osType",
    "type",
    "vmSize",
    "vnetSubnetID",
)


def invalid_parameter(name: str, problem: str) -> CloudError:
    """400 about one parameter."""
    message = f"The value of parameter {name} is invalid. Error details: {problem}"
    return provider_error(400, "InvalidParameter", message)


def missing_parameter(name: str) -> CloudError:
    """400 for a parameter that is required and absent."""
    return provider_error(400, "InvalidParameter", f"Required parameter {name} is missing (null).")


def change_not_allowed(name: str) -> CloudError:
    """400 for a property that stays what it was; wording seen in Azure/AKS#1519."""
    message = f"Changing property '{name}' is not allowed."
    return provider_error(400, "PropertyChangeNotAllowed", message)


def new_pool_in_cluster() -> CloudError:
    """400 for a pool that comes with a change of its cluster; seen in microsoft/tyger#121."""
    message = (
        "A new agent pool was introduced. Adding agent pools to an existing cluster is not allowed"
        " through managed cluster operations. For agent pool specific change, please use per agent"
        " pool operations: https://aka.ms/agent-pool-rest-api"
    )
    return provider_error(400, "BadRequest", message)


def said(given: Json) -> Json:
    """What a pool's body says: null says nothing, and nor does a disk of 0 GB."""
    return {
        key: value
        for key, value in given.items()
        if value is not None and (key, value) != ("osDiskSizeGB", 0)
    }


def changed_pool(old: Json | None, given: Json) -> Json:
    """The pool with what is given; what is left out or null stays as it was.

    The nodes of a pool that scales itself are counted by its autoscaler, not by the caller.

    Raises:
        CloudError: 400, AKS would refuse the pool, or to make this one of the old one.
    """
    pool = {**(old or {}), **said(given)}
    low, high = pool.get("minCount"), pool.get("maxCount")
    if not pool.get("enableAutoScaling"):
        pool.pop("minCount", None)
        pool.pop("maxCount", None)
    elif old is not None and isinstance(low, int) and isinstance(high, int):
        pool["count"] = max(low, min(old["count"], high))
    check_pool(pool)
    _refuse_power(old, pool)
    if old is not None:
        for name in _FIXED:
            if (old.get(name) or None) != (pool.get(name) or None):
                raise change_not_allowed(f"agentPoolProfile.{name}")
        before, after = old["currentOrchestratorVersion"], pool["orchestratorVersion"]
        wanted = full_version(after)
        if wanted is not None and number(wanted) < number(before):
            check_upgrade(before, wanted)
    return pool


def _refuse_power(old: Json | None, pool: Json) -> None:
    """Refuse to stop or start one pool, which the local Azure cannot do."""
    running = {"code": "Running"}
    if pool.get("powerState", running) != (old or {}).get("powerState", running):
        message = (
            f"The local Azure cannot stop or start one agent pool ('{pool['name']}'); it can scale"
            " it, and stop and start the cluster."
        )
        raise provider_error(501, "NotImplemented", message)


def check_pool(pool: Json) -> None:
    """Refuse a node pool that cannot be; defaults may be missing yet."""
    kind = pool.get("osType", "Linux")
    if kind not in _NAMES:
        raise invalid_parameter("agentPoolProfile.osType", f"'{kind}' is not Linux or Windows.")
    name: Any = pool.get("name")
    if not isinstance(name, str) or _NAMES[kind].fullmatch(name) is None:
        longest = 12 if kind == "Linux" else 6
        raise invalid_parameter(
            "agentPoolProfile.name",
            f"'{name}': 1 to {longest} lower-case letters and digits, a letter first, are allowed"
            f" for {kind}.",
        )
    mode = pool.get("mode", "User")
    if mode not in _MODES:
        problem = f"'{mode}' is not one of {', '.join(_MODES)}."
        raise invalid_parameter("agentPoolProfile.mode", problem)
    if mode == "System" and kind != "Linux":
        raise invalid_parameter("agentPoolProfile.osType", "a System pool has to be Linux.")
    size: Any = pool.get("vmSize", "Standard_")
    if not size.startswith("Standard_"):
        message = f"The VM size of {size} is not allowed in your subscription in this location."
        raise provider_error(400, "BadRequest", message)
    _check_count(pool, 1 if mode == "System" else 0)


def _check_count(pool: Json, lowest: int) -> None:
    low, high = lowest, _MAX_NODES
    if pool.get("enableAutoScaling"):
        low, high = pool.get("minCount"), pool.get("maxCount")
        if not isinstance(low, int) or not isinstance(high, int) or not lowest <= low <= high:
            problem = (
                f"minCount {low} and maxCount {high} have to be numbers of at least {lowest} in"
                " that order."
            )
            raise invalid_parameter("agentPoolProfile.minCount", problem)
    count: Any = pool.get("count", low)
    if not isinstance(count, int) or not low <= count <= high:
        # Wording seen in kubernetes-sigs/cluster-api-provider-azure#5947.
        raise invalid_parameter(
            "agentPoolProfile.count",
            f"agentPoolProfile.count was {count}. It must be greater or equal to minCount:{low} and"
            f" less than or equal to maxCount:{high}.",
        )


def check_pools(properties: Json, version: str | None) -> None:
    """Refuse pools that one cluster, of that version with its patch, cannot have together."""
    pools: list[Json] = properties.get("agentPoolProfiles") or []
    for pool in pools:
        check_pool(pool)
        own = pool.get("orchestratorVersion")
        if own is not None and (not isinstance(own, str) or full_version(own) is None):
            raise not_supported(own)
        if own is not None and version is not None:
            check_pool_version(full_version(own) or own, version)
    names = [pool["name"] for pool in pools]
    if len(set(names)) != len(names):
        raise invalid_parameter("agentPoolProfiles.name", "agent pool names have to differ.")
    if pools and not any(pool.get("mode") == "System" for pool in pools):
        message = "Must define at least one system pool."
        raise provider_error(400, "MustDefineAtLeastOneSystemPool", message)
