"""A served local Azure of its own for the whole run, for tests with real clients."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest

from rehearsal.cloud import daemon
from rehearsal.cloud.environment import client_environment
from rehearsal.cloud.world import World
from rehearsal.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rehearsal.cloud.world import Account


@dataclass(frozen=True)
class CloudEndpoint:
    """A running local Azure and what a client needs to reach it."""

    home: Home
    origin: str
    world: World
    environment: dict[str, str]
    """The deployer's variables."""

    @property
    def ca_file(self) -> str:
        """Path of the CA's certificate."""
        return str(self.home.ca_certificate)

    def account(self, name: str) -> Account:
        """An account of world.yaml, with its secret."""
        return self.world.account(name)

    def http(self) -> httpx.Client:
        """A client that trusts the local Azure, for paths below its origin."""
        trust = ssl.create_default_context(cafile=self.ca_file)
        return httpx.Client(base_url=self.origin, verify=trust, timeout=30, trust_env=False)


@pytest.fixture(scope="session")
def cloud_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudEndpoint]:
    """A local Azure as a process of its own, with a new home and a free port."""
    home = Home(tmp_path_factory.mktemp("rehearsal")).create()
    endpoint = daemon.start(home)
    try:
        yield CloudEndpoint(home, endpoint.origin, World.load(), client_environment(home))
    finally:
        daemon.stop(home)
