"""What every reply has, whichever plane it comes from, and the certificate it comes under."""

from __future__ import annotations

import asyncio
import ipaddress
import uuid
from typing import TYPE_CHECKING

import httpx
import pytest
from cryptography import x509

from rehearsal.cloud.authority import Authority
from rehearsal.cloud.http import application
from rehearsal.cloud.server import NAMES

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud

PATHS = {
    "arm": "/subscriptions?api-version=2022-12-01",
    "metadata": "/metadata/endpoints?API-VERSION=2022-09-01",
    "entra": "/common/discovery/keys",
    "graph": "/v1.0/groups",
}


def get(cloud: Cloud, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(application(cloud))
        async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as client:
            return await client.get(path)

    return asyncio.run(ask())


@pytest.mark.parametrize("plane", PATHS)
def test_a_reply_has_its_ids_and_is_json(cloud: Cloud, plane: str) -> None:
    reply = get(cloud, PATHS[plane])
    assert reply.status_code == (401 if plane in {"arm", "graph"} else 200)
    assert reply.headers["content-type"].startswith("application/json")
    for name in ("x-ms-request-id", "x-ms-correlation-request-id"):
        assert uuid.UUID(reply.headers[name])


def test_the_server_s_certificate_is_for_every_name_of_this_machine(cloud: Cloud) -> None:
    pem, _ = Authority(cloud.home).issue("localhost", NAMES)
    leaf = x509.load_pem_x509_certificate(pem)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert names.get_values_for_type(x509.IPAddress) == [
        ipaddress.ip_address("127.0.0.1"),
        ipaddress.ip_address("::1"),
    ]
