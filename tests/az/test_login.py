"""How az logs in, and what it knows of the account then."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import jwt
import pytest

from rehearsal.cloud import github
from tests.support.az_realm import realm_proxy
from tests.support.rehearsal import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.contract.conftest import CloudEndpoint
    from tests.support.az import Result, Shell


def rehearsal(cloud: CloudEndpoint, *words: str) -> Result:
    """`python -m rehearsal WORDS` in the home of this local Azure."""
    return subprocess.run(
        [sys.executable, "-m", "rehearsal", *words],
        cwd=ROOT,
        env=os.environ | {"REHEARSAL_HOME": str(cloud.home.root)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def job_token(cloud: CloudEndpoint, subject: str) -> str:
    """What a job of GitHub Actions gets to log in with."""
    with cloud.http() as client:
        reply = client.get(
            f"{github.request_address(cloud.origin, subject)}&audience=api://AzureADTokenExchange",
            headers={"Authorization": f"bearer {github.request_token(cloud.home)}"},
        )
    return reply.json()["value"]


def test_a_service_principal_by_its_secret(cloud_endpoint: CloudEndpoint, deployer: Shell) -> None:
    account = cloud_endpoint.account("deployer")
    shown = deployer.json("az account show")
    assert shown["user"] == {"name": account.app_id, "type": "servicePrincipal"}
    assert shown["id"] == cloud_endpoint.world.subscription_id
    assert shown["environmentName"] == "LocalAzure"


def test_a_person_on_the_login_page(cloud_endpoint: CloudEndpoint, admin: Shell) -> None:
    shown = admin.json("az account show")
    upn = cloud_endpoint.account("platform-admin").upn
    assert shown["user"] == {"name": upn, "type": "user"}
    listed = admin.json("az account list")
    assert [(one["name"], one["state"]) for one in listed] == [(shown["name"], "Enabled")]
    assert "centralus" in admin.json("az account list-locations --query [].name")


def test_a_person_by_password(
    cloud_endpoint: CloudEndpoint, new_shell: Callable[[], Shell]
) -> None:
    account = cloud_endpoint.account("shop-dev")
    shell = new_shell()
    login = f"az login -u {account.upn} --allow-no-subscriptions -p"
    with realm_proxy(cloud_endpoint.origin) as proxy:
        said = shell.run(f"{login} wrong", expect=1, HTTPS_PROXY=proxy).stderr
        assert "AADSTS50126" in said
        shell.run(f"{login} {account.secret}", HTTPS_PROXY=proxy)
    assert shell.json("az ad signed-in-user show")["id"] == account.object_id


def test_a_workflow_by_the_token_of_its_job(
    cloud_endpoint: CloudEndpoint, new_shell: Callable[[], Shell]
) -> None:
    shell = new_shell()
    account = cloud_endpoint.account("ci")
    login = (
        f"az login --service-principal --username {account.app_id} --tenant {account.tenant_id}"
        " --allow-no-subscriptions --federated-token"
    )
    said = shell.refused(f"{login} {job_token(cloud_endpoint, 'repo:fork/aks-entra:pull_request')}")
    assert "AADSTS70021" in said
    shell.run(f"{login} {job_token(cloud_endpoint, 'repo:contoso/aks-entra:pull_request')}")
    given = shell.json("az account get-access-token")
    claims = jwt.decode(given["accessToken"], options={"verify_signature": False})
    assert claims["appid"] == account.app_id


def test_an_application_by_the_certificate_that_az_makes_for_it(
    cloud_endpoint: CloudEndpoint, admin: Shell, new_shell: Callable[[], Shell]
) -> None:
    made = admin.json("az ad sp create-for-rbac --name by-certificate --create-cert")
    login = (
        f"az login --service-principal --username {made['appId']} --tenant {made['tenant']}"
        f" --certificate {made['fileWithCertAndPrivateKey']} --allow-no-subscriptions"
    )
    shell = new_shell()
    shell.run(login)
    shown = shell.json("az account show")
    assert shown["user"] == {"name": made["appId"], "type": "servicePrincipal"}
    assert shown["tenantId"] == cloud_endpoint.world.tenant_id


def test_a_wrong_secret_is_said_in_entras_words(
    cloud_endpoint: CloudEndpoint, new_shell: Callable[[], Shell]
) -> None:
    account = cloud_endpoint.account("ci")
    login = f"az login --service-principal -u {account.app_id} --tenant {account.tenant_id}"
    assert "AADSTS7000215" in new_shell().refused(f"{login} -p wrong")


def test_a_person_without_a_role_has_no_subscription(
    cloud_endpoint: CloudEndpoint, new_shell: Callable[[], Shell]
) -> None:
    logged_in = new_shell().log_in_on_the_page(cloud_endpoint.account("outsider"))
    assert logged_in.returncode == 1
    assert "No subscriptions found for outsider@contoso.example" in logged_in.stderr


def test_tokens_are_given_for_what_is_asked(cloud_endpoint: CloudEndpoint, admin: Shell) -> None:
    server = "6dae42f8-4368-4678-94ff-3960e28e3630"
    given = admin.json(f"az account get-access-token --resource {server}")
    claims = jwt.decode(given["accessToken"], options={"verify_signature": False})
    assert claims["aud"] == server
    assert claims["upn"] == cloud_endpoint.account("platform-admin").upn


def test_nothing_is_left_after_logging_out(
    cloud_endpoint: CloudEndpoint, new_shell: Callable[[], Shell]
) -> None:
    shell = new_shell()
    shell.log_in_by_secret(cloud_endpoint.account("deployer"))
    shell.run("az logout")
    assert "az login" in shell.refused("az account show")


@pytest.mark.usefixtures("admin")
def test_the_rehearsal_runs_az_as_an_account(cloud_endpoint: CloudEndpoint) -> None:
    for name, user in (
        ("platform-admin", "platform-admin@contoso.example"),
        ("deployer", cloud_endpoint.account("deployer").app_id),
    ):
        words = ("az", "account", "show", "--query", "user.name", "--output", "tsv")
        shown = rehearsal(cloud_endpoint, "as", name, "--", *words)
        assert shown.stdout.strip() == user, shown.stderr
        assert "WARNING" not in shown.stderr
    wrong = rehearsal(cloud_endpoint, "as", "deployer", "--", "az", "nonsense")
    assert wrong.returncode == 2
    assert "'nonsense' is misspelled" in wrong.stderr


def test_the_exports_for_a_shell_are_all_that_az_needs(
    cloud_endpoint: CloudEndpoint, tmp_path: Path
) -> None:
    script = (
        f"{rehearsal(cloud_endpoint, 'cloud', 'env').stdout}\n"
        "az login --service-principal -u $ARM_CLIENT_ID -p $ARM_CLIENT_SECRET"
        " --tenant $ARM_TENANT_ID --output none\n"
        "az group list --output none\n"
        "command -v kubelogin\n"
    )
    bare = {"HOME": str(tmp_path), "PATH": "/bin"}
    ran = subprocess.run(
        ["/bin/sh", "-euc", script], env=bare, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert list(tmp_path.iterdir()) == []
