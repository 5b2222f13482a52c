"""The kubeconfigs that AKS hands out, byte for byte in its shape.

With Entra on, the user's one holds no credential: it names kubelogin, which gets a token for the
AKS server application. The admin's one holds a client certificate of the group system:masters.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Literal

import yaml

if TYPE_CHECKING:
    from rehearsal.cloud.aks.runtime import ClusterEndpoint

# The Entra applications of AKS in the public cloud, from the kubelogin documentation
# (https://azure.github.io/kubelogin/concepts/aks.html).
SERVER_APP_ID = "6dae42f8-4368-4678-94ff-3960e28e3630"
CLIENT_APP_ID = "80faf920-1908-4b52-b5ef-a8e7bedfc67a"

KubeconfigFormat = Literal["exec", "azure"]

_INSTALL_HINT = """
kubelogin is not installed which is required to connect to AAD enabled cluster.

To learn more, please go to https://aka.ms/aks/kubelogin
"""


def user_kubeconfig(  # noqa: PLR0913 - each is one fact that the file states
    *,
    name: str,
    resource_group: str,
    tenant_id: str,
    endpoint: ClusterEndpoint,
    origin: str,
    kubeconfig_format: KubeconfigFormat = "exec",
    legacy_apps: tuple[str, str] | None = None,
) -> bytes:
    """YAML for a user of a cluster with Entra on: who it is shown to has to log in.

    Args:
        name: The cluster's name, which is also the context's.
        resource_group: The cluster's resource group, in the case it was created with.
        tenant_id: The tenant whose tokens the cluster takes.
        endpoint: The cluster's API server.
        origin: The local Azure's origin without a trailing slash, where kubelogin is to log in.
        kubeconfig_format: `exec`, which is what AKS answers when nothing is asked for, or
            `azure`, the auth provider that kubectl has dropped in 1.26.
        legacy_apps: (server, client) application of a cluster that still has its own.
    """
    user = (
        _auth_provider(tenant_id, legacy_apps)
        if kubeconfig_format == "azure"
        else _exec(tenant_id, origin, legacy_apps)
    )
    return _kubeconfig(name, name, f"clusterUser_{resource_group}_{name}", endpoint, user)


def certificate_kubeconfig(
    *,
    name: str,
    resource_group: str,
    endpoint: ClusterEndpoint,
    certificate: tuple[bytes, bytes],
) -> bytes:
    """YAML for a user of a cluster without Entra, where AKS gives everyone a client certificate.

    Args:
        name: The cluster's name.
        resource_group: The cluster's resource group.
        endpoint: The cluster's API server.
        certificate: PEM of the client certificate and of its key.
    """
    user = _client_certificate(certificate)
    return _kubeconfig(name, name, f"clusterUser_{resource_group}_{name}", endpoint, user)


def admin_kubeconfig(
    *,
    name: str,
    resource_group: str,
    endpoint: ClusterEndpoint,
    certificate: tuple[bytes, bytes],
) -> bytes:
    """YAML for the local admin, with the client certificate and key inside.

    Args:
        name: The cluster's name, which is also the context's; it is az that adds `-admin`.
        resource_group: The cluster's resource group.
        endpoint: The cluster's API server.
        certificate: PEM of the client certificate and of its key.
    """
    user = _client_certificate(certificate)
    return _kubeconfig(name, name, f"clusterAdmin_{resource_group}_{name}", endpoint, user)


def _kubeconfig(
    cluster: str, context: str, user_name: str, endpoint: ClusterEndpoint, user: dict[str, Any]
) -> bytes:
    document: dict[str, Any] = {
        "apiVersion": "v1",
        "clusters": [
            {
                "cluster": {
                    "certificate-authority-data": _base64(endpoint.ca_certificate),
                    "server": endpoint.server,
                },
                "name": cluster,
            }
        ],
        "contexts": [{"context": {"cluster": cluster, "user": user_name}, "name": context}],
        "current-context": context,
        "kind": "Config",
        "preferences": {},
        "users": [{"name": user_name, "user": user}],
    }
    return yaml.safe_dump(document).encode()


def _exec(tenant_id: str, origin: str, legacy_apps: tuple[str, str] | None) -> dict[str, Any]:
    server, client = legacy_apps or (SERVER_APP_ID, CLIENT_APP_ID)
    arguments = ["get-token", "--environment", "AzurePublicCloud"]
    arguments += ["--server-id", server, "--client-id", client]
    arguments += ["--tenant-id", tenant_id, "--login", "devicecode"]
    if legacy_apps:
        arguments.append("--legacy")
    # Not in Azure's file: kubelogin finds no other authority than the public ones by --environment,
    # and asks the public cloud about any host it does not know.
    arguments += ["--authority-host", f"{origin}/", "--disable-instance-discovery"]
    return {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1beta1",
            "args": arguments,
            "command": "kubelogin",
            "env": None,
            "installHint": _INSTALL_HINT,
            "provideClusterInfo": False,
        }
    }


def _auth_provider(tenant_id: str, legacy_apps: tuple[str, str] | None) -> dict[str, Any]:
    server, client = legacy_apps or (SERVER_APP_ID, CLIENT_APP_ID)
    return {
        "auth-provider": {
            "config": {
                "apiserver-id": server,
                "client-id": client,
                # kubelogin takes 0 for the audience with `spn:` that such a cluster wants.
                "config-mode": "0" if legacy_apps else "1",
                "environment": "AzurePublicCloud",
                "tenant-id": tenant_id,
            },
            "name": "azure",
        }
    }


def _client_certificate(certificate: tuple[bytes, bytes]) -> dict[str, Any]:
    return {
        "client-certificate-data": _base64(certificate[0]),
        "client-key-data": _base64(certificate[1]),
    }


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
