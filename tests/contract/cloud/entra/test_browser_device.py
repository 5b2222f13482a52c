"""A person logs a terminal in, in a real browser: the device code page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.keys import Keys

from tests.support.browser import fill_in, overflow, resize
from tests.support.kubelogin import (
    AKS_CLIENT,
    AKS_SERVER,
    claims_from,
    prompted,
    refusal_of,
)

if TYPE_CHECKING:
    import subprocess

    from selenium.webdriver import Chrome

    from tests.contract.conftest import CloudEndpoint
    from tests.support.kubelogin import Kubelogin

APPLICATION = "Azure Kubernetes Service AAD Client"


def at_the_log_in(kubelogin: Kubelogin, browser: Chrome, *words: str) -> subprocess.Popen[str]:
    """kubelogin, waiting, and the browser on the page for name and password."""
    process = kubelogin.start("devicecode", "--client-id", AKS_CLIENT, *words)
    address, code = prompted(process)
    browser.get(address)
    fill_in(browser, user_code=code)
    assert browser.title == f"{APPLICATION} wants to sign you in"
    assert code in text_of(browser)
    return process


def text_of(browser: Chrome) -> str:
    return browser.find_element("tag name", "body").text


@pytest.mark.parametrize("words", [(), ("--legacy",)], ids=["v2", "legacy"])
def test_a_person_logs_in_with_nothing_but_the_keyboard(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin, browser: Chrome, words: tuple[str, ...]
) -> None:
    account = cloud_endpoint.account("payments-dev")
    process = kubelogin.start("devicecode", "--client-id", AKS_CLIENT, *words)
    address, code = prompted(process)
    browser.get(address)
    browser.switch_to.active_element.send_keys(code.lower(), Keys.ENTER)
    browser.switch_to.active_element.send_keys(account.upn, Keys.TAB)
    browser.switch_to.active_element.send_keys(account.secret, Keys.ENTER)

    assert browser.title == f"You have signed in to {APPLICATION}"
    assert "You can close this window" in text_of(browser)
    assert account.secret not in browser.current_url
    claims = claims_from(process)
    assert claims["upn"] == account.upn
    assert claims["aud"] == (f"spn:{AKS_SERVER}" if words else AKS_SERVER)


def test_a_person_declines_without_filling_anything_in(
    kubelogin: Kubelogin, browser: Chrome
) -> None:
    process = at_the_log_in(kubelogin, browser)
    fill_in(browser, "decline")
    assert browser.title == "The sign-in was declined"
    # MSAL for Go has read the reason away by then.
    assert "DeviceCodeCredential authentication failed" in refusal_of(process)


def test_mistakes_are_said_beside_the_field_and_can_be_put_right(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin, browser: Chrome
) -> None:
    account = cloud_endpoint.account("shop-dev")
    process = at_the_log_in(kubelogin, browser)
    fill_in(browser, username="nobody@contoso.example", password="wrong")
    assert "AADSTS50034" in text_of(browser)
    assert browser.switch_to.active_element.get_attribute("name") == "username"
    fill_in(browser, username=account.upn, password="wrong")
    assert "AADSTS50126" in text_of(browser)
    wrong = browser.switch_to.active_element
    assert (wrong.get_attribute("name"), wrong.get_attribute("aria-invalid")) == (
        "password",
        "true",
    )
    assert wrong.get_attribute("aria-describedby") == "error"
    fill_in(browser, password=account.secret)
    assert claims_from(process)["upn"] == account.upn


def test_an_unknown_code_is_said_and_another_can_be_typed(
    cloud_endpoint: CloudEndpoint, browser: Chrome
) -> None:
    browser.get(f"{cloud_endpoint.origin}/common/oauth2/deviceauth")
    fill_in(browser, user_code="NOSUCHONE")
    assert "That code didn't work" in text_of(browser)
    assert browser.switch_to.active_element.get_attribute("name") == "user_code"


def test_a_code_works_for_one_person_only(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin, browser: Chrome
) -> None:
    account = cloud_endpoint.account("shop-dev")
    process = at_the_log_in(kubelogin, browser)
    address = browser.current_url
    code = browser.find_element("name", "user_code").get_attribute("value")
    fill_in(browser, username=account.upn, password=account.secret)
    claims_from(process)
    browser.get(address)
    fill_in(browser, user_code=str(code))
    assert "That code didn't work" in text_of(browser)


def test_a_second_factor_is_asked_for_where_a_policy_wants_it(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin, browser: Chrome
) -> None:
    account = cloud_endpoint.account("security-officer")
    process = at_the_log_in(kubelogin, browser)
    fill_in(browser, username=account.upn, password=account.secret)
    fill_in(browser, verification_code="000000")
    assert "That code didn't work" in text_of(browser)
    fill_in(browser, verification_code="314159")
    assert claims_from(process)["amr"] == ["pwd", "mfa"]


@pytest.mark.parametrize(
    ("name", "said"),
    [("contractor", "AADSTS53003"), ("former-employee", "AADSTS50057")],
)
def test_who_may_not_log_in_is_told_why_and_the_device_waits_on(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin, browser: Chrome, name: str, said: str
) -> None:
    account = cloud_endpoint.account(name)
    process = at_the_log_in(kubelogin, browser)
    fill_in(browser, username=account.upn, password=account.secret)
    assert said in text_of(browser)
    assert process.poll() is None
    process.kill()
    process.communicate()


def test_the_page_fits_on_a_small_telephone(kubelogin: Kubelogin, browser: Chrome) -> None:
    process = at_the_log_in(kubelogin, browser)
    resize(browser, 320, 568)
    fill_in(browser, username="nobody@contoso.example", password="wrong")
    wider = overflow(browser)
    resize(browser, 1024)
    process.kill()
    process.communicate()
    assert wider == 0
