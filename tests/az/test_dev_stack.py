"""The stack `dev`, which a person with the az client deploys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from rehearsal import toolchain
from tests.support.azure import Azure
from tests.support.rehearsal import rehearsing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.rehearsal import Rehearsal

STACK = ("-s", "dev")


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home directory of whoever deploys."""
    return tmp_path_factory.mktemp("person")


@pytest.fixture(scope="module")
def dev(person: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """The stack, up under its policies; destroyed at the end."""
    policies = ("--policy-pack", "policy", "--policy-config", "policy/config/dev.json")
    with rehearsing(tmp_path_factory.mktemp("dev")) as rehearsal:
        rehearsal.environment["HOME"] = str(person)
        # Where the built tools are, az among them.
        rehearsal.environment["XDG_CACHE_HOME"] = str(toolchain.cache().parent)
        rehearsal.run("up", *STACK, *policies)
        yield rehearsal
        rehearsal.run("destroy", *STACK)
        assert Azure(rehearsal).resource_groups() == []


def test_a_second_up_finds_nothing_to_change(dev: Rehearsal) -> None:
    dev.run("up", *STACK, "--expect-no-changes")


def test_az_is_logged_in_inside_the_rehearsal_only(dev: Rehearsal, person: Path) -> None:
    profile = (dev.home / "az" / "deployer" / "azureProfile.json").read_text("utf-8-sig")
    (subscription,) = json.loads(profile)["subscriptions"]
    assert subscription["user"]["type"] == "servicePrincipal"
    assert not (person / ".azure").exists()


def test_operators_of_dev_run_things_in_their_own_namespaces_only(dev: Rehearsal) -> None:
    ask = ("as", *STACK, "payments-dev", "--", "kubectl")
    dev.run(*ask, "-n", "payments", "create", "deployment", "web", "--image=registry.example/web:1")
    dev.run(*ask, "-n", "payments", "scale", "deployment", "web", "--replicas=2")
    dev.run(*ask, "-n", "payments", "delete", "deployment", "web")
    refused = dev.run(*ask, "-n", "shop", "get", "pods", expect=1)
    assert 'is forbidden: User "payments-dev@contoso.example" cannot' in refused.stderr
