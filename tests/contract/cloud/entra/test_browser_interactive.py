"""A person logs in where the application opens a browser: authorization code with PKCE."""

from __future__ import annotations

import threading
import webbrowser
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import InteractiveBrowserCredential
from selenium.webdriver.support.expected_conditions import url_contains
from selenium.webdriver.support.wait import WebDriverWait

from tests.support.browser import fill_in
from tests.support.kubelogin import AKS_CLIENT, AKS_SERVER, claims_from, opened, refusal_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome

    from rehearsal.cloud.world import Account
    from tests.contract.conftest import CloudEndpoint
    from tests.support.kubelogin import Kubelogin

MODE = ("interactive", "--client-id", AKS_CLIENT)


def test_kubelogin_opens_the_page_and_gets_the_code_back(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin, browser: Chrome
) -> None:
    account = cloud_endpoint.account("payments-dev")
    process = kubelogin.start(*MODE)
    address = opened(process)
    query = parse_qs(urlsplit(address).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["response_mode"] == ["form_post"]
    browser.get(address)
    assert browser.title == "Azure Kubernetes Service AAD Client wants to sign you in"
    fill_in(browser, username=account.upn, password=account.secret)

    claims = claims_from(process)

    assert claims["upn"] == account.upn
    assert claims["aud"] == AKS_SERVER
    # The listener of kubelogin has had the code; it is in no address.
    WebDriverWait(browser, 10).until(url_contains(query["redirect_uri"][0]))
    assert "code=" not in browser.current_url


def test_the_account_that_kubelogin_expects_is_filled_in(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin, browser: Chrome
) -> None:
    account = cloud_endpoint.account("shop-dev")
    process = kubelogin.start(*MODE, "--login-hint", account.upn)
    browser.get(opened(process))
    assert browser.switch_to.active_element.get_attribute("name") == "password"
    fill_in(browser, password=account.secret)
    assert claims_from(process)["upn"] == account.upn


def test_kubelogin_hears_that_the_person_declined(kubelogin: Kubelogin, browser: Chrome) -> None:
    process = kubelogin.start(*MODE)
    browser.get(opened(process))
    fill_in(browser, "decline")
    assert "AADSTS65004" in refusal_of(process)


@pytest.fixture
def person(
    cloud_endpoint: CloudEndpoint, browser: Chrome, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Account]:
    """Somebody who logs in wherever Python opens a browser."""
    account = cloud_endpoint.account("payments-dev")
    threads: list[threading.Thread] = []

    def log_in(url: str) -> None:
        browser.get(url)
        if browser.find_elements("name", "username"):
            fill_in(browser, username=account.upn, password=account.secret)

    def sit_down(url: str) -> bool:
        # Beside the application, which only then listens.
        threads.append(threading.Thread(target=log_in, args=(url,)))
        threads[-1].start()
        return True

    monkeypatch.setattr(webbrowser, "open", sit_down)
    yield account
    for thread in threads:
        thread.join()


@pytest.fixture
def credential(
    cloud_endpoint: CloudEndpoint, monkeypatch: pytest.MonkeyPatch
) -> InteractiveBrowserCredential:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", cloud_endpoint.ca_file)
    return InteractiveBrowserCredential(
        tenant_id=cloud_endpoint.world.tenant_id,
        authority=cloud_endpoint.origin,
        disable_instance_discovery=True,
        timeout=60,
    )


def test_azure_identity_logs_in_through_the_page(
    person: Account, credential: InteractiveBrowserCredential
) -> None:
    token = credential.get_token(f"{AKS_SERVER}/.default")
    claims = jwt.decode(token.token, options={"verify_signature": False})
    assert claims["upn"] == person.upn


@pytest.mark.usefixtures("person")
def test_azure_identity_hears_what_is_wrong_with_its_request(
    credential: InteractiveBrowserCredential,
) -> None:
    with pytest.raises(ClientAuthenticationError, match="AADSTS500011"):
        credential.get_token("api://nobody/.default")
