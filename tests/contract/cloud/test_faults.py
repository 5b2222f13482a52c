"""Real clients against a local Azure that goes wrong on purpose."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from azure.core.exceptions import AzureError, HttpResponseError
from azure.identity import ClientSecretCredential
from azure.mgmt.resource.resources import ResourceManagementClient
from kiota_http.middleware.middleware import REQUEST_OPTIONS_KEY
from msgraph_core import GraphClientFactory

from rehearsal.cli import main
from rehearsal.cloud import daemon
from rehearsal.cloud.environment import client_environment
from rehearsal.cloud.world import World
from rehearsal.home import Home
from tests.contract.conftest import CloudEndpoint

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

WEST = {"location": "westeurope"}
PUT_GROUP = "PUT ResourceGroups_CreateOrUpdate"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudEndpoint]:
    """A local Azure of these tests' own."""
    home = Home(tmp_path_factory.mktemp("faulty")).create()
    endpoint = daemon.start(home)
    try:
        yield CloudEndpoint(home, endpoint.origin, World.load(), client_environment(home))
    finally:
        daemon.stop(home)


@pytest.fixture
def faulty(
    served: CloudEndpoint, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Faulty]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", served.ca_file)
    monkeypatch.setenv("SSL_CERT_FILE", served.ca_file)
    monkeypatch.setenv("REHEARSAL_HOME", str(served.home.root))
    made = Faulty(served, capsys)
    yield made
    made.command("clear")


class Faulty:
    """The command line that changes the faults, and clients to feel them."""

    def __init__(self, served: CloudEndpoint, capsys: pytest.CaptureFixture[str]) -> None:
        self.served = served
        self._capsys = capsys
        account = served.account("deployer")
        self._login = (account.tenant_id, account.app_id, account.secret)

    def command(self, *words: str, expect: int = 0) -> str:
        self._capsys.readouterr()
        assert main(["cloud", "faults", *words]) == expect
        return self._capsys.readouterr().out

    def acted(self) -> list[int]:
        """How often each rule did something."""
        with self.served.http() as client:
            secret = (self.served.home.root / "local-secret").read_text(encoding="utf-8")
            headers = {"Authorization": f"Bearer {secret}"}
            rules = client.get("/_local/faults", headers=headers).json()["rules"]
            return [rule["acted"] for rule in rules]

    def credential(self) -> ClientSecretCredential:
        return ClientSecretCredential(
            *self._login, authority=self.served.origin, disable_instance_discovery=True
        )

    @property
    def scope(self) -> str:
        return f"{self.served.origin}/.default"

    @contextmanager
    def resources(self, **options: Any) -> Generator[ResourceManagementClient]:
        with ResourceManagementClient(
            self.credential(),
            self.served.world.subscription_id,
            base_url=self.served.origin,
            credential_scopes=[self.scope],
            retry_backoff_factor=0.01,
            **options,
        ) as client:
            yield client

    async def graph(self, path: str) -> int:
        """The status that the HTTP client of Microsoft's Graph SDK ends with."""
        token = self.credential().get_token(self.scope).token
        trust = ssl.create_default_context(cafile=self.served.ca_file)
        # Closing the SDK's own client leaves its connections open.
        async with httpx.AsyncHTTPTransport(verify=trust) as transport:
            client = GraphClientFactory.create_with_default_middleware(
                client=httpx.AsyncClient(base_url=self.served.origin, transport=transport)
            )
            # Requests of the SDK's adapter carry options; only those are tried again.
            reply = await client.get(
                path,
                headers={"Authorization": f"Bearer {token}"},
                extensions={REQUEST_OPTIONS_KEY: {}},
            )
            return reply.status_code


def test_a_throttled_client_waits_as_told_and_succeeds(faulty: Faulty) -> None:
    rule = ("--route", PUT_GROUP, "--status", "429", "--retry-after", "1", "--count", "2")
    faulty.command("add", *rule)
    with faulty.resources() as client:
        assert client.resource_groups.create_or_update("rg-throttled", WEST).name == "rg-throttled"
    assert faulty.acted() == [2]


