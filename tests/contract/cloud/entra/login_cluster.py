"""The one cluster on which all ways to log in are tried."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING, Any

from rehearsal.cloud.world import World
from tests.support.kubectl import Kubectl
from tests.support.kubelogin import Kubelogin, printed_by, secret_variables

if TYPE_CHECKING:
    from pathlib import Path

    from tests.contract.cloud.entra.conftest import OwnAzure

WORLD = World.load()
SG_ADMINS = "0a1b2c3d-0000-4000-8000-000000000401"
SG_PAYMENTS = "0a1b2c3d-0000-4000-8000-000000000402"
GROUP = f"/subscriptions/{WORLD.subscription_id}/resourceGroups/rg-login"
CLUSTER = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/aks-login"
BODY: dict[str, Any] = {
    "location": "westeurope",
    "identity": {"type": "SystemAssigned"},
    "properties": {
        "dnsPrefix": "aks-login",
        "disableLocalAccounts": True,
        "oidcIssuerProfile": {"enabled": True},
        "aadProfile": {"managed": True, "adminGroupObjectIDs": [SG_ADMINS]},
        "agentPoolProfiles": [
            {"name": "system", "mode": "System", "count": 2, "vmSize": "Standard_D4ds_v5"}
        ],
    },
}


def one_of_many(own_azure: OwnAzure) -> str:
    """Id of a group that many-groups is in, of more than a token can name."""
    groups = own_azure.cloud.directory.all("Group")
    return next(group["id"] for group in groups if group["displayName"] == "sg-many-123")


def make_cluster(own_azure: OwnAzure, cache: Path) -> str:
    """The user kubeconfig of a new cluster where two groups may see the nodes."""
    with own_azure.http() as client:
        client.headers.update(own_azure.deployers(f"{own_azure.origin}/.default"))
        client.params = {"api-version": "2025-09-01"}
        location = {"location": "westeurope"}
        older = {"api-version": "2024-03-01"}
        client.put(GROUP, params=older, json=location).raise_for_status()
        state = client.put(CLUSTER, json=BODY).raise_for_status().json()
        while state["properties"]["provisioningState"] not in ("Succeeded", "Failed"):
            time.sleep(0.1)
            state = client.get(CLUSTER).raise_for_status().json()
        answer = client.post(f"{CLUSTER}/listClusterUserCredential").raise_for_status()
    text = base64.b64decode(answer.json()["kubeconfigs"][0]["value"]).decode()
    kubelogin = Kubelogin(own_azure.origin, own_azure.ca_file, cache)
    admin = Kubectl(kubelogin, text)
    variables = secret_variables(own_azure.account("ci"))
    groups = f"--group={SG_PAYMENTS} --group={one_of_many(own_azure)}"
    for command in (
        "create clusterrole nodes --verb=get,list --resource=nodes",
        f"create clusterrolebinding nodes --clusterrole=nodes {groups}",
    ):
        printed_by(admin.start("spn", command, **variables))
    return text
