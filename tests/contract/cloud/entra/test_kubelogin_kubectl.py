"""kubectl with the kubeconfig that ARM serves, in every way to log in, on one real cluster."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.cloud import github
from rehearsal.cloud.world import World
from tests.contract.cloud.entra.conftest import WORKFLOW
from tests.support.browser import fill_in
from tests.support.kubectl import Kubectl, identity_from
from tests.support.kubelogin import (
    Kubelogin,
    opened,
    password_variables,
    printed_by,
    prompted,
    refusal_of,
    secret_variables,
)

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

    from rehearsal.cloud.world import Account
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


@pytest.fixture(scope="module")
def served(own_azure: OwnAzure, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The user kubeconfig of a cluster where two groups may see the nodes."""
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
    kubelogin = Kubelogin(own_azure.origin, own_azure.ca_file, tmp_path_factory.mktemp("admin"))
    admin = Kubectl(kubelogin, text)
    variables = secret_variables(own_azure.account("ci"))
    groups = f"--group={SG_PAYMENTS} --group={one_of_many(own_azure)}"
    for command in (
        "create clusterrole nodes --verb=get,list --resource=nodes",
        f"create clusterrolebinding nodes --clusterrole=nodes {groups}",
    ):
        printed_by(admin.start("spn", command, **variables))
    return text


@pytest.fixture
def kubectl(own_kubelogin: Kubelogin, served: str) -> Kubectl:
    return Kubectl(own_kubelogin, served)


def test_a_service_principal_is_its_object_id_and_an_admin_by_its_group(
    own_azure: OwnAzure, kubectl: Kubectl
) -> None:
    account = own_azure.account("ci")
    found = identity_from(kubectl.who_am_i("spn", **secret_variables(account)))
    assert found["username"] == account.object_id
    assert SG_ADMINS in found["groups"]
    # A second command, without the secret: the token is remembered.
    client_id = {"AAD_SERVICE_PRINCIPAL_CLIENT_ID": account.app_id}
    assert len(kubectl.nodes("spn", **client_id, AAD_SERVICE_PRINCIPAL_CLIENT_SECRET="-")) == 2


def test_a_person_by_password_is_the_user_principal_name(
    own_azure: OwnAzure, kubectl: Kubectl
) -> None:
    account = own_azure.account("payments-dev")
    found = identity_from(kubectl.who_am_i("ropc", **password_variables(account)))
    assert found["username"] == account.upn
    assert {SG_PAYMENTS, "system:authenticated"} <= set(found["groups"])
    assert len(kubectl.nodes("ropc", **password_variables(account))) == 2


def test_somebody_in_more_groups_than_a_token_names_gets_in_by_one_of_them(
    own_azure: OwnAzure, kubectl: Kubectl
) -> None:
    account = own_azure.account("many-groups")
    found = identity_from(kubectl.who_am_i("ropc", **password_variables(account)))
    assert found["username"] == account.upn
    assert one_of_many(own_azure) in found["groups"]
    assert len(kubectl.nodes("ropc", **password_variables(account))) == 2


def test_who_is_in_no_group_that_is_bound_is_known_and_sees_nothing(
    own_azure: OwnAzure, kubectl: Kubectl
) -> None:
    variables = password_variables(own_azure.account("shop-dev"))
    said = refusal_of(kubectl.start("ropc", "get nodes", **variables))
    assert 'User "shop-dev@contoso.example" cannot list resource "nodes"' in said


def test_a_person_by_device_code(
    own_azure: OwnAzure, kubectl: Kubectl, own_browser: Chrome
) -> None:
    account = own_azure.account("payments-dev")
    process = kubectl.who_am_i("devicecode")
    address, code = prompted(process)
    own_browser.get(address)
    fill_in(own_browser, user_code=code)
    fill_in(own_browser, username=account.upn, password=account.secret)
    found = identity_from(process)
    assert found["username"] == account.upn
    assert SG_PAYMENTS in found["groups"]
    assert len(kubectl.nodes("devicecode")) == 2


def test_a_person_in_the_browser_that_kubelogin_opens(
    own_azure: OwnAzure, kubectl: Kubectl, own_browser: Chrome
) -> None:
    account = own_azure.account("platform-admin")
    process = kubectl.who_am_i("interactive")
    own_browser.get(opened(process))
    fill_in(own_browser, username=account.upn, password=account.secret)
    found = identity_from(process)
    assert found["username"] == account.upn
    assert SG_ADMINS in found["groups"]
    assert len(kubectl.nodes("interactive")) == 2


def test_a_workflow_by_the_token_of_its_job(own_azure: OwnAzure, kubectl: Kubectl) -> None:
    account = own_azure.account("deployer")
    variables = {
        "AZURE_CLIENT_ID": account.app_id,
        "ACTIONS_ID_TOKEN_REQUEST_URL": github.request_address(own_azure.origin, WORKFLOW),
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": github.request_token(own_azure.cloud.home),
    }
    found = identity_from(kubectl.who_am_i("workloadidentity", **variables))
    assert found["username"] == account.object_id
    assert SG_ADMINS in found["groups"]
    assert len(kubectl.nodes("workloadidentity", **variables)) == 2


def test_a_service_account_of_the_cluster_by_its_own_token(
    own_azure: OwnAzure, kubectl: Kubectl
) -> None:
    account = own_azure.account("ci")
    admin = secret_variables(account)
    command = "create token default -n default --audience api://AzureADTokenExchange"
    token = kubectl.kubelogin.cache / "token"
    token.write_text(printed_by(kubectl.start("spn", command, **admin)).strip())
    trust_service_account(own_azure, account)

    found = identity_from(
        kubectl.who_am_i(
            "workloadidentity",
            AZURE_CLIENT_ID=account.app_id,
            AZURE_FEDERATED_TOKEN_FILE=str(token),
        )
    )

    assert found["username"] == account.object_id


def trust_service_account(own_azure: OwnAzure, account: Account) -> None:
    """Give the account's application a federated credential for the cluster's `default`."""
    deployer = own_azure.account("deployer").object_id
    graph = frozenset({"Application.ReadWrite.All"})
    own_azure.cloud.directory.grant(deployer, graph=graph, directory_roles=frozenset())
    with own_azure.http() as client:
        arm = own_azure.deployers(f"{own_azure.origin}/.default")
        cluster = client.get(CLUSTER, params={"api-version": "2025-09-01"}, headers=arm).json()
        body = {
            "name": "default",
            "issuer": cluster["properties"]["oidcIssuerProfile"]["issuerURL"],
            "subject": "system:serviceaccount:default:default",
            "audiences": ["api://AzureADTokenExchange"],
        }
        address = f"/v1.0/applications(appId='{account.app_id}')/federatedIdentityCredentials"
        headers = own_azure.deployers("https://graph.microsoft.com/.default")
        client.post(address, json=body, headers=headers).raise_for_status()


def test_a_proof_of_possession_token_is_none_that_the_cluster_takes(
    own_azure: OwnAzure, kubectl: Kubectl
) -> None:
    flags = ("--pop-enabled", "--pop-claims", f"u={CLUSTER}")
    variables = secret_variables(own_azure.account("ci"))
    said = refusal_of(kubectl.start("spn", "get nodes", *flags, **variables))
    assert "You must be logged in to the server" in said
