from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from components.kubeconfig import LOGINS, KubeconfigError, for_login
from tests.support.directory_double import SERVED_EXEC, SERVER, TENANT, served_kubeconfig

SERVED = served_kubeconfig({"exec": SERVED_EXEC})


def made(login: str) -> dict[str, Any]:
    return json.loads(for_login(SERVED, login).text)


def arguments(login: str) -> list[str]:
    return made(login)["users"][0]["user"]["exec"]["args"]


def test_it_leads_to_the_served_server_with_the_served_authority() -> None:
    cluster = made("spn")["clusters"][0]["cluster"]
    assert cluster == {"server": SERVER, "certificate-authority-data": "Q0E="}
    assert for_login(SERVED, "spn").server == SERVER


def test_its_context_is_the_current_one() -> None:
    document = made("spn")
    context = document["contexts"][0]
    assert document["current-context"] == context["name"]
    assert context["context"] == {"cluster": "aks", "user": "clusterUser_rg_aks"}


@pytest.mark.parametrize("login", LOGINS)
def test_every_login_keeps_the_server_application_the_tenant_and_the_local_authority(
    login: str,
) -> None:
    given = arguments(login)
    assert given[:3] == ["get-token", "--login", login]
    for flag, value in (
        ("--server-id", "the-server"),
        ("--tenant-id", TENANT),
        ("--authority-host", "https://localhost/"),
    ):
        assert given[given.index(flag) + 1] == value
    assert "--disable-instance-discovery" in given


@pytest.mark.parametrize("login", LOGINS)
def test_only_a_person_is_the_public_client_and_may_be_asked(login: str) -> None:
    interactive = login == "devicecode"
    mode = made(login)["users"][0]["user"]["exec"]["interactiveMode"]
    assert ("--client-id" in arguments(login)) is interactive
    assert mode == ("IfAvailable" if interactive else "Never")


def pinned(login: str, served: str = SERVED) -> dict[str, str]:
    entry = json.loads(for_login(served, login).text)["users"][0]["user"]["exec"]
    return {variable["name"]: variable["value"] for variable in entry["env"]}


@pytest.mark.parametrize("login", ["azurecli", "devicecode"])
def test_a_login_that_needs_no_variable_reads_none(login: str) -> None:
    assert arguments(login)[-1] == "--disable-environment-override"
    assert pinned(login) == {}


@pytest.mark.parametrize("login", ["spn", "msi", "workloadidentity"])
def test_the_others_take_the_client_that_pulumis_providers_take_and_nothing_else(
    login: str,
) -> None:
    assert arguments(login)[-1] == "--use-azurerm-env-vars"
    assert "--disable-environment-override" not in arguments(login)
    fixed = pinned(login)
    assert fixed.pop("AZURE_AUTHORITY_HOST", "https://localhost/") == "https://localhost/"
    assert fixed == {"AAD_LOGIN_METHOD": login, "ARM_TENANT_ID": TENANT}


def test_a_workload_identity_asks_the_served_authority_or_that_of_the_environment_flag() -> None:
    public = {**SERVED_EXEC, "args": ["get-token", "--tenant-id", TENANT]}
    assert pinned("workloadidentity")["AZURE_AUTHORITY_HOST"] == "https://localhost/"
    there = served_kubeconfig({"exec": public})
    assert pinned("workloadidentity", there)["AZURE_AUTHORITY_HOST"] == ""


def test_flags_that_azure_does_not_serve_are_not_made_up() -> None:
    plain = {**SERVED_EXEC, "args": ["get-token", "--server-id", "the-server"]}
    text = for_login(served_kubeconfig({"exec": plain}), "spn").text
    assert "--authority-host" not in text
    assert "--disable-instance-discovery" not in text


@pytest.mark.parametrize(
    "user",
    [
        {"client-certificate-data": "PRIVATE", "client-key-data": "PRIVATE"},
        {"token": "PRIVATE"},
        {"exec": SERVED_EXEC, "token": "PRIVATE"},
        {},
    ],
)
def test_a_kubeconfig_with_a_key_is_refused_without_showing_it(user: dict[str, Any]) -> None:
    with pytest.raises(KubeconfigError, match="--enable-aad") as refusal:
        for_login(served_kubeconfig(user), "spn")
    assert "PRIVATE" not in str(refusal.value)


@pytest.mark.parametrize("served", ["", "[]", "{", "clusters: []", yaml.safe_dump({"users": 1})])
def test_what_is_no_kubeconfig_is_refused(served: str) -> None:
    with pytest.raises(KubeconfigError, match="not a kubeconfig"):
        for_login(served, "spn")
