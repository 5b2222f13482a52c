"""The API server answers 401 to every token that Entra did not issue for it."""

from __future__ import annotations

import base64
import json
import ssl
import time
from typing import TYPE_CHECKING, Any

import httpx
import jwt
import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import rsa

from rehearsal.cloud.clock import SystemClock
from rehearsal.cloud.keys import SigningKeys
from rehearsal.cloud.store import Store
from tests.support.azure import Azure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rehearsal.cloud.keys import SigningKey
    from tests.support.rehearsal import Rehearsal

pytestmark = pytest.mark.e2e

AKS_SERVER = "6dae42f8-4368-4678-94ff-3960e28e3630"
OTHER_TENANT = "00000000-1111-2222-3333-444444444444"


@pytest.fixture(scope="module")
def genuine(deployed: Rehearsal) -> str:
    """A token that the API server accepts: the deployer's, for the AKS server application."""
    return Azure(deployed).token(f"{AKS_SERVER}/.default")


@pytest.fixture(scope="module")
def entra_key(deployed: Rehearsal) -> Iterator[SigningKey]:
    """The key Entra signs with, so that each forgery is wrong in one thing only."""
    store = Store(deployed.home / "cloud.sqlite")
    yield SigningKeys(store, SystemClock()).current()
    store.close()


@pytest.fixture(scope="module")
def ask(deployed: Rehearsal) -> Callable[[str], int]:
    """The API server's HTTP status for a listing of namespaces with a token."""
    deployed.kubectl("platform-admin", "version")
    config = deployed.home / "kubeconfigs" / "local-platform-admin.yaml"
    cluster = yaml.safe_load(config.read_text(encoding="utf-8"))["clusters"][0]["cluster"]
    authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
    trust = ssl.create_default_context(cadata=authority)
    url = f"{cluster['server']}/api/v1/namespaces"

    def status(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.get(url, headers=headers, verify=trust).status_code

    return status


def signed(token: str, key: SigningKey | None, **changes: Any) -> str:
    """The token with other claims, signed by Entra's key, or by a stranger's under its key id."""
    claims = jwt.decode(token, options={"verify_signature": False}) | changes
    headers = {"kid": jwt.get_unverified_header(token)["kid"]}
    private = key.private_key if key else rsa.generate_private_key(65537, 2048)
    return jwt.encode(claims, private, "RS256", headers=headers)


def encoded(part: dict[str, Any]) -> str:
    """A part of a JWT."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def test_the_genuine_token_is_accepted(
    ask: Callable[[str], int], genuine: str, entra_key: SigningKey
) -> None:
    assert ask(genuine) == 200
    assert ask(signed(genuine, entra_key)) == 200, "the forger's own tools are broken"


def test_a_changed_payload_is_refused(ask: Callable[[str], int], genuine: str) -> None:
    header, payload, signature = genuine.split(".")
    claims = jwt.decode(genuine, options={"verify_signature": False}) | {
        "groups": ["system:masters"]
    }
    forged = encoded(claims)
    assert forged != payload
    assert ask(f"{header}.{forged}.{signature}") == 401


def test_another_key_is_refused(ask: Callable[[str], int], genuine: str) -> None:
    assert ask(signed(genuine, None)) == 401


def test_no_signature_is_refused(ask: Callable[[str], int], genuine: str) -> None:
    _, payload, _ = genuine.split(".")
    assert ask(f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{payload}.") == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://management.azure.com/"},
        {"aud": "00000003-0000-0000-c000-000000000000"},
        {"tid": OTHER_TENANT},
        {"iss": f"https://sts.windows.net/{OTHER_TENANT}/"},
        {"exp": int(time.time()) - 1},
        {"nbf": int(time.time()) + 3600},
    ],
    ids="-".join,
)
def test_one_wrong_claim_is_refused(
    ask: Callable[[str], int], genuine: str, entra_key: SigningKey, changes: dict[str, Any]
) -> None:
    assert ask(signed(genuine, entra_key, **changes)) == 401


def test_no_token_is_refused(ask: Callable[[str], int]) -> None:
    assert ask("nonsense") == 401
