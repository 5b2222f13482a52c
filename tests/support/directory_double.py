"""A strict double of the cloud behind the program: a directory, a subscription, a cluster.

An unknown resource type, function or directory entry fails the run.
"""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass, field
from typing import Any

import yaml
from pulumi.runtime import mocks

PROJECT = "aks-entra"
TENANT = "11111111-1111-1111-1111-111111111111"
SUBSCRIPTION = "22222222-2222-2222-2222-222222222222"
DEPLOYER = "33333333-3333-3333-3333-333333333333"
SERVER = "https://localhost:6443"
COMPONENTS = {
    f"{PROJECT}:index:{name}"
    for name in ("EntraGroup", "EntraCluster", "ClusterAccess", "TeamAccess")
}


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


def object_id(name: str) -> str:
    """The object id that the double's directory gives a name."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name))


@dataclass
class World:
    """What the double's directory and cluster hold."""

    groups: dict[str, list[str]] = field(
        default_factory=lambda: {
            "sg-platform-admins": [DEPLOYER],
            "sg-payments": [],
            "sg-shop": [],
            "sg-auditors": [],
        }
    )
    """Members, nested ones too, of each group by display name."""
    users: set[str] = field(default_factory=lambda: {"platform-admin@contoso.example"})
    service_principals: set[str] = field(default_factory=set[str])
    """Object ids."""
    kubeconfig_user: dict[str, Any] = field(default_factory=lambda: {"exec": SERVED_EXEC})


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


class Double(mocks.Mocks):
    """Answers for the providers, and keeps what was called."""

    def __init__(self, world: World, *, preview: bool) -> None:
        self.world, self.preview = world, preview
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        inputs: dict[str, Any] = vars(args)["inputs"]
        if args.typ in COMPONENTS:
            assert not inputs, "inputs of a component would make it a changed row of its own"
            return "", {}
        outputs = self._outputs(args.typ, inputs)
        # A preview knows no id and no output that is not an input.
        return ("", inputs) if self.preview else (outputs.pop("id"), {**inputs, **outputs})

    def _outputs(self, kind: str, inputs: dict[str, Any]) -> dict[str, Any]:
        scope = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{inputs.get('resourceGroupName')}"
        clusters = "Microsoft.ContainerService/managedClusters"
        match kind.removeprefix("azure-native:"):
            case "resources:ResourceGroup":
                return {"id": scope, "name": inputs["resourceGroupName"]}
            case "containerservice:ManagedCluster":
                name = inputs["resourceName"]
                return {"id": f"{scope}/providers/{clusters}/{name}", "name": name}
            case "authorization:RoleAssignment":
                return {"id": f"{inputs['scope']}/{inputs['roleAssignmentName']}"}
            case "azuread:index/group:Group":
                group_id = object_id(inputs["displayName"])
                return {"id": f"/groups/{group_id}", "objectId": group_id}
            case "pulumi:providers:kubernetes":
                return {"id": "k8s"}
            case kubernetes if kubernetes.startswith("kubernetes:"):
                metadata = inputs["metadata"]
                return {"id": f"{metadata.get('namespace', '')}/{metadata['name']}"}
            case unknown:
                raise AssertionError(f"the double does not know the resource {unknown}")

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        arguments: dict[str, Any] = vars(args)["args"]
        self.calls.append((args.token, arguments))
        answer = self._answer(args.token, arguments)
        return (answer, []) if answer is not None else ({}, [("displayName", "was not found")])

    def _answer(self, token: str, args: dict[str, Any]) -> dict[str, Any] | None:
        caller = {"objectId": DEPLOYER, "tenantId": TENANT, "clientId": "deployer"}
        match token:
            case "azuread:index/getClientConfig:getClientConfig":
                return caller
            case "azure-native:authorization:getClientConfig":
                return {**caller, "subscriptionId": SUBSCRIPTION}
            case "azuread:index/getGroup:getGroup":
                return self._group(args)
            case "azuread:index/getUser:getUser":
                by_id = {object_id(name): name for name in self.world.users}
                name = args.get("userPrincipalName") or by_id.get(args.get("objectId", ""))
                known = name in self.world.users
                return (
                    {"objectId": object_id(str(name)), "userPrincipalName": name} if known else None
                )
            case "azuread:index/getServicePrincipal:getServicePrincipal":
                wanted = args["objectId"]
                known = wanted in self.world.service_principals
                return {"objectId": wanted, "displayName": f"app-{wanted[:4]}"} if known else None
            case "azure-native:containerservice:listManagedClusterUserCredentials":
                assert not self.preview, "there is no cluster to ask at a first preview"
                value = base64.b64encode(served_kubeconfig(self.world.kubeconfig_user).encode())
                return {"kubeconfigs": [{"name": "clusterUser", "value": value.decode()}]}
            case unknown:
                raise AssertionError(f"the double does not know the function {unknown}")

    def _group(self, args: dict[str, Any]) -> dict[str, Any] | None:
        by_id = {object_id(name): name for name in self.world.groups}
        name = args.get("displayName") or by_id.get(args.get("objectId", ""))
        if name not in self.world.groups:
            return None
        return {
            "objectId": object_id(name),
            "displayName": name,
            "members": self.world.groups[name],
        }
