"""Real kubelogin against the local Entra, as kubeconfigs call it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from rehearsal import toolchain

if TYPE_CHECKING:
    from pathlib import Path

    from tests.contract.conftest import CloudEndpoint

AKS_SERVER = "6dae42f8-4368-4678-94ff-3960e28e3630"
AKS_CLIENT = "80faf920-1908-4b52-b5ef-a8e7bedfc67a"
PROMPT = re.compile(r"open the page (?P<address>\S+) and enter the code (?P<code>\S+)")


class Kubelogin:
    """`kubelogin get-token` with an own token cache."""

    def __init__(self, cloud: CloudEndpoint, cache: Path) -> None:
        self.cloud = cloud
        self._cache = cache
        self._tool = str(toolchain.find().kubelogin)

    def start(self, mode: str, *words: str, **variables: str) -> subprocess.Popen[str]:
        """The running command, logging in by `mode`."""
        command = [
            *(self._tool, "get-token", "--login", mode, "--environment", "AzurePublicCloud"),
            *("--server-id", AKS_SERVER, "--tenant-id", self.cloud.world.tenant_id),
            *("--authority-host", f"{self.cloud.origin}/", "--disable-instance-discovery"),
            *("--token-cache-dir", str(self._cache), *words),
        ]
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self._cache),
            "SSL_CERT_FILE": self.cloud.ca_file,
            **variables,
        }
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True)

    def claims(self, process: subprocess.Popen[str]) -> dict[str, Any]:
        """Claims of the token in the ExecCredential that the command prints."""
        printed, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
        credential = json.loads(printed)
        assert credential["kind"] == "ExecCredential"
        assert credential["apiVersion"] == "client.authentication.k8s.io/v1beta1"
        return jwt.decode(credential["status"]["token"], options={"verify_signature": False})


@pytest.fixture
def kubelogin(cloud_endpoint: CloudEndpoint, tmp_path: Path) -> Kubelogin:
    return Kubelogin(cloud_endpoint, tmp_path)


def test_a_service_principal(kubelogin: Kubelogin) -> None:
    account = kubelogin.cloud.account("ci")
    process = kubelogin.start(
        "spn",
        AAD_SERVICE_PRINCIPAL_CLIENT_ID=account.app_id,
        AAD_SERVICE_PRINCIPAL_CLIENT_SECRET=account.secret,
    )
    claims = kubelogin.claims(process)
    assert claims["aud"] == AKS_SERVER
    assert claims["oid"] == account.object_id


def test_the_deployer_by_the_variables_of_its_environment(kubelogin: Kubelogin) -> None:
    environment = kubelogin.cloud.environment
    names = ("ARM_CLIENT_ID", "ARM_CLIENT_SECRET", "ARM_TENANT_ID")
    variables = {name: environment[name] for name in names}
    process = kubelogin.start("spn", "--use-azurerm-env-vars", **variables)
    assert kubelogin.claims(process)["appid"] == environment["ARM_CLIENT_ID"]


@pytest.mark.parametrize("name", ["payments-dev", "guest", "many-groups"])
def test_a_person_by_password(kubelogin: Kubelogin, name: str) -> None:
    account = kubelogin.cloud.account(name)
    variables = {
        "AAD_USER_PRINCIPAL_NAME": account.upn,
        "AAD_USER_PRINCIPAL_PASSWORD": account.secret,
    }
    claims = kubelogin.claims(kubelogin.start("ropc", "--client-id", AKS_CLIENT, **variables))
    assert claims["oid"] == account.object_id
    assert claims["iss"] == f"https://sts.windows.net/{account.tenant_id}/"


def test_a_wrong_password_is_said_in_entras_words(kubelogin: Kubelogin) -> None:
    variables = {
        "AAD_USER_PRINCIPAL_NAME": kubelogin.cloud.account("shop-dev").upn,
        "AAD_USER_PRINCIPAL_PASSWORD": "wrong",
    }
    process = kubelogin.start("ropc", "--client-id", AKS_CLIENT, **variables)
    _, said = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "AADSTS50126" in said


@pytest.mark.parametrize("legacy", [(), ("--legacy",)], ids=["v2", "legacy"])
def test_a_person_on_the_login_page(kubelogin: Kubelogin, legacy: tuple[str, ...]) -> None:
    account = kubelogin.cloud.account("payments-dev")
    process = kubelogin.start("devicecode", "--client-id", AKS_CLIENT, *legacy)
    assert process.stderr is not None
    prompt = None
    while prompt is None:
        line = process.stderr.readline()
        assert line, "kubelogin ended without asking anybody to log in"
        prompt = PROMPT.search(line)

    with kubelogin.cloud.http() as client:
        page = client.get(prompt["address"])
        assert 'name="user_code"' in page.text
        form = {
            "user_code": prompt["code"],
            "username": account.upn,
            "password": account.secret,
            "action": "login",
        }
        assert "is signed in on the device" in client.post(prompt["address"], data=form).text

    claims = kubelogin.claims(process)
    assert claims["upn"] == account.upn
    assert claims["aud"].removeprefix("spn:") == AKS_SERVER
