"""The nastiest fault: the work is done, and its answer never comes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from rehearsal.cli import main
from rehearsal.cloud import daemon
from rehearsal.cloud.environment import client_environment
from rehearsal.home import Home
from rehearsal.providers import servicers
from rehearsal.providers.provider import Provider
from tests.support.provider_host import Hosted, RefusedError, hosted

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A local Azure of these tests' own."""
    made = Home(tmp_path_factory.mktemp("lossy")).create()
    daemon.start(made)
    yield made
    daemon.stop(made)


@pytest.fixture
def environment(
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    waits: list[float],  # noqa: ARG001 -- a provider takes its way of waiting when it starts
) -> dict[str, str]:
    monkeypatch.setenv("REHEARSAL_HOME", str(home.root))
    return {**os.environ, **client_environment(home)}


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that providers wanted to wait, and did not."""
    found: list[float] = []

    def wait(_: Provider, seconds: float) -> None:
        found.append(seconds)

    monkeypatch.setattr(Provider, "wait", wait)
    return found


@pytest.fixture
def directory(environment: dict[str, str]) -> Iterator[Hosted]:
    with hosted(servicers(environment)["azuread"]()) as provider:
        provider.configure()
        yield provider


@pytest.fixture
def azure(environment: dict[str, str]) -> Iterator[Hosted]:
    with hosted(servicers(environment)["azure-native"]()) as provider:
        provider.configure()
        yield provider


def lose_one_answer(route: str) -> None:
    rule = ("--route", route, "--drop", "--after", "--count", "1")
    assert main(["cloud", "faults", "clear"]) == main(["cloud", "faults", "add", *rule]) == 0


def test_a_group_is_finished_by_the_next_run_and_not_made_twice(
    directory: Hosted, waits: list[float]
) -> None:
    urn = "urn:pulumi:dev::faults::azuread:index/group:Group::made"
    inputs = {"displayName": "lost", "securityEnabled": True, "preventDuplicateNames": True}
    lose_one_answer("POST Groups_Create")
    with pytest.raises(RefusedError, match="no answer"):
        directory.create(urn, inputs)
    assert waits == [], "a POST that may have been carried out is not sent again"

    made, outputs = directory.create(urn, inputs)

    assert outputs["displayName"] == "lost"
    found = directory.invoke("azuread:index/getGroup:getGroup", {"displayName": "lost"})
    assert f"/groups/{found['objectId']}" == made, "the look-up refuses two of a name"


def test_a_put_is_sent_again_as_the_vendor_does(azure: Hosted, waits: list[float]) -> None:
    urn = "urn:pulumi:dev::faults::azure-native:resources:ResourceGroup::made"
    lose_one_answer("PUT ResourceGroups_CreateOrUpdate")
    inputs = {"resourceGroupName": "rg-lost", "location": "westeurope"}
    made, _ = azure.create(urn, inputs)
    assert made.endswith("/rg-lost")
    assert waits == [20]
