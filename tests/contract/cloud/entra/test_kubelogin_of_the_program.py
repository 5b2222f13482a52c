"""The program's own kubeconfigs in real kubelogin, with variables around it that would win."""

from __future__ import annotations

import http.server
import json
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from components.kubeconfig import for_login
from rehearsal.cloud import github
from rehearsal.cloud.world import World
from tests.contract.cloud.entra.conftest import WORKFLOW, token_file
from tests.support.kubelogin import AKS_CLIENT, AKS_SERVER, claims_from, printed_by, prompted

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Generator
    from pathlib import Path

    from tests.contract.conftest import CloudEndpoint
    from tests.support.kubelogin import Kubelogin

STRANGER = "99999999-9999-9999-9999-999999999999"
HOSTILE = {
    "AAD_LOGIN_METHOD": "devicecode",
    "AAD_SERVICE_PRINCIPAL_CLIENT_ID": STRANGER,
    "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET": "not-this-one",
    "ARM_TENANT_ID": STRANGER,
    "AZURE_AUTHORITY_HOST": "https://localhost:9/",
    "AZURE_CLIENT_SECRET": "not-this-one",
    "AZURE_TENANT_ID": STRANGER,
    "AZURE_USERNAME": "nobody@contoso.example",
    "AZURE_PASSWORD": "not-this-one",
}
"""What the surroundings of a deployment may have, each of which kubelogin takes from somewhere."""

AZ = """#!/bin/sh
echo '{"accessToken":"from-az","expires_on":4102444800,"expiresOn":"2100-01-01 00:00:00.000000"}'
"""


def logging_in(kubelogin: Kubelogin, login: str, **variables: str) -> subprocess.Popen[str]:
    """Kubelogin as a client starts it: the kubeconfig's variables over those around it."""
    served = {
        "clusters": [{"name": "aks", "cluster": {"server": "https://localhost:6443"}}],
        "users": [{"name": "user", "user": {"exec": {"args": _served(kubelogin)}}}],
    }
    made = json.loads(for_login(yaml.safe_dump(served), login).text)
    entry: dict[str, Any] = made["users"][0]["user"]["exec"]
    own = {variable["name"]: variable["value"] for variable in entry["env"]}
    return kubelogin.run(entry["args"], **(HOSTILE | variables | own))


def _served(kubelogin: Kubelogin) -> list[str]:
    return [
        *("get-token", "--environment", "AzurePublicCloud", "--server-id", AKS_SERVER),
        *("--client-id", AKS_CLIENT, "--tenant-id", World.load().tenant_id),
        *("--login", "devicecode", "--authority-host", f"{kubelogin.origin}/"),
        "--disable-instance-discovery",
    ]


def test_a_service_principal_is_the_one_of_pulumis_variables(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin
) -> None:
    account = cloud_endpoint.account("deployer")
    claims = claims_from(
        logging_in(
            kubelogin,
            "spn",
            ARM_CLIENT_ID=account.app_id,
            ARM_CLIENT_SECRET=account.secret,
            AZURE_CLIENT_ID=STRANGER,
        )
    )
    assert (claims["oid"], claims["aud"]) == (account.object_id, AKS_SERVER)


def test_the_azure_cli_is_asked_whatever_the_variables_say(kubelogin: Kubelogin) -> None:
    fake = kubelogin.cache / "bin"
    fake.mkdir()
    (fake / "az").write_text(AZ)
    (fake / "az").chmod(0o700)
    path = f"{fake}:{kubelogin.environment()['PATH']}"
    process = logging_in(kubelogin, "azurecli", PATH=path, AZURE_CLIENT_ID=STRANGER)
    assert json.loads(printed_by(process))["status"]["token"] == "from-az"


def test_a_job_needs_no_more_than_the_client_that_pulumi_needs(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin
) -> None:
    account = cloud_endpoint.account("deployer")
    job = {
        "ARM_CLIENT_ID": account.app_id,
        "ACTIONS_ID_TOKEN_REQUEST_URL": github.request_address(cloud_endpoint.origin, WORKFLOW),
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": github.request_token(cloud_endpoint.home),
    }
    assert claims_from(logging_in(kubelogin, "workloadidentity", **job))["oid"] == account.object_id


def test_a_pod_has_the_variables_of_its_workload_identity(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin, tmp_path: Path
) -> None:
    account = cloud_endpoint.account("deployer")
    pod = {
        "AZURE_CLIENT_ID": account.app_id,
        "AZURE_FEDERATED_TOKEN_FILE": str(token_file(cloud_endpoint, tmp_path)),
    }
    assert claims_from(logging_in(kubelogin, "workloadidentity", **pod))["oid"] == account.object_id


@pytest.mark.parametrize("client_id", ["", "0a1b2c3d-0000-4000-8000-000000000999"])
def test_a_machine_is_asked_for_its_identity_or_the_one_of_pulumis_variables(
    kubelogin: Kubelogin, client_id: str
) -> None:
    chosen = {"ARM_CLIENT_ID": client_id} if client_id else {}
    with _machine() as (endpoint, asked):
        machine = {"IDENTITY_ENDPOINT": endpoint, "IDENTITY_HEADER": "header"}
        process = logging_in(kubelogin, "msi", **machine, **chosen, AZURE_CLIENT_ID=STRANGER)
        status = json.loads(printed_by(process))["status"]
    assert status["token"] == "from-the-machine"
    assert len(asked) == 1
    assert STRANGER not in asked[0]
    assert (client_id in asked[0]) if client_id else ("client_id" not in asked[0])


def test_a_person_is_asked_as_the_public_client(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin
) -> None:
    hostile = {"AAD_LOGIN_METHOD": "spn", "AZURE_CLIENT_ID": STRANGER}
    process = logging_in(kubelogin, "devicecode", **hostile)
    address, _ = prompted(process)
    process.terminate()
    process.communicate(timeout=60)
    assert address.startswith(cloud_endpoint.origin)


@contextmanager
def _machine() -> Generator[tuple[str, list[str]]]:
    """An App Service's identity endpoint, and the addresses that it was asked for."""
    asked: list[str] = []

    class Endpoint(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = {
                "access_token": "from-the-machine",
                "expires_on": str(int(time.time()) + 3600),
                "resource": AKS_SERVER,
                "token_type": "Bearer",
            }
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/msi/token", asked
        server.shutdown()
