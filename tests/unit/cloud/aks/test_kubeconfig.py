from __future__ import annotations

import base64
from typing import Any

import yaml

from rehearsal.cloud.aks.kubeconfig import (
    CLIENT_APP_ID,
    SERVER_APP_ID,
    KubeconfigFormat,
    admin_kubeconfig,
    certificate_kubeconfig,
    user_kubeconfig,
)
from rehearsal.cloud.aks.runtime import ClusterEndpoint

ENDPOINT = ClusterEndpoint("https://localhost:20443", b"-----CA-----")
CERTIFICATE = (b"-----CERTIFICATE-----", b"-----KEY-----")


def user_of(kubeconfig: bytes) -> dict[str, Any]:
    document = yaml.safe_load(kubeconfig)
    assert len(document["users"]) == 1
    return document["users"][0]["user"]


def as_user(kubeconfig_format: KubeconfigFormat = "exec") -> bytes:
    return user_kubeconfig(
        name="aks-dev",
        resource_group="rg-AKS",
        tenant_id="t",
        endpoint=ENDPOINT,
        origin="https://localhost:8443",
        kubeconfig_format=kubeconfig_format,
    )


def test_the_users_kubeconfig_names_cluster_context_and_user_as_aks_does() -> None:
    document = yaml.safe_load(as_user())
    assert document["current-context"] == "aks-dev"
    assert document["contexts"][0]["context"] == {
        "cluster": "aks-dev",
        "user": "clusterUser_rg-AKS_aks-dev",
    }
    assert document["users"][0]["name"] == "clusterUser_rg-AKS_aks-dev"
    cluster = document["clusters"][0]["cluster"]
    assert cluster["server"] == "https://localhost:20443"
    assert base64.b64decode(cluster["certificate-authority-data"]) == b"-----CA-----"


def test_the_users_kubeconfig_logs_in_with_kubelogin_by_device_code() -> None:
    plugin = user_of(as_user())["exec"]
    assert plugin["apiVersion"] == "client.authentication.k8s.io/v1beta1"
    assert plugin["command"] == "kubelogin"
    assert plugin["args"][:11] == [
        *("get-token", "--environment", "AzurePublicCloud"),
        *("--server-id", SERVER_APP_ID, "--client-id", CLIENT_APP_ID),
        *("--tenant-id", "t", "--login", "devicecode"),
    ]


def test_kubelogin_is_sent_to_the_local_login_endpoint_which_must_end_in_a_slash() -> None:
    arguments = user_of(as_user())["exec"]["args"]
    assert arguments[arguments.index("--authority-host") + 1] == "https://localhost:8443/"
    assert "--disable-instance-discovery" in arguments


def test_the_users_kubeconfig_holds_no_credential() -> None:
    text = as_user().decode()
    assert "client-key-data" not in text
    assert "token:" not in text


def test_the_old_format_names_the_auth_provider_with_config_mode_one() -> None:
    provider = user_of(as_user("azure"))["auth-provider"]
    assert provider["name"] == "azure"
    assert provider["config"]["config-mode"] == "1"
    assert provider["config"]["apiserver-id"] == SERVER_APP_ID


def test_the_admins_kubeconfig_has_a_user_of_its_own_and_the_client_certificate() -> None:
    kubeconfig = admin_kubeconfig(
        name="aks-dev", resource_group="rg", endpoint=ENDPOINT, certificate=CERTIFICATE
    )
    document = yaml.safe_load(kubeconfig)
    assert document["current-context"] == "aks-dev"
    assert document["users"][0]["name"] == "clusterAdmin_rg_aks-dev"
    assert base64.b64decode(user_of(kubeconfig)["client-certificate-data"]) == CERTIFICATE[0]
    assert base64.b64decode(user_of(kubeconfig)["client-key-data"]) == CERTIFICATE[1]


def test_without_entra_the_users_kubeconfig_has_a_client_certificate() -> None:
    kubeconfig = certificate_kubeconfig(
        name="aks-dev", resource_group="rg", endpoint=ENDPOINT, certificate=CERTIFICATE
    )
    assert yaml.safe_load(kubeconfig)["current-context"] == "aks-dev"
    assert set(user_of(kubeconfig)) == {"client-certificate-data", "client-key-data"}
