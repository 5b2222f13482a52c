"""A real browser, Chromium without a window, for the pages of a local Azure."""

from __future__ import annotations

import base64
import hashlib
import shutil
import ssl
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

if TYPE_CHECKING:
    from collections.abc import Generator

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
DRIVER = ("chromedriver",)
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic"),
    *("--no-first-run", "--no-default-browser-check", "--no-proxy-server", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-extensions"),
)


@contextmanager
def open_browser(origin: str, ca_file: str, *, width: int = 1024) -> Generator[Chrome]:
    """A Chromium with a profile of its own that trusts the server at `origin` and asks no other.

    Args:
        origin: `https://localhost:PORT` of a local Azure that is served.
        ca_file: Path of the CA's certificate, by which the server has to prove itself.
        width: Of the page, in CSS pixels, as on a telephone or a desk.
    """
    options = ChromeOptions()
    options.binary_location = _program(CHROMIUM)
    with TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        for flag in FLAGS:
            options.add_argument(flag)
        options.add_argument(f"--user-data-dir={profile}")
        options.add_argument(f"--ignore-certificate-errors-spki-list={_pin(origin, ca_file)}")
        driver = Chrome(options, ChromeService(_program(DRIVER)))
        try:
            resize(driver, width)
            yield driver
        finally:
            driver.quit()


def resize(driver: Chrome, width: int, height: int = 768) -> None:
    """Give the page this size in CSS pixels; a window could not be as narrow as a telephone."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)  # pyright: ignore[reportUnknownMemberType] -- its dict is bare


def _program(names: tuple[str, ...]) -> str:
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    message = (
        f"no {' or '.join(names)} on PATH: the pages are tested in a real browser."
        " Install it with `make browser` (Debian: apt-get install chromium chromium-driver)"
    )
    raise FileNotFoundError(message)


def _pin(origin: str, ca_file: str) -> str:
    """The digest of the server's public key, which the CA has vouched for.

    Chromium takes a CA only from a database for whose format there is no tool in Python; by this
    digest it trusts this one key, and shows an error for every other.
    """
    address = urlsplit(origin)
    assert address.hostname
    assert address.port
    pem = ssl.get_server_certificate((address.hostname, address.port), ca_certs=ca_file)
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return base64.b64encode(digest.digest()).decode()


def fill_in(driver: Chrome, button: str = "", /, **fields: str) -> None:
    """Type into the fields of the page's form, then press a button; Enter if none is named.

    Args:
        driver: The browser, with the page open.
        button: The button's value.
        fields: What to type by the field's name.
    """
    element = driver.switch_to.active_element
    for name, text in fields.items():
        element = driver.find_element(By.NAME, name)
        element.clear()
        element.send_keys(text)
    if button:
        driver.find_element(By.CSS_SELECTOR, f"button[value={button}]").click()
    else:
        element.send_keys(Keys.ENTER)


def overflow(driver: Chrome) -> int:
    """By how many CSS pixels the page is wider than what is shown of it."""
    script = "const page = document.documentElement; return page.scrollWidth - page.clientWidth"
    return driver.execute_script(script)  # pyright: ignore[reportUnknownMemberType] -- its arguments are bare
