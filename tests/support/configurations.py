"""Valid configurations of a stack, and a directory that knows everybody they name."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from hypothesis import strategies as st

from tests.support.directory_double import DEPLOYER, World

GROUPS = [f"group {letter}" for letter in "abcd"]
PROGRAMS = [str(uuid.UUID(int=number)) for number in (1, 2)]
PEOPLE = ["ann@contoso.example", "bob_else.example#EXT#@contoso.example"]
WORLD = World(
    groups={name: [DEPLOYER] for name in GROUPS},
    users=set(PEOPLE),
    service_principals=set(PROGRAMS),
)
"""The directory in which every configuration of `configurations` can be deployed."""

_RESOURCES = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-shared/providers"
)
_IDENTITY = f"{_RESOURCES}/Microsoft.ManagedIdentity/userAssignedIdentities/id-aks"
_WORKSPACE = f"{_RESOURCES}/Microsoft.OperationalInsights/workspaces/log-shared"
_SUBNET = f"{_RESOURCES}/Microsoft.Network/virtualNetworks/vnet-shared/subnets/snet-aks"
_ZONE = f"{_RESOURCES}/Microsoft.Network/privateDnsZones/privatelink.westeurope.azmk8s.io"
_CATEGORIES = ("kube-audit", "kube-audit-admin", "guard", "kube-apiserver", "cluster-autoscaler")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LABELS = st.from_regex(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True).filter(
    lambda name: not name.startswith("kube-") and name not in {"default", "gatekeeper-system"}
)
_PRINCIPALS = st.one_of(
    st.sampled_from(GROUPS).map(lambda name: {"group": {"existing": name}}),
    st.sampled_from(["new one", "new two"]).map(lambda name: {"group": {"displayName": name}}),
    st.sampled_from(PEOPLE).map(lambda name: {"user": name}),
    st.sampled_from(PROGRAMS).map(lambda name: {"servicePrincipal": name}),
)


def _some_of(**strategies: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Mappings that hold any of the keys, and none of the others."""
    return st.fixed_dictionaries({}, optional=strategies)


def _unique(*texts: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(texts), unique=True)


@st.composite
def _pool(draw: st.DrawFn, name: str, mode: str) -> dict[str, Any]:
    least = draw(st.integers(2, 5))
    taints = ("CriticalAddonsOnly=true:NoSchedule",) if mode == "System" else ("sku=gpu:NoExecute",)
    return {
        "name": name,
        "mode": mode,
        "vmSize": draw(st.sampled_from(["Standard_D4ds_v5", "Standard_D8ds_v5"])),
        **draw(
            _some_of(
                zones=_unique("1", "2", "3"),
                taints=_unique(*taints),
                labels=st.dictionaries(
                    st.sampled_from(["tier", "contoso.example/team"]), _LABELS, max_size=2
                ),
            )
        ),
        **draw(st.sampled_from([{}, {"min": least, "max": least + draw(st.integers(0, 3))}])),
    }


_POOLS = st.sampled_from(
    [("System",), ("System", "User"), ("System", "System"), ("User", "System", "User")]
).flatmap(lambda modes: st.tuples(*(_pool(f"pool{n}", mode) for n, mode in enumerate(modes))))

_API_SERVERS = st.one_of(
    _some_of(private=st.just(value=True), runCommand=st.booleans()),
    _some_of(authorizedIpRanges=_unique("203.0.113.0/24", "198.51.100.7/32")),
)
_NETWORKS = st.one_of(
    st.just({"plugin": "azure"}),
    _some_of(
        dataplane=st.sampled_from(["cilium", "azure"]),
        mode=st.sampled_from(["overlay", "node-subnet"]),
    ),
)
_WINDOWS = _some_of(
    day=st.sampled_from(_DAYS), startHour=st.integers(0, 23), durationHours=st.integers(4, 24)
)
_DIAGNOSTICS = st.one_of(
    _some_of(retentionDays=st.integers(30, 730), categories=_unique(*_CATEGORIES).filter(bool)),
    st.fixed_dictionaries({"workspaceId": st.just(_WORKSPACE)}),
)


# AKS changes a version by itself: which pairs it leaves alone is a matter of the channel.
_VERSIONS_AND_CHANNELS = st.sampled_from(
    [
        (None, None),
        ("1.36", None),
        ("1.36", "patch"),
        ("1.36.3", "none"),
        ("1.36.3", "node-image"),
        (None, "stable"),
        (None, "rapid"),
    ]
)


