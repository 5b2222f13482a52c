"""What kubelogin remembers between two commands, and what ends it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from rehearsal.cloud.entra.policies import Lifetimes, put_lifetimes
from tests.support.browser import fill_in
from tests.support.kubelogin import (
    AKS_CLIENT,
    claims_from,
    password_variables,
    prompted,
    refusal_of,
    secret_variables,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome

    from rehearsal.cloud.world import Account
    from tests.contract.cloud.entra.conftest import OwnAzure
    from tests.support.kubelogin import Kubelogin

TOKEN = "TokenV2_Create"
DEVICE = ("devicecode", "--client-id", AKS_CLIENT)


@pytest.fixture
def short_lived(own_azure: OwnAzure) -> Iterator[None]:
    """Access tokens that are, for MSAL, over when they come: it renews five minutes early."""
    put_lifetimes(own_azure.cloud.store, Lifetimes(access=timedelta(minutes=4)))
    yield
    put_lifetimes(own_azure.cloud.store, Lifetimes())


def log_in_on_the_page(kubelogin: Kubelogin, browser: Chrome, account: Account) -> str:
    """Log in by device code; the id of the token."""
    process = kubelogin.start(*DEVICE)
    address, code = prompted(process)
    browser.get(address)
    fill_in(browser, user_code=code)
    fill_in(browser, username=account.upn, password=account.secret)
    token = claims_from(process)["uti"]
    kubelogin.check_cache()
    return token


@pytest.mark.parametrize("mode", ["spn", "ropc"])
def test_a_second_command_asks_entra_for_no_token(
    own_azure: OwnAzure, own_kubelogin: Kubelogin, mode: str
) -> None:
    if mode == "spn":
        words, variables = (), secret_variables(own_azure.account("ci"))
    else:
        variables = password_variables(own_azure.account("shop-dev"))
        words = ("--client-id", AKS_CLIENT)
    first = own_kubelogin.log_in(mode, *words, **variables)
    own_kubelogin.check_cache()
    assert TOKEN in own_azure.requests()

    second = own_kubelogin.log_in(mode, *words, **variables)

    assert second["uti"] == first["uti"]
    assert TOKEN not in own_azure.requests()


def test_a_person_is_asked_once_and_not_for_the_next_command(
    own_azure: OwnAzure, own_kubelogin: Kubelogin, own_browser: Chrome
) -> None:
    first = log_in_on_the_page(own_kubelogin, own_browser, own_azure.account("shop-dev"))
    own_azure.requests()

    assert own_kubelogin.log_in(*DEVICE)["uti"] == first

    assert TOKEN not in own_azure.requests()


@pytest.mark.usefixtures("short_lived")
def test_an_expired_token_is_renewed_without_asking_the_person(
    own_azure: OwnAzure, own_kubelogin: Kubelogin, own_browser: Chrome
) -> None:
    first = log_in_on_the_page(own_kubelogin, own_browser, own_azure.account("shop-dev"))
    own_azure.requests()

    assert own_kubelogin.log_in(*DEVICE)["uti"] != first

    assert [each for each in own_azure.requests() if "Token" in each or "Device" in each] == [TOKEN]


@pytest.mark.usefixtures("short_lived")
def test_a_changed_password_ends_the_log_in_and_the_person_is_asked_again(
    own_azure: OwnAzure, own_kubelogin: Kubelogin, own_browser: Chrome
) -> None:
    account = own_azure.account("outsider")
    log_in_on_the_page(own_kubelogin, own_browser, account)
    change_password(own_azure, account, "another-Passw0rd")

    process = own_kubelogin.start(*DEVICE)
    address, code = prompted(process)
    own_browser.get(address)
    fill_in(own_browser, user_code=code)
    fill_in(own_browser, username=account.upn, password=account.secret)
    assert "AADSTS50126" in own_browser.page_source
    fill_in(own_browser, password="another-Passw0rd")

    assert claims_from(process)["oid"] == account.object_id


def test_a_code_whose_time_is_over_works_neither_on_the_page_nor_for_kubelogin(
    own_azure: OwnAzure, own_kubelogin: Kubelogin, own_browser: Chrome
) -> None:
    process = own_kubelogin.start(*DEVICE)
    address, code = prompted(process)
    store = own_azure.cloud.store
    for key, grant in store.all("device-code"):
        store.put("device-code", key, {**grant, "expires": 0})

    own_browser.get(address)
    fill_in(own_browser, user_code=code)

    assert "That code didn't work" in own_browser.page_source
    assert "DeviceCodeCredential authentication failed" in refusal_of(process)


def change_password(own_azure: OwnAzure, account: Account, password: str) -> None:
    """Change a person's password through Graph, as an administrator of users."""
    deployer = own_azure.account("deployer")
    own_azure.cloud.directory.grant(
        deployer.object_id,
        graph=frozenset({"User.ReadWrite.All"}),
        directory_roles=frozenset({"User Administrator"}),
    )
    headers = own_azure.deployers("https://graph.microsoft.com/.default")
    body = {"passwordProfile": {"password": password, "forceChangePasswordNextSignIn": False}}
    with own_azure.http() as client:
        client.patch(
            f"/v1.0/users/{account.object_id}", json=body, headers=headers
        ).raise_for_status()
