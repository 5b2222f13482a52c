"""kubectl with the kubeconfig that ARM serves, in every way to log in, on one real cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud import github
from tests.contract.cloud.entra.conftest import WORKFLOW
from tests.contract.cloud.entra.login_cluster import CLUSTER, SG_ADMINS, SG_PAYMENTS, one_of_many
from tests.support.browser import fill_in
from tests.support.kubectl import identity_from
from tests.support.kubelogin import (
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
    from tests.support.kubectl import Kubectl


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


def test_a_guest_is_an_object_id_and_sees_nothing_without_a_binding(
    own_azure: OwnAzure, kubectl: Kubectl
) -> None:
    account = own_azure.account("guest")
    variables = password_variables(account)
    found = identity_from(kubectl.who_am_i("ropc", **variables))
    assert found["username"] == account.object_id
    said = refusal_of(kubectl.start("ropc", "get nodes", **variables))
    assert f'User "{account.object_id}" cannot list resource "nodes"' in said


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
