"""kubelogin, a browser, and a local Azure in this process that a test may turn upside down."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest

from rehearsal import toolchain
from rehearsal.cloud import github
from rehearsal.cloud.aks.runtime_local import LocalRuntime
from rehearsal.cloud.assembly import assemble
from rehearsal.cloud.clock import SystemClock
from rehearsal.cloud.store import Store
from rehearsal.cloud.world import World
from rehearsal.home import Home
from tests.contract.cloud.entra.certificates import Certificate, register
from tests.contract.cloud.entra.login_cluster import make_cluster
from tests.support.browser import open_browser
from tests.support.clusters import served
from tests.support.kubectl import Kubectl
from tests.support.kubelogin import Kubelogin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome

    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.world import Account
    from tests.contract.conftest import CloudEndpoint


# A job that world.yaml lets log in as the deployer.
WORKFLOW = "repo:contoso/aks-entra:environment:dev"


@dataclass(frozen=True)
class OwnAzure:
    """A local Azure of one test module, served by this process."""

    cloud: Cloud

    @property
    def origin(self) -> str:
        return self.cloud.origin

    @property
    def ca_file(self) -> str:
        return str(self.cloud.home.ca_certificate)

    def account(self, name: str) -> Account:
        """An account of world.yaml, with its secret."""
        return World.load().account(name)

    def http(self) -> httpx.Client:
        """A client that trusts the local Azure, for paths below its origin."""
        trust = ssl.create_default_context(cafile=self.ca_file)
        return httpx.Client(base_url=self.origin, verify=trust, timeout=30, trust_env=False)

    def deployers(self, scope: str) -> dict[str, str]:
        """Headers with a token of the deployer."""
        account = self.account("deployer")
        form = {
            "grant_type": "client_credentials",
            "client_id": account.app_id,
            "client_secret": account.secret,
            "scope": scope,
        }
        with self.http() as client:
            reply = client.post(f"/{account.tenant_id}/oauth2/v2.0/token", data=form)
        return {"authorization": f"Bearer {reply.raise_for_status().json()['access_token']}"}

    def requests(self) -> list[str]:
        """The operations asked for since the last call."""
        found = [each.operation for each in self.cloud.recent]
        self.cloud.recent.clear()
        return found


def token_file(cloud: CloudEndpoint, directory: Path, subject: str = WORKFLOW) -> Path:
    """A file with the token that GitHub Actions gives a job."""
    headers = {"authorization": f"bearer {github.request_token(cloud.home)}"}
    address = github.request_address(cloud.origin, subject)
    with cloud.http() as client:
        reply = client.get(f"{address}&audience=api://AzureADTokenExchange", headers=headers)
    path = directory / "token"
    path.write_text(reply.raise_for_status().json()["value"])
    return path


@pytest.fixture(scope="module")
def own_azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnAzure]:
    home = Home(tmp_path_factory.mktemp("own")).create()
    store = Store(home.database)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        runtime = LocalRuntime(home, toolchain.find(), f"https://localhost:{port}")
        cloud = assemble(home, store, port, clock=SystemClock(), runtime=runtime)
        with served(cloud, listener):
            yield OwnAzure(cloud)
            runtime.stop_all()
    store.close()


@pytest.fixture
def kubelogin(cloud_endpoint: CloudEndpoint, tmp_path: Path) -> Kubelogin:
    return Kubelogin(cloud_endpoint.origin, cloud_endpoint.ca_file, tmp_path)


@pytest.fixture
def own_kubelogin(own_azure: OwnAzure, tmp_path: Path) -> Kubelogin:
    return Kubelogin(own_azure.origin, own_azure.ca_file, tmp_path)


@pytest.fixture(scope="module")
def browser(cloud_endpoint: CloudEndpoint) -> Iterator[Chrome]:
    with open_browser(cloud_endpoint.origin, cloud_endpoint.ca_file) as driver:
        yield driver


@pytest.fixture(scope="module")
def own_browser(own_azure: OwnAzure) -> Iterator[Chrome]:
    with open_browser(own_azure.origin, own_azure.ca_file) as driver:
        yield driver


@pytest.fixture(scope="module")
def user_kubeconfig(own_azure: OwnAzure, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The user kubeconfig of a cluster where two groups may see the nodes."""
    return make_cluster(own_azure, tmp_path_factory.mktemp("admin"))


@pytest.fixture
def kubectl(own_kubelogin: Kubelogin, user_kubeconfig: str) -> Kubectl:
    return Kubectl(own_kubelogin, user_kubeconfig)


@pytest.fixture(scope="module")
def registered(own_azure: OwnAzure) -> Certificate:
    """A certificate that the application `ci` has."""
    return register(own_azure)
