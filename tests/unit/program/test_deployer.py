"""Who deploys, and from where: what is refused before anything is made."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pulumi_azuread as azuread
import pytest
from pulumi_azure_native import authorization

from components.deployer import (
    Deployer,
    LoginError,
    guard_client,
    guard_login,
    has_terminal,
    who_deploys,
)
from components.kubeconfig import LOGINS
from components.principals import DirectoryError
from tests.support.directory_double import DEPLOYER, SUBSCRIPTION, TENANT, World
from tests.support.program import run

if TYPE_CHECKING:
    from types import ModuleType

OTHER = "99999999-9999-9999-9999-999999999999"


def deployer(world: World | None = None, *, tenant_id: str = "") -> Deployer:
    found: list[Deployer] = []
    run(lambda: found.append(who_deploys("spn", tenant_id)), world=world)
    return found[0]


@pytest.mark.parametrize("tenant_id", ["", TENANT])
def test_the_deployer_is_who_is_logged_in(tenant_id: str) -> None:
    found = deployer(tenant_id=tenant_id)
    assert found == Deployer(DEPLOYER, "deployer", TENANT, SUBSCRIPTION)


def test_a_tenant_that_is_not_that_of_the_groups_is_refused_with_both_ids() -> None:
    with pytest.raises(DirectoryError, match="delete tenantId, or log in") as refusal:
        deployer(tenant_id=OTHER)
    assert f"tenantId is {OTHER}" in str(refusal.value)
    assert f"looked up in the tenant {TENANT}" in str(refusal.value)


def test_a_subscription_of_another_tenant_is_refused_with_both_ids() -> None:
    with pytest.raises(DirectoryError, match="azure-native:tenantId") as refusal:
        deployer(World(subscription_tenant=OTHER))
    assert OTHER in str(refusal.value)
    assert TENANT in str(refusal.value)


@pytest.mark.parametrize("service", [azuread, authorization], ids=["Entra ID", "Azure"])
def test_without_a_login_the_error_says_how_to_log_in(
    monkeypatch: pytest.MonkeyPatch, service: ModuleType
) -> None:
    def refused() -> None:
        raise RuntimeError("no authorizer")

    monkeypatch.setattr(service, "get_client_config", refused)
    with pytest.raises(DirectoryError, match=r"does not say who deploys; log in.*no authorizer"):
        deployer()


@pytest.mark.parametrize("variable", ["CI", "TF_BUILD"])
def test_a_pipeline_cannot_log_in_by_a_device_code(variable: str) -> None:
    with pytest.raises(LoginError, match=f"{variable} is set.*workloadidentity"):
        guard_login("devicecode", {variable: "true"}, lambda: True)


def test_without_a_terminal_nobody_reads_a_device_code() -> None:
    with pytest.raises(LoginError, match=r"there is no terminal.*azurecli"):
        guard_login("devicecode", {}, lambda: False)


@pytest.mark.parametrize("value", ["", "0", "false", "False"])
def test_a_person_at_a_terminal_may_use_a_device_code(value: str) -> None:
    guard_login("devicecode", {"CI": value}, lambda: True)


@pytest.mark.parametrize("login", sorted({*LOGINS} - {"devicecode"}))
def test_no_other_login_waits_for_a_person(login: str) -> None:
    guard_login(login, {"CI": "true"}, lambda: False)


def test_a_terminal_is_one_that_can_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_: object) -> int:
        return os.dup(2)

    monkeypatch.setattr(os, "open", opened)
    assert has_terminal()

    def refused(*_: object) -> int:
        raise OSError(errno.ENXIO, "No such device or address")

    monkeypatch.setattr(os, "open", refused)
    assert not has_terminal()


KNOWN = Deployer(DEPLOYER, OTHER, TENANT, SUBSCRIPTION)


def test_a_workload_identity_of_another_application_is_refused_with_both_ids() -> None:
    with pytest.raises(LoginError, match="delete the variable") as refusal:
        guard_client("workloadidentity", KNOWN, {"AZURE_CLIENT_ID": TENANT})
    assert f"AZURE_CLIENT_ID is {TENANT}" in str(refusal.value)
    assert f"is {OTHER}" in str(refusal.value)


@pytest.mark.parametrize("environment", [{}, {"AZURE_CLIENT_ID": OTHER.upper()}])
def test_a_workload_identity_of_the_deployer_is_fine(environment: dict[str, str]) -> None:
    guard_client("workloadidentity", KNOWN, environment)


@pytest.mark.parametrize("login", sorted({*LOGINS} - {"workloadidentity"}))
def test_no_other_login_reads_that_variable(login: str) -> None:
    guard_client(login, KNOWN, {"AZURE_CLIENT_ID": TENANT})
