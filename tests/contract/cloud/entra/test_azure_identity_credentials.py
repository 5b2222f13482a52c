"""azure-identity's credentials of applications, sync and async: secret, certificate, federation."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    CertificateCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    WorkloadIdentityCredential,
)
from azure.identity import aio as asynchronous
from cryptography.hazmat.primitives import serialization

from rehearsal.cloud import github
from rehearsal.cloud.store import Store
from tests.support.assertions import EXCHANGE, certificate_of, new_key, register_certificate
from tests.support.identity import claims_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.contract.conftest import CloudEndpoint

SUBJECT = "repo:contoso/aks-entra:environment:prd"
SCOPE = "https://management.azure.com/.default"
KINDS = ["sync", "async"]


def workflow_token(cloud: CloudEndpoint, subject: str = SUBJECT) -> str:
    """What a job of GitHub Actions gets, by the two variables that it has."""
    address = github.request_address(cloud.origin, subject)
    bearer = github.request_token(cloud.home)
    headers = {"authorization": f"Bearer {bearer}"}
    with cloud.http() as client:
        reply = client.get(f"{address}&audience={EXCHANGE}", headers=headers)
    return reply.raise_for_status().json()["value"]


def token_of(kind: str, cloud: CloudEndpoint, name: str, *given: Any, **named: Any) -> str:
    """The token that the credential class of that name gets."""
    options = {
        "authority": cloud.origin,
        "disable_instance_discovery": True,
        "connection_verify": cloud.ca_file,
        **named,
    }
    if kind == "sync":
        classes: dict[str, Callable[..., Any]] = {
            "secret": ClientSecretCredential,
            "certificate": CertificateCredential,
            "assertion": ClientAssertionCredential,
            "workload": WorkloadIdentityCredential,
        }
        with classes[name](*given, **options) as credential:
            return credential.get_token(SCOPE).token

    async def ask() -> str:
        classes: dict[str, Callable[..., Any]] = {
            "secret": asynchronous.ClientSecretCredential,
            "certificate": asynchronous.CertificateCredential,
            "assertion": asynchronous.ClientAssertionCredential,
            "workload": asynchronous.WorkloadIdentityCredential,
        }
        async with classes[name](*given, **options) as credential:
            return (await credential.get_token(SCOPE)).token

    return asyncio.run(ask())


@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_logs_in(cloud_endpoint: CloudEndpoint, kind: str) -> None:
    account = cloud_endpoint.account("ci")
    ids = account.tenant_id, account.app_id
    token = token_of(kind, cloud_endpoint, "secret", *ids, account.secret)
    assert claims_of(token)["oid"] == account.object_id


@pytest.mark.parametrize("kind", KINDS)
def test_an_expired_secret_is_said_to_be_so(cloud_endpoint: CloudEndpoint, kind: str) -> None:
    account = cloud_endpoint.account("expired")
    ids = account.tenant_id, account.app_id
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000222"):
        token_of(kind, cloud_endpoint, "secret", *ids, account.secret)


@pytest.mark.parametrize("kind", KINDS)
def test_a_certificate_logs_in(cloud_endpoint: CloudEndpoint, kind: str) -> None:
    account = cloud_endpoint.account("expired")
    key, now = new_key(), datetime.now(UTC)
    certificate = certificate_of(key, now - timedelta(days=1), now + timedelta(days=1))
    store = Store(cloud_endpoint.home.database)
    register_certificate(store, account.app_id, certificate)
    store.close()
    pem = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    ids = account.tenant_id, account.app_id
    token = token_of(kind, cloud_endpoint, "certificate", *ids, certificate_data=pem)
    assert claims_of(token)["appidacr"] == "2"


@pytest.mark.parametrize("kind", KINDS)
def test_a_workflow_logs_in_by_its_own_token(cloud_endpoint: CloudEndpoint, kind: str) -> None:
    account = cloud_endpoint.account("ci")

    def assertion() -> str:
        return workflow_token(cloud_endpoint)

    ids = account.tenant_id, account.app_id
    token = token_of(kind, cloud_endpoint, "assertion", *ids, assertion)
    assert claims_of(token)["oid"] == account.object_id


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_in_a_file_logs_in(
    cloud_endpoint: CloudEndpoint, tmp_path: Path, kind: str
) -> None:
    account = cloud_endpoint.account("deployer")
    path = tmp_path / "token"
    path.write_text(workflow_token(cloud_endpoint), encoding="utf-8")
    token = token_of(
        kind,
        cloud_endpoint,
        "workload",
        tenant_id=account.tenant_id,
        client_id=account.app_id,
        token_file_path=str(path),
    )
    assert claims_of(token)["oid"] == account.object_id


@pytest.mark.parametrize("kind", KINDS)
def test_a_workflow_of_another_environment_is_refused(
    cloud_endpoint: CloudEndpoint, kind: str
) -> None:
    account = cloud_endpoint.account("ci")
    subject = "repo:contoso/aks-entra:environment:test"

    def assertion() -> str:
        return workflow_token(cloud_endpoint, subject)

    with pytest.raises(ClientAuthenticationError, match="AADSTS700213") as refused:
        token_of(kind, cloud_endpoint, "assertion", account.tenant_id, account.app_id, assertion)
    assert subject in str(refused.value)
