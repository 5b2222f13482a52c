from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from rehearsal import toolchain_az
from rehearsal.cli.account import find_account
from rehearsal.cli.az import logged_in
from rehearsal.cli.problem import Problem
from rehearsal.cloud.daemon import Endpoint
from rehearsal.home import Home

if TYPE_CHECKING:
    from pathlib import Path

ENDPOINT = Endpoint(pid=1, port=8443, origin="https://localhost:8443")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").create()


@pytest.fixture
def refusing_az(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An az that never logs anybody in."""
    program = tmp_path / "bin" / "az"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho ERROR: AADSTS7000222: expired >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)


def keep_login(home: Home, name: str, subscription: str) -> None:
    """What az keeps of a login, byte order mark and all."""
    home.az(name).mkdir(parents=True)
    kept = {"subscriptions": [{"id": subscription, "tenantId": "tenant"}]}
    (home.az(name) / "azureProfile.json").write_text(json.dumps(kept), encoding="utf-8-sig")


def test_without_az_the_message_says_how_to_get_it(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toolchain_az, "find", lambda: None)
    with pytest.raises(Problem, match=r"python -m rehearsal\.toolchain_az") as told:
        logged_in(home, ENDPOINT, find_account("ci"))
    assert told.value.exit_code == 127


@pytest.mark.usefixtures("refusing_az")
@pytest.mark.parametrize("name", ["ci", "shop-dev"])
def test_a_refused_login_is_told_in_az_s_words(home: Home, name: str) -> None:
    with pytest.raises(Problem, match=rf"az cannot log in as {name}: ERROR: AADSTS7000222"):
        logged_in(home, ENDPOINT, find_account(name))


@pytest.mark.usefixtures("refusing_az")
def test_a_kept_login_is_used_and_is_the_account_s_own(home: Home) -> None:
    keep_login(home, "ci", "subscription")
    environment = logged_in(home, ENDPOINT, find_account("ci"))
    assert environment["AZURE_CONFIG_DIR"] == str(home.az("ci"))
    assert environment["ARM_CLOUD_METADATA_URL"].startswith(f"{ENDPOINT.origin}/metadata/endpoints")
    with pytest.raises(Problem, match="az cannot log in as deployer"):
        logged_in(home, ENDPOINT, find_account("deployer"))


@pytest.mark.usefixtures("refusing_az")
def test_a_login_without_a_subscription_is_tried_again(home: Home) -> None:
    keep_login(home, "ci", "tenant")
    with pytest.raises(Problem, match="az cannot log in as ci"):
        logged_in(home, ENDPOINT, find_account("ci"))
