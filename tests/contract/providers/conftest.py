"""The providers, as an engine talks to them, against a local Azure of this run."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from rehearsal.cloud import daemon
from rehearsal.cloud.environment import client_environment
from rehearsal.home import Home
from rehearsal.providers import servicers
from rehearsal.toolchain import find
from tests.support.provider_host import Hosted, hosted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rehearsal.providers.codec import Json

STACK = "urn:pulumi:dev::contract::"


@dataclass(frozen=True)
class Made:
    """An object that a provider made, as the engine would record it."""

    provider: Hosted
    urn: str
    id: str
    inputs: Json
    outputs: Json

    @classmethod
    def make(cls, provider: Hosted, token: str, name: str, given: Json) -> Made:
        """Check and create; the inputs must be accepted."""
        urn = f"{STACK}{token}::{name}"
        inputs, failures = provider.check(urn, given)
        assert failures == []
        made, outputs = provider.create(urn, inputs)
        return cls(provider, urn, made, inputs, outputs)

    def again(self) -> str:
        """The id that the create gives when a killed run repeats it."""
        return self.provider.create(self.urn, self.inputs)[0]

    def drift(self) -> set[str]:
        """The paths that a refresh would plan to change back."""
        _, _, inputs = self.provider.read(self.urn, self.id, self.inputs, self.outputs)
        return set(self.provider.diff(self.urn, inputs, self.inputs, self.id).detailedDiff)

    def change(self, **news: Any) -> Json:
        """Update; the new outputs."""
        changed = self.inputs | news
        return self.provider.update(self.urn, self.id, self.inputs, changed, self.outputs)

    def delete(self) -> None:
        """Delete, and be sure that it is gone."""
        self.provider.delete(self.urn, self.id, self.inputs)
        assert self.provider.read(self.urn, self.id, self.inputs, self.outputs)[0] == ""


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The variables of a local Azure that runs for this session."""
    home = Home(tmp_path_factory.mktemp("azure")).create()
    daemon.start(home)
    tools = find()
    path = f"{tools.kubelogin.parent}{os.pathsep}{os.environ['PATH']}"
    yield {**os.environ, **client_environment(home), "PATH": path}
    daemon.stop(home)


@pytest.fixture(scope="session")
def azure(environment: dict[str, str]) -> Iterator[Hosted]:
    with hosted(servicers(environment)["azure-native"]()) as provider:
        provider.configure()
        yield provider


@pytest.fixture(scope="session")
def directory(environment: dict[str, str]) -> Iterator[Hosted]:
    with hosted(servicers(environment)["azuread"]()) as provider:
        provider.configure()
        yield provider


@pytest.fixture(scope="session")
def deployer(azure: Hosted) -> Json:
    """The client's own configuration: clientId, objectId, subscriptionId, tenantId."""
    return azure.invoke("azure-native:authorization:getClientConfig")


@pytest.fixture(scope="session")
def group(azure: Hosted) -> Made:
    """A resource group."""
    inputs = {
        "resourceGroupName": "rg-contract",
        "location": "westeurope",
        "tags": {"owner": "platform"},
    }
    return Made.make(azure, "azure-native:resources:ResourceGroup", "rg", inputs)


@pytest.fixture(scope="session")
def admins(directory: Hosted, deployer: Json) -> Made:
    """An Entra group with the deployer in it."""
    inputs = {
        "displayName": "contract-admins",
        "securityEnabled": True,
        "preventDuplicateNames": True,
        "owners": [deployer["objectId"]],
        "members": [deployer["objectId"]],
    }
    return Made.make(directory, "azuread:index/group:Group", "admins", inputs)


@pytest.fixture(scope="session")
def cluster(azure: Hosted, group: Made, admins: Made, deployer: Json) -> Made:
    """A cluster whose admins are that group."""
    inputs = {
        "resourceGroupName": group.inputs["resourceGroupName"],
        "resourceName": "aks-contract",
        "dnsPrefix": "aks-contract",
        "enableRBAC": True,
        "disableLocalAccounts": True,
        "identity": {"type": "SystemAssigned"},
        "aadProfile": {
            "managed": True,
            "enableAzureRBAC": False,
            "adminGroupObjectIDs": [admins.outputs["objectId"]],
            "tenantID": deployer["tenantId"],
        },
        "agentPoolProfiles": [
            {"name": "system", "mode": "System", "count": 1, "vmSize": "Standard_D4ds_v5"}
        ],
        "tags": {"owner": "platform"},
    }
    return Made.make(azure, "azure-native:containerservice:ManagedCluster", "cluster", inputs)


@pytest.fixture(scope="session")
def cluster_objects(environment: dict[str, str], azure: Hosted, cluster: Made) -> Iterator[Hosted]:
    """The kubernetes provider, logged in as the deployer by the real kubelogin."""
    answer = azure.invoke(
        "azure-native:containerservice:listManagedClusterUserCredentials",
        {key: cluster.inputs[key] for key in ("resourceGroupName", "resourceName")},
    )
    kubeconfig = yaml.safe_load(base64.b64decode(answer["kubeconfigs"][0]["value"]))
    arguments = kubeconfig["users"][0]["user"]["exec"]["args"]
    arguments[arguments.index("devicecode")] = "spn"
    arguments.append("--use-azurerm-env-vars")
    with hosted(servicers(environment)["kubernetes"]()) as provider:
        provider.configure({"kubeconfig": yaml.safe_dump(kubeconfig)})
        yield provider
