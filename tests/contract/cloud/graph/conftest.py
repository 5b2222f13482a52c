"""Microsoft's own Graph client, pointed at a running local Azure."""

from __future__ import annotations

import asyncio
import importlib
import os
import ssl
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest
from azure.identity import ClientSecretCredential
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient
from msgraph_core import GraphClientFactory

from rehearsal.cloud import daemon
from rehearsal.cloud.environment import client_environment
from rehearsal.cloud.graph.directory import Directory
from rehearsal.cloud.store import Store
from rehearsal.cloud.world import World
from rehearsal.home import Home

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from rehearsal.cloud.world import Account

# kiota warns of a name of its own when it is imported.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    importlib.import_module("kiota_abstractions.default_query_parameters")

PERMISSIONS = frozenset(
    {"Group.ReadWrite.All", "User.ReadWrite.All", "Application.ReadWrite.All"}
    | {"User-PasswordProfile.ReadWrite.All"}
)


@dataclass(frozen=True)
class Graph:
    """A running local Azure whose service principal `ci` may change its directory."""

    origin: str
    ca_file: str
    world: World

    def account(self, name: str) -> Account:
        """An account of world.yaml, with its secret."""
        return self.world.account(name)

    def run(self, scenario: Callable[[Any], Awaitable[None]], who: str = "ci") -> None:
        """Run calls with a client of msgraph-sdk, in an event loop of their own.

        The client is Any: its own types are optional at every step.
        """

        async def call() -> None:
            trust = ssl.create_default_context(cafile=self.ca_file)
            # msgraph puts a transport of its own over this one, and closes only that.
            async with httpx.AsyncHTTPTransport(verify=trust) as transport:
                http = httpx.AsyncClient(transport=transport, timeout=30)
                await scenario(self._client(who, http))

        asyncio.run(call())

    def _client(self, who: str, http: httpx.AsyncClient) -> GraphServiceClient:
        account = self.account(who)
        credential = ClientSecretCredential(
            account.tenant_id,
            account.app_id,
            account.secret,
            authority=self.origin,
            disable_instance_discovery=True,
        )
        provider = AzureIdentityAuthenticationProvider(
            credential,
            scopes=[f"{self.origin}/.default"],
            allowed_hosts=[str(urlsplit(self.origin).hostname)],
        )
        client = GraphClientFactory.create_with_default_middleware(client=http)
        adapter = GraphRequestAdapter(provider, client)
        adapter.base_url = f"{self.origin}/v1.0"
        return GraphServiceClient(request_adapter=adapter)


@pytest.fixture(scope="module")
def served_graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    home = Home(tmp_path_factory.mktemp("home")).create()
    endpoint = daemon.start(home)
    world = World.load()
    store = Store(home.database)
    directory = Directory(store)
    directory.grant(world.account("ci").object_id, graph=PERMISSIONS, directory_roles=frozenset())
    store.close()
    with pytest.MonkeyPatch.context() as patch:
        environment = client_environment(home)
        for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
            patch.setitem(os.environ, name, environment[name])
        yield Graph(endpoint.origin, str(home.ca_certificate), world)
    daemon.stop(home)