def test_what_never_ends_reaches_the_client_in_arm_s_words(faulty: Faulty) -> None:
    faulty.command("add", "--route", PUT_GROUP, "--status", "409", "--code", "Busy")
    with faulty.resources() as client, pytest.raises(HttpResponseError) as refused:
        client.resource_groups.create_or_update("rg-refused", WEST)
    assert refused.value.status_code == 409
    assert refused.value.error is not None
    assert refused.value.error.code == "Busy"


@pytest.mark.parametrize("fault", [("--drop",), ("--status", "503")])
def test_a_lost_request_is_sent_again(faulty: Faulty, fault: tuple[str, ...]) -> None:
    faulty.command("add", "--route", PUT_GROUP, *fault, "--count", "2")
    with faulty.resources() as client:
        assert client.resource_groups.create_or_update("rg-lost", WEST).name == "rg-lost"
    assert faulty.acted() == [2]


@pytest.mark.parametrize("fault", [("--drop",), ("--status", "500")])
def test_the_work_of_a_lost_answer_is_done(faulty: Faulty, fault: tuple[str, ...]) -> None:
    name = f"rg-done{len(fault)}"
    faulty.command("add", "--route", PUT_GROUP, *fault, "--after")
    with faulty.resources(retry_total=0) as client:
        with pytest.raises(AzureError):
            client.resource_groups.create_or_update(name, WEST)
        assert client.resource_groups.check_existence(name)


def test_a_dropped_connection_is_closed_without_a_byte(faulty: Faulty) -> None:
    faulty.command("add", "--route", "GET /common/*", "--drop", "--count", "1")
    with faulty.served.http() as client:
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            client.get("/common/discovery/keys")
        assert client.get("/common/discovery/keys").is_success, "the next one is served"


@pytest.mark.parametrize(
    "fault", [("--status", "429", "--retry-after", "0"), ("--status", "500"), ("--status", "503")]
)
def test_a_login_survives_a_busy_entra(faulty: Faulty, fault: tuple[str, ...]) -> None:
    faulty.command("add", "--route", "TokenV2_Create", *fault, "--count", "1")
    assert faulty.credential().get_token(faulty.scope).token
    assert faulty.acted() == [1]


def test_graph_s_sdk_waits_out_a_throttled_graph(faulty: Faulty) -> None:
    rule = ("--plane", "graph", "--sequence", "429,503", "--retry-after", "1")
    faulty.command("add", *rule)
    assert asyncio.run(faulty.graph("/v1.0/groups")) == 200
    assert faulty.acted() == [2]


def test_a_sequence_and_a_delay_come_from_a_file(faulty: Faulty, tmp_path: Path) -> None:
    file = tmp_path / "faults.yaml"
    file.write_text(
        "lag: {graph: 0}\nrules:\n"
        "- {route: GET */discovery/keys, sequence: [503, pass, drop, 429]}\n"
        "- {route: GET */discovery/keys, delay: 0.01}\n"
    )
    said = faulty.command("set", str(file))
    assert 'sequence: [503, "pass", "drop", 429]  (matched 0, acted 0)' in said
    statuses: list[int] = []
    with faulty.served.http() as client:
        for _ in range(5):
            try:
                statuses.append(client.get("/common/discovery/keys").status_code)
            except httpx.RemoteProtocolError:
                statuses.append(0)
    assert statuses == [503, 200, 0, 429, 200]
    assert faulty.acted() == [3, 2]


def test_refused_rules_are_told_with_every_problem(
    faulty: Faulty, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cloud", "faults", "add", "--status", "200", "--plane", "aks"]) == 2
    said = capsys.readouterr().err
    assert "rules[0].status: 200 is less than the minimum of 400" in said
    assert "rules[0].plane: 'aks' is not one of" in said
    assert faulty.command() == "no faults\n"


def test_rules_and_counts_outlive_a_kill(faulty: Faulty) -> None:
    served = faulty.served
    faulty.command("add", "--route", "KeysV2_List", "--status", "503", "--count", "2")
    with served.http() as client:
        path = f"/{served.world.tenant_id}/discovery/v2.0/keys"
        assert client.get(path).status_code == 503
        running = daemon.status(served.home)
        assert running is not None
        os.kill(running.pid, signal.SIGKILL)
        daemon.start(served.home)
    with served.http() as client:
        assert [client.get(path).status_code for _ in range(2)] == [503, 200]
