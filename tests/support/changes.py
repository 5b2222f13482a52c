"""A change of every setting that a stack file has, and what it replaces."""

from __future__ import annotations

import copy
import datetime as dt
import functools
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.support.directory_double import object_id
from tests.support.recorded_runs import (
    CREATED,
    GUEST,
    IDENTITY,
    SPARE,
    SPARE_PROGRAM,
    SUBNET,
    WORKSPACE,
    ZONE,
    run_configuration,
)

if TYPE_CHECKING:
    from tests.support.program import Run


@dataclass(frozen=True)
class Change:
    """Some settings get other values."""

    to: dict[str, Any]
    """The values by their places in `CREATED`, such as `teams.0.quota.cpu`; None for none."""
    replaces: str = ""
    """Kinds of resources that this replaces."""
    azure_refuses: bool = False
    """Whether it is planned as an update that Azure would refuse."""
    shows: bool = True
    """Whether anything that is sent or told differs."""
    given: dict[str, Any] = field(default_factory=dict[str, Any])
    """What else is so before and after."""

    def __str__(self) -> str:
        return next(iter(self.to))

    @property
    def keys(self) -> set[str]:
        """The keys as the settings name them; a mapping as a whole is none."""
        marked = {re.sub(r"\.\d+", "[]", path) for path in self.to}
        return {re.sub(r"^roles\.[^.\[]+", "roles.*", key) for key in marked}


IN_AZURE = ("cluster.", "location", "resourceGroup", "tags")
"""Where the settings of what is made in Azure begin."""
BELOW_THE_CLUSTER = "AgentPool DiagnosticSetting MaintenanceConfiguration RoleAssignment kubernetes"
TODAY = dt.datetime.now(dt.UTC).date()
TOMORROW = str(TODAY + dt.timedelta(days=1))
EMERGENCY: dict[str, Any] = {
    "cluster.localAccounts": None,
    "breakGlass": {"enabled": True, "reason": "the groups are gone", "until": str(TODAY)},
}

