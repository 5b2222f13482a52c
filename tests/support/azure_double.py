"""The azure-native part of the program's double: ids of objects, answers of functions."""

from __future__ import annotations

import base64
from typing import Any, cast

import pulumi
import yaml

TENANT = "11111111-1111-1111-1111-111111111111"
SUBSCRIPTION = "22222222-2222-2222-2222-222222222222"
DEPLOYER = "33333333-3333-3333-3333-333333333333"
SERVER = "https://localhost:6443"
IDENTITYS_ID = "77777777-7777-7777-7777-777777777777"
"""Object id of any identity that is made."""
CALLER = {"objectId": DEPLOYER, "tenantId": TENANT, "clientId": "deployer"}
NO_CLUSTER = 'Status=404 Code="ResourceNotFound" Message="The Resource was not found."'
"""What the vendor's provider says of an object that is not there."""

SERVED_EXEC = {
    "apiVersion": "client.authentication.k8s.io/v1beta1",
    "command": "kubelogin",
    "args": [
        *("get-token", "--environment", "AzurePublicCloud", "--server-id", "the-server"),
        *("--client-id", "the-client", "--tenant-id", TENANT, "--login", "devicecode"),
        *("--authority-host", "https://localhost/", "--disable-instance-discovery"),
    ],
    "env": None,
}

_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{{resourceGroupName}}"
_CLUSTER = _GROUP + "/providers/Microsoft.ContainerService/managedClusters/{resourceName}"
_IDS = {
    "resources:ResourceGroup": _GROUP,
    "containerservice:ManagedCluster": _CLUSTER,
    "containerservice:AgentPool": _CLUSTER + "/agentPools/{agentPoolName}",
    "containerservice:MaintenanceConfiguration": (
        _CLUSTER + "/maintenanceConfigurations/{configName}"
    ),
    "managedidentity:UserAssignedIdentity": (
        _GROUP + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{auto}"
    ),
    "operationalinsights:Workspace": (
        _GROUP + "/providers/Microsoft.OperationalInsights/workspaces/{auto}"
    ),
    "monitor:DiagnosticSetting": (
        "{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{auto}"
    ),
    "resources:DeploymentAtSubscriptionScope": (
        f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Resources/deployments/{{auto}}"
    ),
    "authorization:RoleAssignment": "{scope}/{roleAssignmentName}",
}


def made(kind: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """`id` and `name` of an object of an azure-native type; `name` is the resource's own."""
    assert kind in _IDS, f"the double does not know the resource azure-native:{kind}"
    arm_id = _IDS[kind].format(auto=f"{name}1a2b3c4d", **inputs)
    outputs = {"id": arm_id, "name": arm_id.rpartition("/")[2]}
    return outputs | ({"principalId": IDENTITYS_ID} if kind.endswith("Identity") else {})


def shown(inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs as outputs: a set of identities is given as a list and answered as a map."""
    identity: dict[str, Any] = inputs.get("identity") or {}
    if "userAssignedIdentities" not in identity:
        return inputs
    given = cast("list[Any]", identity["userAssignedIdentities"])
    # As the vendor has it, a list that is answered as a map is unknown in a preview.
    unknown = [each for each in given if isinstance(each, pulumi.output.Unknown)]
    answered: Any = unknown[0] if unknown else dict.fromkeys(given, cast("Any", {}))
    return {**inputs, "identity": {**identity, "userAssignedIdentities": answered}}


def served_kubeconfig(user: dict[str, Any]) -> str:
    """A kubeconfig as Azure serves it."""
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": "aks",
                    "cluster": {"server": SERVER, "certificate-authority-data": "Q0E="},
                }
            ],
            "contexts": [
                {"name": "aks", "context": {"cluster": "aks", "user": "clusterUser_rg_aks"}}
            ],
            "current-context": "aks",
            "users": [{"name": "clusterUser_rg_aks", "user": user}],
            "preferences": {},
        }
    )


def credentials(user: dict[str, Any]) -> dict[str, Any]:
    """The answer to the call for the user's kubeconfig."""
    value = base64.b64encode(served_kubeconfig(user).encode()).decode()
    return {"kubeconfigs": [{"name": "clusterUser", "value": value}]}