@st.composite
def _upgrades(draw: st.DrawFn) -> dict[str, Any]:
    version, channel = draw(_VERSIONS_AND_CHANNELS)
    systems = ["NodeImage"] if channel == "node-image" else ["NodeImage", "SecurityPatch"]
    upgrade = draw(_some_of(nodeOs=st.sampled_from(systems), window=_WINDOWS))
    if channel not in ("node-image", None) and not upgrade:
        upgrade = {"nodeOs": draw(st.sampled_from(["None", "Unmanaged"]))}
    upgrade |= {"channel": channel} if channel else {}
    return {"upgrade": upgrade} | ({"kubernetesVersion": version} if version else {})


@st.composite
def _network_of_others(draw: st.DrawFn) -> dict[str, Any]:
    zone = draw(st.sampled_from(["system", "none", _ZONE]))
    return {
        "network": {"subnetId": _SUBNET},
        "apiServer": {"private": True, "privateDnsZone": zone},
        "identity": draw(st.sampled_from(["user", _IDENTITY])),
    }


@st.composite
def _cluster(draw: st.DrawFn) -> dict[str, Any]:
    others = draw(st.one_of(st.just(dict[str, Any]()), _network_of_others()))
    chosen = draw(
        _some_of(
            name=st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9_-]{0,20}[A-Za-z0-9])?", fullmatch=True),
            tier=st.sampled_from(["Free", "Standard", "Premium"]),
            authorization=st.sampled_from(["kubernetes", "azure"]),
            apiServer=_API_SERVERS,
            nodePools=_POOLS.map(list),
            network=_NETWORKS,
            identity=st.sampled_from(["system", "user", _IDENTITY]),
            diagnostics=_DIAGNOSTICS,
            previewFeatures=_unique("AAD-V2", "NodeOsUpgradeChannelPreview"),
        )
    )
    return draw(_upgrades()) | chosen | others


_ROOM = st.one_of(
    _some_of(
        quota=_some_of(pods=st.integers(1, 99)),
        limits=_some_of(cpu=st.just("500m"), memory=st.just("512Mi")),
    ),
    st.fixed_dictionaries(
        {
            "quota": _some_of(cpu=st.sampled_from([4, "500m"]), memory=st.just("8Gi")),
            "limits": st.fixed_dictionaries({"cpu": st.just("500m"), "memory": st.just("512Mi")}),
        }
    ),
)


@st.composite
def _teams(draw: st.DrawFn) -> list[dict[str, Any]]:
    names = draw(st.lists(_LABELS, max_size=3, unique=True))
    namespaces = draw(st.lists(_LABELS, min_size=len(names), max_size=5, unique=True))
    roles = st.sampled_from(["viewer", "developer", "operator", "mine", "view", "edit"])
    return [
        {
            "name": name,
            # The last team takes what is left.
            "namespaces": namespaces[index:] if name == names[-1] else [namespaces[index]],
            "access": [
                {**who, "clusterRole" if role in ("view", "edit") else "role": role}
                for who, role in draw(
                    st.lists(st.tuples(_PRINCIPALS, roles), max_size=4, unique_by=str)
                )
            ],
            **draw(
                _some_of(
                    network=st.sampled_from(["isolated", "open"]),
                )
            ),
            **draw(_ROOM),
        }
        for index, name in enumerate(names)
    ]


def _break_glass() -> dict[str, Any]:
    until = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    return {"enabled": True, "reason": "the groups of the tenant are gone", "until": str(until)}


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, Any]:
    """Valid configurations: what a stack file may have below `config`, keys without a prefix.

    They name people, groups and programs of `WORLD` only.
    """
    cluster_roles = draw(st.lists(st.sampled_from(["view", "edit", "admin"]), unique=True))
    return {
        "adminGroups": draw(
            st.sampled_from([[{"existing": GROUPS[0]}], [{"displayName": "new one"}]])
        ),
        "roles": {"mine": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]},
        "clusterAccess": [{**draw(_PRINCIPALS), "clusterRole": role} for role in cluster_roles],
        "teams": draw(_teams()),
        "cluster": draw(_cluster()),
        "location": draw(st.sampled_from(["westeurope", "centralus"])),
        **draw(
            _some_of(
                resourceGroup=st.sampled_from([{}, {"name": "rg-aks"}]),
                tags=st.dictionaries(st.sampled_from(["owner", "cost"]), _LABELS),
                login=st.sampled_from(["azurecli", "workloadidentity", "spn", "msi"]),
                protect=st.booleans(),
                breakGlass=st.sampled_from([{}, {"enabled": False}]) | st.builds(_break_glass),
            )
        ),
    }