CHANGES = (
    Change(
        {"resourceGroup.name": "rg-other"},
        f"{BELOW_THE_CLUSTER} ManagedCluster ResourceGroup UserAssignedIdentity Workspace",
    ),
    Change(
        {"location": "centralus"},
        "DeploymentAtSubscriptionScope ManagedCluster ResourceGroup UserAssignedIdentity Workspace",
    ),
    Change({"tags": {"owner": "somebody", "cost": "1"}}),
    # Only the deployer's tenant is taken, so what is sent stays as it is.
    Change({"tenantId": ""}, shows=False),
    Change({"adminGroups.0.displayName": "other admins"}),
    Change({"adminGroups.0.owners": [], "adminGroups.0.members": []}),
    Change({"adminGroups.1.objectId": object_id(SPARE)}),
    Change({"adminGroups.1.existing": SPARE}, given={"adminGroups.1": {"existing": "sg-admins"}}),
    Change({"cluster.name": "aks-other"}, f"{BELOW_THE_CLUSTER} ManagedCluster"),
    Change({"cluster.kubernetesVersion": "1.36"}),
    Change({"cluster.tier": "Premium"}),
    Change({"cluster.authorization": "kubernetes"}),
    Change(
        {"cluster.apiServer.private": True},
        azure_refuses=True,
        given={"cluster.apiServer.authorizedIpRanges": []},
    ),
    Change(
        {"cluster.apiServer.privateDnsZone": ZONE},
        "RoleAssignment",
        azure_refuses=True,
        given={"cluster.apiServer.private": True, "cluster.apiServer.authorizedIpRanges": []},
    ),
    Change({"cluster.apiServer.authorizedIpRanges": [], "cluster.apiServer.runCommand": True}),
    Change({"cluster.nodePools.0.name": "other"}, azure_refuses=True),
    Change(
        {"cluster.nodePools.0.mode": "User"},
        azure_refuses=True,
        given={
            "cluster.nodePools.0.taints": [],
            "cluster.nodePools.1.mode": "System",
            "cluster.nodePools.1.taints": [],
        },
    ),
    Change({"cluster.nodePools.0.vmSize": "Standard_D8ds_v5"}, azure_refuses=True),
    Change({"cluster.nodePools.0.zones": ["1", "2", "3"]}, azure_refuses=True),
    Change(
        {
            "cluster.nodePools.0.min": 3,
            "cluster.nodePools.0.max": 6,
            "cluster.nodePools.0.taints": [],
            "cluster.nodePools.0.labels": {"tier": "other"},
        }
    ),
    Change({"cluster.nodePools.1.name": "other"}),
    Change({"cluster.nodePools.1.mode": "System", "cluster.nodePools.1.taints": []}),
    Change({"cluster.nodePools.1.vmSize": "Standard_D8ds_v5"}, "AgentPool"),
    Change({"cluster.nodePools.1.zones": ["1", "2", "3"]}, azure_refuses=True),
    Change(
        {
            "cluster.nodePools.1.min": 2,
            "cluster.nodePools.1.max": 6,
            "cluster.nodePools.1.labels": {"tier": "other"},
        }
    ),
    Change(
        {"cluster.network.mode": "node-subnet"},
        "ManagedCluster",
        given={"cluster.network.dataplane": "azure"},
    ),
    Change({"cluster.network.dataplane": "azure"}, "ManagedCluster"),
    Change({"cluster.network.subnetId": f"{SUBNET}-other"}, "RoleAssignment", azure_refuses=True),
    Change({"cluster.upgrade.channel": "none", "cluster.upgrade.nodeOs": "SecurityPatch"}),
    Change(
        {
            "cluster.upgrade.window.day": "Monday",
            "cluster.upgrade.window.startHour": 3,
            "cluster.upgrade.window.durationHours": 5,
        }
    ),
    Change({"cluster.upgrade.window": None}),
    Change({"cluster.identity": "system"}, given={"cluster.network.subnetId": None}),
    Change({"cluster.identity": IDENTITY}),
    Change({"cluster.diagnostics": {"workspaceId": WORKSPACE}}),
    Change({"cluster.diagnostics": None}),
    Change(
        {"cluster.diagnostics.workspaceId": f"{WORKSPACE}-other"},
        given={"cluster.diagnostics": {"workspaceId": WORKSPACE}},
    ),
    Change({"cluster.diagnostics.retentionDays": 90, "cluster.diagnostics.categories": ["guard"]}),
    Change({"cluster.previewFeatures": ["NodeOsUpgradeChannelPreview"]}),
    Change({"login": "workloadidentity"}),
    Change(
        {
            "roles.log-reader.0.apiGroups": ["", "apps"],
            "roles.log-reader.0.resources": ["pods"],
            "roles.log-reader.0.verbs": ["get"],
            "roles.log-reader.0.resourceNames": [],
        }
    ),
    Change({"teams.0.name": "billing"}),
    Change({"teams.0.namespaces": ["payments", "payments-jobs"]}),
    Change(
        {
            "teams.0.access.0.group.existing": SPARE,
            "teams.0.access.1.group.displayName": "other readers",
            "teams.0.access.2.group.objectId": object_id("sg-admins"),
            "teams.0.access.3.servicePrincipal": SPARE_PROGRAM,
            "teams.0.access.4.user": "platform-admin@contoso.example",
        },
    ),
    Change({"teams.0.access.1.group.owners": [], "teams.0.access.1.group.members": []}),
    Change({"teams.0.access.0.role": "operator"}),
    Change({"teams.0.access.6.clusterRole": "edit"}),
    Change(
        {
            "teams.0.quota.cpu": "30",
            "teams.0.quota.memory": "128Gi",
            "teams.0.quota.pods": 200,
            "teams.0.limits.cpu": "1",
            "teams.0.limits.memory": "1Gi",
        }
    ),
    Change({"teams.0.network": "open"}),
    Change(
        {
            "clusterAccess.0.group.existing": SPARE,
            "clusterAccess.1.group.displayName": "other cluster readers",
            "clusterAccess.2.group.objectId": object_id("sg-admins"),
            "clusterAccess.3.user": GUEST,
            "clusterAccess.4.servicePrincipal": SPARE_PROGRAM,
        }
    ),
    Change({"clusterAccess.1.group.owners": [], "clusterAccess.1.group.members": []}),
    Change({"clusterAccess.0.clusterRole": "edit"}),
    Change(
        {"breakGlass.enabled": True, "cluster.localAccounts": True},
        given={
            "cluster.localAccounts": False,
            "breakGlass": {**EMERGENCY["breakGlass"], "enabled": False},
        },
    ),
    Change(
        {"breakGlass.reason": "another good reason", "breakGlass.until": TOMORROW},
        given=EMERGENCY,
    ),
    Change({"protect": True}),
)


def configured(change: Change, changes: dict[str, Any]) -> dict[str, Any]:
    """The part of `CREATED` that the change is about, with other values; None takes one out."""
    whole = copy.deepcopy(CREATED)
    if str(change).startswith(IN_AZURE):
        whole["teams"], whole["clusterAccess"] = [], whole["clusterAccess"][:1]
    else:
        whole["teams"] = [{**whole["teams"][0], "namespaces": ["payments"]}]
        whole["cluster"] = {key: whole["cluster"][key] for key in ("name", "authorization")}
    for path, value in copy.deepcopy(changes).items():
        place: Any = whole
        *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        for step in steps:
            place = place[step]
        if value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return whole


@functools.cache
def ran(configuration: str) -> Run:
    return run_configuration(json.loads(configuration))


def before_and_after(change: Change) -> tuple[Run, Run]:
    after = {**change.given, **change.to}
    before, later = (
        ran(json.dumps(configured(change, values), sort_keys=True))
        for values in (change.given, after)
    )
    return before, later
