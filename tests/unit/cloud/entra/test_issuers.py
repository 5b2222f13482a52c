from __future__ import annotations

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.cloud.authority import Authority
from rehearsal.cloud.entra.issuers import IssuerError, published_keys
from tests.support.assertions import new_key, published

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rehearsal.cloud.context import Cloud

KEY = new_key()


class Issuer(BaseHTTPRequestHandler):
    """Publishes one key, under whatever address it is asked at."""

    def do_GET(self) -> None:
        """Answer with the configuration or the keys."""
        address = f"https://{self.headers['host']}"
        documents: dict[str, dict[str, Any]] = {
            "/.well-known/openid-configuration": {"issuer": address, "jwks_uri": f"{address}/keys"},
            "/keys": {"keys": [published(KEY, "one")]},
        }
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(documents[self.path]).encode())

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.fixture
def server(cloud: Cloud, tmp_path: Path) -> Iterator[HTTPServer]:
    """An issuer of this machine with a certificate of the rehearsal's CA."""
    paths = tmp_path / "certificate.pem", tmp_path / "key.pem"
    for path, pem in zip(paths, Authority(cloud.home).issue("issuer", ["localhost"]), strict=True):
        path.write_bytes(pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*paths)
    served = HTTPServer(("127.0.0.1", 0), Issuer)
    served.socket = context.wrap_socket(served.socket, server_side=True)
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    served.shutdown()
    thread.join()
    served.server_close()


def test_another_issuer_of_this_machine_is_read_over_https(
    cloud: Cloud, server: HTTPServer
) -> None:
    keys = published_keys(cloud, f"https://localhost:{server.server_port}")
    assert list(keys) == ["one"]
    assert keys["one"].key.public_numbers() == KEY.public_key().public_numbers()


def test_an_issuer_is_its_address_to_the_letter(cloud: Cloud, server: HTTPServer) -> None:
    with pytest.raises(IssuerError, match="is of issuer"):
        published_keys(cloud, f"https://localhost:{server.server_port}/")


@pytest.mark.parametrize(
    "issuer",
    [
        "https://token.actions.githubusercontent.com",
        "https://localhost.elsewhere.example",
        "https://localhost@elsewhere.example",
        "http://localhost",
        "file:///etc",
    ],
)
def test_no_issuer_of_another_machine_is_asked(cloud: Cloud, issuer: str) -> None:
    with pytest.raises(IssuerError, match="no other is asked"):
        published_keys(cloud, issuer)
