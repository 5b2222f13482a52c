"""A cluster as an OIDC issuer: its discovery document and the key its service accounts sign with.

Entra exchanges a service account's token for an application's by these (workload identity); they
are public, as in Azure (https://learn.microsoft.com/azure/aks/use-oidc-issuer).
"""

from __future__ import annotations

import base64
import hashlib
from functools import partial
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from jwt.algorithms import RSAAlgorithm

from rehearsal.cloud.aks.runtime import cluster_url
from rehearsal.cloud.aks.webhook import files_of
from rehearsal.cloud.web import CloudError, Reply

if TYPE_CHECKING:
    from rehearsal.cloud.aks.runtime_files import ClusterFiles
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Request

_BASE = "/_aks/{key}/oidc"


def issuer_url(origin: str, cluster_id: str) -> str:
    """The `iss` of the tokens of a cluster whose issuer is on, with a slash at its end."""
    return f"{cluster_url(origin, cluster_id)}/oidc/"


def register(cloud: Cloud) -> None:
    """Add the issuer's two routes."""
    add = cloud.router.add
    discovery, keys = partial(_discovery, cloud), partial(_keys, cloud)
    add("GET", f"{_BASE}/.well-known/openid-configuration", "AKS.OidcDiscovery", discovery)
    add("GET", f"{_BASE}/openid/v1/jwks", "AKS.OidcKeys", keys)


def _discovery(cloud: Cloud, request: Request) -> Reply:
    _, cluster_id = _issuing_cluster(cloud, request)
    issuer = issuer_url(cloud.origin, cluster_id)
    document = {
        "issuer": issuer,
        "jwks_uri": f"{issuer}openid/v1/jwks",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }
    return Reply(200, document)


def _keys(cloud: Cloud, request: Request) -> Reply:
    files, _ = _issuing_cluster(cloud, request)
    return Reply(200, {"keys": [_jwk(files)]})


def _issuing_cluster(cloud: Cloud, request: Request) -> tuple[ClusterFiles, str]:
    """The cluster that the path names, with its id; 404 unless its issuer is on."""
    files = files_of(cloud, request)
    spec: dict[str, Any] = (files.spec() if files else None) or {}
    if files is None or not spec.get("oidc_issuer"):
        problem = {"code": "NotFound", "message": "There is no such OIDC issuer."}
        raise CloudError(Reply(404, {"error": problem}))
    return files, str(spec["cluster_id"])


def _jwk(files: ClusterFiles) -> dict[str, str]:
    """The public key, under the id that kube-apiserver gives it (pkg/serviceaccount/jwt.go)."""
    private = load_pem_private_key(files.service_account_key.read_bytes(), None)
    public = private.public_key()
    if not isinstance(public, RSAPublicKey):
        raise TypeError(f"{files.service_account_key} holds no RSA key")
    encoded = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    numbers: dict[str, str] = RSAAlgorithm.to_jwk(public, as_dict=True)
    return {
        "use": "sig",
        "kty": "RSA",
        "kid": base64.urlsafe_b64encode(hashlib.sha256(encoded).digest()).rstrip(b"=").decode(),
        "alg": "RS256",
        "n": numbers["n"],
        "e": numbers["e"],
    }
