"""What the command line shows and changes of the tenant while a cluster runs."""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.support.rehearsal import Rehearsal

pytestmark = pytest.mark.e2e

JOB = "repo:contoso/aks-entra:environment:dev"


def client(environment: dict[str, Any]) -> httpx.Client:
    trust = ssl.create_default_context(cafile=environment["SSL_CERT_FILE"])
    return httpx.Client(verify=trust, trust_env=False, base_url=environment["ARM_ENDPOINT"])


def test_a_key_rotation_locks_nobody_out_of_a_running_cluster(deployed: Rehearsal) -> None:
    environment = deployed.json("cloud", "env")

    def published() -> set[str]:
        with client(environment) as http:
            reply = http.get(f"/{environment['ARM_TENANT_ID']}/discovery/keys").raise_for_status()
        return {key["kid"] for key in reply.json()["keys"]}

    def user_name(account: str) -> str:
        review = deployed.kubectl(account, "auth", "whoami", "-o", "json").stdout
        return json.loads(review)["status"]["userInfo"]["username"]

    # The first then has a token of the old key in kubelogin's cache, the second logs in anew.
    assert user_name("payments-dev").startswith("payments-dev@")
    before = published()
    made = deployed.run("cloud", "rotate-keys").stdout.split()[-1]
    assert made not in before
    assert published() == {*before, made}
    assert user_name("payments-dev").startswith("payments-dev@")
    assert user_name("shop-dev").startswith("shop-dev@")


def test_a_github_job_logs_in_by_the_variables_it_is_given(deployed: Rehearsal) -> None:
    environment = deployed.json("cloud", "env", "--github", JOB)
    with client(environment) as http:
        address = (
            f"{environment['ACTIONS_ID_TOKEN_REQUEST_URL']}&audience=api://AzureADTokenExchange"
        )
        bearer = f"bearer {environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}"
        token = http.get(address, headers={"Authorization": bearer}).raise_for_status().json()
        reply = http.post(
            f"/{environment['ARM_TENANT_ID']}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": environment["ARM_CLIENT_ID"],
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": token["value"],
                "scope": f"{environment['ARM_ENDPOINT']}/.default",
            },
        )
        assert reply.is_success, reply.text
        mine = http.get(
            "/subscriptions?api-version=2022-12-01",
            headers={"Authorization": f"Bearer {reply.json()['access_token']}"},
        )
    shown = [found["subscriptionId"] for found in mine.raise_for_status().json()["value"]]
    assert shown == [environment["ARM_SUBSCRIPTION_ID"]]
