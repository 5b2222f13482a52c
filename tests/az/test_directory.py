"""`az ad`: groups, people, applications and their service principals."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.conftest import CloudEndpoint
    from tests.support.az import Shell


def test_a_group_is_made_and_has_members(cloud_endpoint: CloudEndpoint, admin: Shell) -> None:
    made = admin.json("az ad group create --display-name team --mail-nickname team")
    assert made["securityEnabled"] is True
    assert admin.json("az ad group show --group team")["id"] == made["id"]
    member = cloud_endpoint.account("shop-dev")
    options = f"--group team --member-id {member.object_id}"
    assert admin.json(f"az ad group member check {options}") == {"value": False}
    admin.run(f"az ad group member add {options}")
    assert admin.json(f"az ad group member check {options}") == {"value": True}
    assert "already exist" in admin.refused(f"az ad group member add {options}")
    listed = admin.json("az ad group member list --group team")
    assert [one["userPrincipalName"] for one in listed] == [member.upn]
    groups = admin.json(f"az ad user get-member-groups --id {member.upn}")
    assert "team" in {group["displayName"] for group in groups}
    admin.run(f"az ad group member remove {options}")
    admin.run("az ad group delete --group team")
    assert "team" not in admin.json("az ad group list --query [].displayName")


def test_people_are_found(cloud_endpoint: CloudEndpoint, admin: Shell, deployer: Shell) -> None:
    account = cloud_endpoint.account("payments-dev")
    assert admin.json(f"az ad user show --id {account.upn}")["id"] == account.object_id
    assert "does not exist" in admin.refused("az ad user show --id nobody@contoso.example", 3)
    me = admin.json("az ad signed-in-user show")
    assert me["userPrincipalName"] == cloud_endpoint.account("platform-admin").upn
    said = deployer.refused("az ad signed-in-user show")
    assert "/me request is only valid with delegated authentication flow" in said


def test_service_principals_are_found(cloud_endpoint: CloudEndpoint, admin: Shell) -> None:
    account = cloud_endpoint.account("ci")
    found = admin.json("az ad sp list --display-name ci")
    assert [principal["appId"] for principal in found] == [account.app_id]
    assert admin.json(f"az ad sp show --id {account.app_id}")["id"] == account.object_id
    everyone = admin.json("az ad sp list --all --query [].displayName")
    assert "Azure Kubernetes Service AAD Server" in everyone


def test_an_application_gets_secrets_and_trusts_a_pipeline(
    cloud_endpoint: CloudEndpoint, admin: Shell, new_shell: Callable[[], Shell]
) -> None:
    app_id = admin.json("az ad app create --display-name deploy")["appId"]
    admin.run(f"az ad sp create --id {app_id}")
    secret = admin.json(f"az ad app credential reset --id {app_id}")["password"]
    tenant = cloud_endpoint.world.tenant_id
    login = f"az login --service-principal --username {app_id} --tenant {tenant}"
    new_shell().run(f"{login} --password={secret} --allow-no-subscriptions")
    credential = {
        "name": "main",
        "issuer": "https://token.actions.githubusercontent.com",
        "subject": "repo:contoso/deploy:ref:refs/heads/main",
        "audiences": ["api://AzureADTokenExchange"],
    }
    federated = "az ad app federated-credential"
    words = shlex.quote(json.dumps(credential))
    made = admin.json(f"{federated} create --id {app_id} --parameters {words}")
    assert credential.items() <= made.items()
    listed = admin.json(f"{federated} list --id {app_id}")
    assert [one["name"] for one in listed] == ["main"]
    admin.run(f"{federated} delete --id {app_id} --federated-credential-id {made['id']}")
    assert admin.json(f"{federated} list --id {app_id}") == []
    admin.run(f"az ad app delete --id {app_id}")


def test_a_pipeline_gets_a_role_at_once(
    cloud_endpoint: CloudEndpoint, admin: Shell, new_shell: Callable[[], Shell]
) -> None:
    scope = f"/subscriptions/{cloud_endpoint.world.subscription_id}"
    made = admin.json(f"az ad sp create-for-rbac --name reader --role Reader --scopes {scope}")
    pipeline = new_shell()
    pipeline.run(
        f"az login --service-principal --username {made['appId']} --password={made['password']}"
        f" --tenant {made['tenant']}"
    )
    assert pipeline.json("az group list") is not None
    refused = pipeline.refused("az group create -n not-mine -l centralus")
    assert "(AuthorizationFailed)" in refused
