"""Microsoft's own management clients, pointed at a running local Azure."""

from __future__ import annotations

import json
import os
import socket
import ssl
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from azure.core.credentials import AccessToken, TokenCredential
from azure.identity import ClientSecretCredential
from azure.identity.aio import ClientSecretCredential as AsyncCredential
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.containerservice import ContainerServiceClient
from azure.mgmt.msi import ManagedServiceIdentityClient
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from azure.mgmt.resource.resources import ResourceManagementClient

from rehearsal.cloud import daemon
from rehearsal.cloud.assembly import assemble
from rehearsal.cloud.environment import client_environment
from rehearsal.cloud.store import Store
from rehearsal.cloud.world import World
from rehearsal.home import Home
from tests.support.arm import RecordingRuntime, join_workers
from tests.support.clusters import served

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

CLI_APP = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"


class UserToken(TokenCredential):
    """A token that a person got by password.

    azure-identity cannot be used for it: MSAL for Python drops the port when it asks for the user's
    realm.
    """

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        return AccessToken(self._token, int(time.time()) + 3600)


@dataclass(frozen=True)
class Azure:
    """A running local Azure, and clients for it."""

    home: Home
    environment: dict[str, str]
    opened: ExitStack
    """Closes the credentials. A server waits half a minute for TLS connections left open; those of
    the clients are closed after each answer."""

    @property
    def origin(self) -> str:
        return self.environment["ARM_ENDPOINT"]

    @property
    def subscription_id(self) -> str:
        return self.environment["ARM_SUBSCRIPTION_ID"]

    def credential(self, who: str) -> TokenCredential:
        """A credential of an account of world.yaml."""
        account = World.load().account(who)
        if account.kind == "User":
            return UserToken(self._user_token(account.upn, account.secret))
        return ClientSecretCredential(
            account.tenant_id,
            account.app_id,
            account.secret,
            authority=self.environment["AZURE_AUTHORITY_HOST"],
            disable_instance_discovery=True,
        )

    def _user_token(self, upn: str, password: str) -> str:
        trust = ssl.create_default_context(cafile=self.environment["SSL_CERT_FILE"])
        form = {
            "grant_type": "password",
            "client_id": CLI_APP,
            "username": upn,
            "password": password,
            "scope": f"{self.origin}/.default",
        }
        address = f"{self.origin}/{self.environment['AZURE_TENANT_ID']}/oauth2/v2.0/token"
        return (
            httpx.post(address, data=form, verify=trust).raise_for_status().json()["access_token"]
        )

    # Any, as the clients' own types are unions over all api-versions, with bodies as classes.

    def resources(self, who: str = "deployer") -> Any:
        """The client of azure-mgmt-resource."""
        return self._client(ResourceManagementClient, who)

    def clusters(self, who: str = "deployer") -> Any:
        """The client of azure-mgmt-containerservice."""
        return self._client(ContainerServiceClient, who)

    def roles(self, who: str = "deployer") -> Any:
        """The client of azure-mgmt-authorization."""
        return self._client(AuthorizationManagementClient, who)

    def deployments(self, who: str = "deployer") -> Any:
        """The client of azure-mgmt-resource-deployments."""
        return self._client(DeploymentsMgmtClient, who)

    def identities(self, who: str = "deployer") -> Any:
        """The client of azure-mgmt-msi."""
        return self._client(ManagedServiceIdentityClient, who)

    def asynchronous(self, kind: Callable[..., Any]) -> tuple[AsyncCredential, Any]:
        """A client of one of the packages' `aio` and its credential, the deployer's; close both.

        They are told the CA: aiohttp reads `SSL_CERT_FILE` only once, when it is first imported.
        """
        account = World.load().account("deployer")
        trust = self.environment["SSL_CERT_FILE"]
        credential = AsyncCredential(
            account.tenant_id,
            account.app_id,
            account.secret,
            authority=self.environment["AZURE_AUTHORITY_HOST"],
            disable_instance_discovery=True,
            connection_verify=trust,
        )
        scopes = [f"{self.origin}/.default"]
        client = kind(
            credential,
            self.subscription_id,
            base_url=self.origin,
            credential_scopes=scopes,
            connection_verify=trust,
        )
        return credential, client

    def _client(self, kind: Callable[..., Any], who: str) -> Any:
        scopes = [f"{self.origin}/.default"]
        credential: Any = self.credential(who)
        if isinstance(credential, ClientSecretCredential):
            self.opened.callback(credential.close)
        return kind(
            credential,
            self.subscription_id,
            base_url=self.origin,
            credential_scopes=scopes,
            headers={"Connection": "close"},
        )


@contextmanager
def reachable(home: Home) -> Generator[Azure]:
    """The clients of the local Azure that runs in that home, with its CA trusted."""
    with pytest.MonkeyPatch.context() as patch:
        environment = client_environment(home)
        for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
            patch.setitem(os.environ, name, environment[name])
        with ExitStack() as opened:
            yield Azure(home, environment, opened)


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azure]:
    """A local Azure with real clusters, as a process of its own."""
    home = Home(tmp_path_factory.mktemp("home")).create()
    daemon.start(home)
    with reachable(home) as clients:
        yield clients
    daemon.stop(home)


@pytest.fixture(scope="module")
def light_azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azure]:
    """A local Azure in this process, over TLS, whose clusters are only written down."""
    home = Home(tmp_path_factory.mktemp("home")).create()
    store = Store(home.database)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        cloud = assemble(home, store, port, runtime=RecordingRuntime())
        home.endpoint.write_text(json.dumps({"origin": cloud.origin}), encoding="utf-8")
        with served(cloud, listener), reachable(home) as clients:
            yield clients
    join_workers()
    store.close()
