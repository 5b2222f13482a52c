"""Runs of the program that together use every setting: the stacks, and three whole configurations.

`CREATED` makes all that can be made, `GIVEN` uses what is there already, `EMERGENCY` is a stack on
the day when nobody can log in.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING, Any

from tests.support.directory_double import DEPLOYER, TENANT, World, object_id
from tests.support.program import PROJECT, run_program, stack_config

if TYPE_CHECKING:
    from tests.support.program import Run

PROGRAM = "55555555-5555-5555-5555-555555555555"
SPARE_PROGRAM = "66666666-6666-6666-6666-666666666666"
SPARE = "sg-spare"
"""A group that no configuration names."""
GUEST = "guest_partner.example#EXT#@contoso.example"
PERSON = "ann@contoso.example"
PEOPLE = {"owners": [PERSON], "members": [PERSON]}
WORLD = World(
    groups={
        name: [DEPLOYER] for name in ("sg-admins", "sg-payments", "sg-shop", "sg-auditors", SPARE)
    },
    users={PERSON, GUEST, "platform-admin@contoso.example"},
    service_principals={PROGRAM, SPARE_PROGRAM},
)
"""The directory of the whole configurations."""

_SHARED = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-shared/providers"
IDENTITY = f"{_SHARED}/Microsoft.ManagedIdentity/userAssignedIdentities/id-aks"
WORKSPACE = f"{_SHARED}/Microsoft.OperationalInsights/workspaces/log-shared"
SUBNET = f"{_SHARED}/Microsoft.Network/virtualNetworks/vnet/subnets/aks"
ZONE = f"{_SHARED}/Microsoft.Network/privateDnsZones/privatelink.westeurope.azmk8s.io"

CREATED: dict[str, Any] = {
    "resourceGroup": {"name": "rg-created"},
    "location": "westeurope",
    "tags": {"owner": "platform"},
    "tenantId": TENANT,
    "adminGroups": [
        {"displayName": "admins", **PEOPLE},
        {"objectId": object_id("sg-admins")},
    ],
    "cluster": {
        "name": "aks-created",
        "kubernetesVersion": "1.35",
        "tier": "Standard",
        "authorization": "azure",
        "localAccounts": False,
        "apiServer": {
            "private": False,
            "authorizedIpRanges": ["203.0.113.0/24"],
            "runCommand": False,
        },
        "nodePools": [
            {
                "name": "system",
                "mode": "System",
                "vmSize": "Standard_D4ds_v5",
                "min": 2,
                "max": 5,
                "zones": ["1", "2"],
                "taints": ["CriticalAddonsOnly=true:NoSchedule"],
                "labels": {"tier": "system"},
            },
            {
                "name": "work",
                "mode": "User",
                "vmSize": "Standard_D4ds_v5",
                "min": 1,
                "max": 4,
                "zones": ["1", "2"],
                "taints": ["sku=gpu:NoSchedule"],
                "labels": {"tier": "work"},
            },
        ],
        "network": {
            "plugin": "azure",
            "mode": "overlay",
            "dataplane": "cilium",
            "subnetId": SUBNET,
        },
        "upgrade": {
            "channel": "patch",
            "nodeOs": "NodeImage",
            "window": {"day": "Sunday", "startHour": 2, "durationHours": 4},
        },
        "identity": "user",
        "diagnostics": {"retentionDays": 30, "categories": ["kube-audit-admin", "guard"]},
        "previewFeatures": ["AAD-V2"],
    },
    "login": "azurecli",
    "roles": {
        "log-reader": [
            {
                "apiGroups": [""],
                "resources": ["pods", "pods/log"],
                "verbs": ["get", "list"],
                "resourceNames": ["one"],
            }
        ]
    },
    "teams": [
        {
            "name": "payments",
            "namespaces": ["payments", "payments-jobs"],
            "access": [
                {"group": {"existing": "sg-payments"}, "role": "developer"},
                {"group": {"displayName": "payments-readers", **PEOPLE}, "role": "viewer"},
                {"group": {"objectId": object_id("sg-shop")}, "role": "viewer"},
                {"servicePrincipal": PROGRAM, "role": "log-reader"},
                {"user": PERSON, "role": "operator"},
                {"user": GUEST, "role": "viewer"},
                {"group": {"existing": "sg-payments"}, "clusterRole": "view"},
            ],
            "quota": {"cpu": "20", "memory": "64Gi", "pods": 100},
            "limits": {"cpu": "500m", "memory": "512Mi"},
            "network": "isolated",
        },
        {"name": "shop", "namespaces": ["shop"], "access": [], "network": "open"},
    ],
    "clusterAccess": [
        {"group": {"existing": "sg-auditors"}, "clusterRole": "view"},
        {"group": {"displayName": "cluster-readers", **PEOPLE}, "clusterRole": "view"},
        {"group": {"objectId": object_id("sg-shop")}, "clusterRole": "admin"},
        {"user": PERSON, "clusterRole": "cluster-admin"},
        {"servicePrincipal": PROGRAM, "clusterRole": "edit"},
    ],
    "protect": False,
    "breakGlass": {"enabled": False, "reason": "", "until": ""},
}
GIVEN: dict[str, Any] = {
    **CREATED,
    "adminGroups": [{"existing": "sg-admins"}],
    "cluster": {
        "name": "aks-given",
        "tier": "Premium",
        "authorization": "kubernetes",
        "apiServer": {"private": True, "privateDnsZone": ZONE},
        "nodePools": [{"name": "one", "mode": "System", "vmSize": "Standard_D4ds_v5"}],
        "network": {"mode": "node-subnet", "dataplane": "azure", "subnetId": SUBNET},
        "identity": IDENTITY,
        "diagnostics": {"workspaceId": WORKSPACE},
    },
    "login": "spn",
    "protect": True,
}
EMERGENCY: dict[str, Any] = {
    "adminGroups": [{"existing": "sg-admins"}],
    "location": "westeurope",
    "cluster": {"localAccounts": True},
    "breakGlass": {
        "enabled": True,
        "reason": "the tenant's groups are gone",
        "until": str(dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)),
    },
}
WHOLE = {"created": CREATED, "given": GIVEN, "emergency": EMERGENCY}
"""The whole configurations by name, their keys without the project's prefix."""

STACKS = ("local", "dev", "stg", "prd")
RUNS = (*STACKS, *WHOLE)
"""Names of the runs."""


def run_configuration(keys: dict[str, Any]) -> Run:
    """An up with these keys, in `WORLD`."""
    return run_program({f"{PROJECT}:{key}": value for key, value in keys.items()}, world=WORLD)


@functools.cache
def run_of(name: str) -> Run:
    """One of `RUNS`: an up, in which everything is known."""
    if name in WHOLE:
        return run_configuration(WHOLE[name])
    return run_program(stack_config(name), stack=name)
