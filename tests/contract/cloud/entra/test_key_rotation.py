"""The signing key changes while the local Azure runs; a client that keeps its keys follows."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import httpx
import jwt
import pytest

from rehearsal.cloud import daemon
from rehearsal.cloud.keys import rotate_keys
from rehearsal.cloud.world import World
from rehearsal.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AUDIENCE = "https://management.azure.com"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A local Azure of its own: the others' tests keep the key they know."""
    made = Home(tmp_path / "home").create()
    daemon.start(made)
    yield made
    daemon.stop(made)


def test_a_key_set_client_verifies_tokens_of_before_and_after(home: Home) -> None:
    running = daemon.status(home)
    assert running is not None
    account = World.load().account("ci")
    trust = ssl.create_default_context(cafile=str(home.ca_certificate))
    base = f"{running.origin}/{account.tenant_id}"
    keys = jwt.PyJWKClient(f"{base}/discovery/v2.0/keys", ssl_context=trust, cooldown_duration=0)

    def log_in() -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": account.app_id,
            "client_secret": account.secret,
            "scope": f"{AUDIENCE}/.default",
        }
        address = f"{base}/oauth2/v2.0/token"
        reply = httpx.post(address, data=form, verify=trust, trust_env=False)
        return reply.raise_for_status().json()["access_token"]

    def verify(token: str) -> None:
        key = keys.get_signing_key_from_jwt(token)
        assert jwt.decode(token, key, ["RS256"], audience=AUDIENCE)["oid"] == account.object_id

    before = log_in()
    verify(before)
    made = rotate_keys(home)
    after = log_in()
    assert jwt.get_unverified_header(after)["kid"] == made.kid
    verify(after)
    verify(before)
