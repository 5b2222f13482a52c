"""A strict double of the cloud behind the program: a directory, a subscription, a cluster.

An unknown resource type, function or directory entry fails the run.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from pulumi.runtime import mocks

from tests.support import azure_double
from tests.support.azure_double import (
    CALLER,
    DEPLOYER,
    NO_CLUSTER,
    SERVED_EXEC,
    SERVER,
    SUBSCRIPTION,
    TENANT,
    served_kubeconfig,
)

__all__ = [
    "COMPONENTS",
    "DEPLOYER",
    "PROJECT",
    "SERVED_EXEC",
    "SERVER",
    "SUBSCRIPTION",
    "TENANT",
    "Double",
    "World",
    "object_id",
    "served_kubeconfig",
]

PROJECT = "aks-entra"
COMPONENTS = {
    f"{PROJECT}:index:{name}"
    for name in ("EntraGroup", "EntraCluster", "ClusterAccess", "TeamAccess")
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
    cluster: dict[str, Any] | str = NO_CLUSTER
    """The cluster that is there before the program runs, as the SDK shows it, or why none is
    shown."""
    subscription_tenant: str = TENANT
    """Tenant through which the subscription is used."""
    credentials_refused: str = ""
    """How Azure refuses the user kubeconfig; empty if it does not."""
    mail_groups: set[str] = field(default_factory=set[str])
    """Names of those of `groups` that are no security groups."""
    feature_states: list[str] = field(default_factory=lambda: ["Registered"])
    """States of any feature's registration, one for each look; the last one stays."""


def _outputs(kind: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    match kind:
        case azure if azure.startswith("azure-native:"):
            return azure_double.made(kind.removeprefix("azure-native:"), name, inputs)
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
        outputs = _outputs(args.typ, args.name, inputs)
        # A preview knows no id and no output that is not an input.
        shown = azure_double.shown(inputs)
        return ("", shown) if self.preview else (outputs.pop("id"), {**shown, **outputs})

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        arguments: dict[str, Any] = vars(args)["args"]
        self.calls.append((args.token, arguments))
        answer = self._azure(args.token, arguments)
        if isinstance(answer, str):
            return {}, [("", answer)]
        answer = answer or self._directory(args.token, arguments)
        return (answer, []) if answer is not None else ({}, [("displayName", "was not found")])

    def _azure(self, token: str, args: dict[str, Any]) -> dict[str, Any] | str | None:
        """What azure-native answers, or how it refuses; None where it is not asked."""
        match token:
            case "azure-native:authorization:getClientConfig":
                tenant = self.world.subscription_tenant
                return {**CALLER, "tenantId": tenant, "subscriptionId": SUBSCRIPTION}
            case "azure-native:containerservice:listManagedClusterUserCredentials":
                assert not self.preview, "there is no cluster to ask at a first preview"
                refused = self.world.credentials_refused
                return refused or azure_double.credentials(self.world.kubeconfig_user)
            case "azure-native:containerservice:getManagedCluster":
                return self.world.cluster
            case "azure-native:features:getSubscriptionFeatureRegistration":
                states = self.world.feature_states
                state = states.pop(0) if len(states) > 1 else states[0]
                return {"name": args["featureName"], "properties": {"state": state}}
            case _:
                return None

    def _directory(self, token: str, args: dict[str, Any]) -> dict[str, Any] | None:
        match token:
            case "azuread:index/getClientConfig:getClientConfig":
                return CALLER
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
            "securityEnabled": name not in self.world.mail_groups,
        }
