from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from rehearsal.cloud.aks.issuer import issuer_url
from rehearsal.cloud.aks.runtime import cluster_key
from rehearsal.cloud.web import Request
from tests.support.clusters import cluster_id, cluster_spec

if TYPE_CHECKING:
    from rehearsal.cloud.aks.runtime_files import ClusterFiles
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Reply

DISCOVERY = ".well-known/openid-configuration"
KEYS = "openid/v1/jwks"


def get(cloud: Cloud, path: str, key: str = cluster_key(cluster_id())) -> Reply:
    return cloud.router.handle(Request("GET", f"/_aks/{key}/oidc/{path}"))


def test_the_issuer_ends_in_a_slash_as_in_azure(cloud: Cloud) -> None:
    assert issuer_url(cloud.origin, cluster_id()).startswith(f"{cloud.origin}/_aks/aks-dev-")
    assert issuer_url(cloud.origin, cluster_id().upper()) == issuer_url(cloud.origin, cluster_id())
    assert issuer_url(cloud.origin, cluster_id()).endswith("/oidc/")


def test_a_token_signed_with_the_clusters_key_verifies_by_what_is_served(
    cloud: Cloud, files: ClusterFiles
) -> None:
    files.prepare(replace(cluster_spec(), oidc_issuer=True))
    document = get(cloud, DISCOVERY).body
    assert document["issuer"] == issuer_url(cloud.origin, cluster_id())
    assert document["jwks_uri"] == f"{document['issuer']}{KEYS}"

    key = jwt.PyJWKSet.from_dict(get(cloud, KEYS).body).keys[0]
    private = load_pem_private_key(files.service_account_key.read_bytes(), None)
    token = jwt.encode({"sub": "me"}, files.service_account_key.read_bytes(), "RS256")
    assert jwt.decode(token, key, ["RS256"]) == {"sub": "me"}
    assert private.public_key() == key.key


@pytest.mark.parametrize("path", [DISCOVERY, KEYS])
def test_a_cluster_whose_issuer_is_off_serves_nothing(
    cloud: Cloud, files: ClusterFiles, path: str
) -> None:
    assert files.spec() is not None
    assert get(cloud, path).status == 404
    assert get(cloud, path, key="unknown").status == 404
    assert get(cloud, path, key="%2e%2e").status == 404
