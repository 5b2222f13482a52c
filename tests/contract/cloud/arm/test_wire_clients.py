"""What Microsoft's Python clients do by themselves, which the local Azure is made to meet.

A new release of a client that changes its ways shows by this file.
"""

from __future__ import annotations

import asyncio
import importlib
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ResourceExistsError, ServiceRequestError
from azure.identity import ClientSecretCredential
from azure.mgmt.resource.resources import ResourceManagementClient
from kiota_authentication_azure.azure_identity_access_token_provider import (
    AzureIdentityAccessTokenProvider,
)

if TYPE_CHECKING:
    from tests.contract.cloud.arm.conftest import Azure

WEST = {"location": "westeurope"}
NAMESPACE = "Microsoft.ManagedIdentity"


class Credential:
    """Gives a token to whoever asks, and keeps what it was asked for."""

    def __init__(self) -> None:
        self.scopes: list[str] = []

    def get_token(self, *scopes: str, **_options: Any) -> AccessToken:
        self.scopes += scopes
        return AccessToken("token", int(time.time()) + 3600)


def test_azure_identity_takes_no_authority_over_http() -> None:
    with pytest.raises(ValueError, match="TLS protected"):
        ClientSecretCredential("tenant", "client", "secret", authority="http://localhost:1")


def test_azure_core_shows_no_token_over_http() -> None:
    credential: Any = Credential()
    with (
        ResourceManagementClient(
            credential, "s", base_url="http://localhost:1", retry_total=0
        ) as client,
        pytest.raises(ServiceRequestError, match="non-TLS protected"),
    ):
        client.resource_groups.get("x")


@pytest.mark.parametrize(
    ("address", "token"),
    [
        ("https://localhost:8443/v1.0/me", "token"),
        ("http://localhost:8443/v1.0/me", "token"),
        ("https://elsewhere.example/v1.0/me", ""),
    ],
)
def test_msgraph_sends_silently_no_token_to_hosts_it_was_not_told(address: str, token: str) -> None:
    credential: Any = Credential()
    provider = AzureIdentityAccessTokenProvider(credential, {}, [], ["localhost"])

    assert asyncio.run(provider.get_authorization_token(address)) == token

    if token:
        # Its scope has no port, so this origin's has to be given to it.
        assert [scope.split("://")[1] for scope in credential.scopes] == ["localhost/.default"]


def test_msgraph_uses_http_on_this_machine_only() -> None:
    credential: Any = Credential()
    hosts = ["elsewhere.example", "127.0.0.1"]
    provider = AzureIdentityAccessTokenProvider(credential, {}, [], hosts)

    assert asyncio.run(provider.get_authorization_token("http://127.0.0.1:8443/")) == "token"
    with pytest.raises(Exception, match="Only https"):
        asyncio.run(provider.get_authorization_token("http://elsewhere.example/"))


def test_msal_for_python_forgets_the_port_of_an_authority() -> None:
    msal: Any = importlib.import_module("msal.authority")

    _, instance, tenant = msal.canonicalize("https://localhost:8443/contoso.example")

    assert (instance, tenant) == ("localhost", "contoso.example")


@pytest.mark.parametrize("streams", [False, True])
def test_azure_mgmt_registers_a_provider_unless_it_streams_the_refusal(
    light_azure: Azure, monkeypatch: pytest.MonkeyPatch, *, streams: bool
) -> None:
    resources, group = light_azure.resources(), "rg-registration"
    resources.resource_groups.create_or_update(group, WEST)
    namespace = "Microsoft.ContainerService" if streams else NAMESPACE
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        time.sleep(0.2)

    monkeypatch.setattr("azure.mgmt.core.policies._base.time", SimpleNamespace(sleep=wait))
    resources.providers.unregister(namespace)
    while resources.providers.get(namespace).registration_state != "Unregistered":
        time.sleep(0.1)

    if streams:
        # The policy cannot read a reply that is still to be streamed, and lets it pass.
        with pytest.raises(ResourceExistsError, match="MissingSubscriptionRegistration"):
            light_azure.clusters().managed_clusters.begin_create_or_update(group, "aks", WEST)
    else:
        made = light_azure.identities().user_assigned_identities.create_or_update(group, "id", WEST)
        assert made.name == "id"
        assert set(waits) == {10}
