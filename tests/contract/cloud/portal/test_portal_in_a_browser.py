"""The portal as a person sees it: in Chromium, from a local Azure that is served."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.by import By

from tests.support.browser import open_browser, resize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome

    from tests.contract.conftest import CloudEndpoint


@pytest.fixture(scope="module")
def browser(cloud_endpoint: CloudEndpoint) -> Iterator[Chrome]:
    with open_browser(cloud_endpoint.origin, cloud_endpoint.ca_file) as opened:
        yield opened


def graph_token(cloud_endpoint: CloudEndpoint) -> str:
    account = cloud_endpoint.account("deployer")
    form = {
        "grant_type": "client_credentials",
        "client_id": account.app_id,
        "client_secret": account.secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    with cloud_endpoint.http() as http:
        reply = http.post(f"/{cloud_endpoint.world.tenant_id}/oauth2/v2.0/token", data=form)
    return reply.raise_for_status().json()["access_token"]


def follow(browser: Chrome, text: str) -> str:
    """Click a link; the heading of the page it leads to."""
    browser.find_element(By.LINK_TEXT, text).click()
    return browser.find_element(By.TAG_NAME, "h1").text


def test_a_group_made_a_moment_before_leads_to_its_member(
    browser: Chrome, cloud_endpoint: CloudEndpoint
) -> None:
    name = f"sg-portal-{uuid.uuid4().hex[:8]}"
    member = f"{cloud_endpoint.origin}/v1.0/users/{cloud_endpoint.account('outsider').object_id}"
    group = {
        "displayName": name,
        "mailEnabled": False,
        "mailNickname": name,
        "securityEnabled": True,
        "members@odata.bind": [member],
    }
    headers = {"Authorization": f"Bearer {graph_token(cloud_endpoint)}"}
    with cloud_endpoint.http() as http:
        made = http.post("/v1.0/groups", json=group, headers=headers).raise_for_status().json()
        try:
            browser.get(cloud_endpoint.origin)
            assert follow(browser, "Groups") == "Groups"
            assert follow(browser, name) == name
            assert follow(browser, "Outsider") == "Outsider"
            assert name in browser.find_element(By.TAG_NAME, "main").text
            assert follow(browser, "Requests") == "Requests"
            assert "POST /v1.0/groups" in browser.find_element(By.TAG_NAME, "main").text
        finally:
            http.delete(f"/v1.0/groups/{made['id']}", headers=headers)


def test_a_narrow_window_needs_no_sideways_scrolling(
    browser: Chrome, cloud_endpoint: CloudEndpoint
) -> None:
    for path in ("/", "/_portal/users", "/_portal/roleAssignments"):
        resize(browser, 420)
        try:
            browser.get(f"{cloud_endpoint.origin}{path}")
            width: int = browser.execute_script("return document.documentElement.scrollWidth")  # pyright: ignore[reportUnknownMemberType]
            assert width <= 420, path
        finally:
            resize(browser, 1024)


def test_the_style_is_applied_under_the_page_s_own_policy(
    browser: Chrome, cloud_endpoint: CloudEndpoint
) -> None:
    browser.get(cloud_endpoint.origin)
    header = browser.find_element(By.TAG_NAME, "header")
    display = header.value_of_css_property("display")  # pyright: ignore[reportUnknownMemberType]
    assert display == "flex"


def test_a_foreign_host_header_is_refused(cloud_endpoint: CloudEndpoint) -> None:
    with cloud_endpoint.http() as http:
        assert http.get("/").status_code == 200
        assert http.get("/", headers={"Host": "rebound.example"}).status_code == 421
