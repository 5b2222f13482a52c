"""What AKS adds to a cluster, keeps of it and refuses, as its clients rely on it."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
import yaml

from tests.support.arm import (
    DEFINITIONS,
    SG_ADMINS,
    SUBSCRIPTION,
    Arm,
    cluster_body,
    cluster_path,
    error,
)

SECRET = "not-t0-be-shown"
ROLES = {
    "Azure Kubernetes Service Cluster User Role": "4abbcc35-e782-43d8-92c5-2d3f1bd2253f",
    "Azure Kubernetes Service Cluster Admin Role": "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8",
    "Azure Kubernetes Service Cluster Monitoring User": "1afdec4b-e479-420e-99e7-f82237c7c5e6",
    "Azure Kubernetes Service Contributor Role": "ed7f3fbd-7b88-4dd4-9017-9adb7ce333f8",
    "Azure Kubernetes Service RBAC Admin": "3498e952-d568-435e-9b2c-8d77e338d7f7",
    "Azure Kubernetes Service RBAC Cluster Admin": "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b",
    "Azure Kubernetes Service RBAC Reader": "7f6c6a51-bcf8-42ba-9220-52d62157d7db",
    "Azure Kubernetes Service RBAC Writer": "a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb",
    "Owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
}


def properties(arm: Arm, path: str) -> dict[str, Any]:
    return arm.call("GET", path).body["properties"]


def test_a_name_has_1_to_63_characters_with_letters_or_digits_at_the_ends(arm: Arm) -> None:
    group = arm.group()
    given = {
        **dict.fromkeys(("a", "a" * 63, "a-b_c9"), 201),
        **dict.fromkeys(("a" * 64, "-a", "a_", "a.b"), 400),
    }

    found = {
        name: arm.call("PUT", cluster_path(group, name), cluster_body()).status for name in given
    }

    assert found == given


def test_a_cluster_is_named_in_the_case_that_aks_has(arm: Arm) -> None:
    found = arm.call("GET", arm.cluster(arm.group())).body

    assert found["type"] == "Microsoft.ContainerService/ManagedClusters"
    assert "/resourcegroups/" in found["id"]
    assert found["eTag"]


def test_what_was_left_out_is_filled_in(arm: Arm) -> None:
    filled = properties(arm, arm.cluster(arm.group()))

    assert re.fullmatch(r"aks-dev-[0-9a-z]{8}\.hcp\.westeurope\.azmk8s\.io", filled["fqdn"])
    assert filled["powerState"] == {"code": "Running"}
    assert re.fullmatch(r"1\.34\.\d+", filled["currentKubernetesVersion"])
    network = filled["networkProfile"]
    assert (network["serviceCidr"], network["dnsServiceIP"], network["podCidr"]) == (
        *("10.0.0.0/16", "10.0.0.10"),
        "10.244.0.0/16",
    )
    (pool,) = filled["agentPoolProfiles"]
    assert pool["orchestratorVersion"]
    assert pool["nodeImageVersion"].startswith("AKSUbuntu")
    assert pool["maxPods"] > 0


def test_no_secret_is_shown_again(arm: Arm) -> None:
    path = arm.cluster(
        arm.group(),
        windowsProfile={"adminUsername": "azureuser", "adminPassword": SECRET},
        servicePrincipalProfile={"clientId": SG_ADMINS, "secret": SECRET},
    )

    shown = arm.call("GET", path)
    listed = arm.call("GET", f"{SUBSCRIPTION}/resources")

    assert SG_ADMINS in json.dumps(shown.body)
    assert SECRET not in json.dumps([shown.body, listed.body])


@pytest.mark.parametrize("change", [{"enableRBAC": False}, {"enableRBAC": True}])
def test_kubernetes_rbac_stays_as_it_was_made(arm: Arm, change: dict[str, bool]) -> None:
    made = not change["enableRBAC"]
    path = arm.cluster(arm.group(), aadProfile=None, enableRBAC=made)

    reply = arm.call("PUT", path, cluster_body(aadProfile=None, **change))

    assert error(reply) == (400, "PropertyChangeNotAllowed")
    assert properties(arm, path)["enableRBAC"] is made


def test_entra_comes_not_to_a_cluster_without_kubernetes_rbac(arm: Arm) -> None:
    path = arm.cluster(arm.group(), aadProfile=None, enableRBAC=False)

    reply = arm.call("PUT", path, cluster_body(enableRBAC=False))

    assert error(reply) == (400, "BadRequest")
    assert "aadProfile" not in properties(arm, path)


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        ({"clientAppID": SG_ADMINS, "serverAppID": SG_ADMINS}, "aad-legacy"),
        ({"enableAzureRBAC": True}, "aadProfile.managed"),
    ],
)
def test_a_profile_that_is_not_managed_is_refused(
    arm: Arm, profile: dict[str, Any], said: str
) -> None:
    reply = arm.call("PUT", cluster_path(arm.group()), cluster_body(aadProfile=profile))

    assert error(reply) == (400, "BadRequest")
    assert said in reply.body["message"]


def test_managed_entra_is_not_reset(arm: Arm) -> None:
    path = arm.cluster(arm.group())

    reply = arm.call("POST", f"{path}/resetAADProfile", {})

    assert error(reply) == (400, "BadRequest")
    assert reply.body["message"] == (
        "Operation 'resetAADProfile' is not allowed for managed AAD enabled cluster."
    )


@pytest.mark.parametrize("query", [{}, {"format": "exec"}, {"server-fqdn": "x"}])
def test_each_call_for_credentials_gives_one_file_under_its_name(
    arm: Arm, query: dict[str, str]
) -> None:
    path = arm.cluster(arm.group(), disableLocalAccounts=False)

    for call, name in (
        ("listClusterUserCredential", "clusterUser"),
        ("listClusterAdminCredential", "clusterAdmin"),
    ):
        reply = arm.call("POST", f"{path}/{call}", query=query)
        (file,) = reply.body["kubeconfigs"]
        assert (reply.status, file["name"]) == (200, name)
        user = yaml.safe_load(base64.b64decode(file["value"]))["users"][0]["user"]
        assert ("exec" in user) is (name == "clusterUser")


def test_an_access_profile_holds_its_file_under_properties(arm: Arm) -> None:
    path = arm.cluster(arm.group())

    body = arm.call("POST", f"{path}/accessProfiles/clusterUser/listCredential").body

    assert {"id", "name", "type", "properties"} <= set(body)
    assert yaml.safe_load(base64.b64decode(body["properties"]["kubeConfig"]))["users"]


def test_the_old_format_has_the_five_settings_of_the_auth_provider(arm: Arm) -> None:
    path = arm.cluster(arm.group())

    reply = arm.call("POST", f"{path}/listClusterUserCredential", query={"format": "azure"})

    file = yaml.safe_load(base64.b64decode(reply.body["kubeconfigs"][0]["value"]))
    provider = file["users"][0]["user"]["auth-provider"]
    assert provider["name"] == "azure"
    assert set(provider["config"]) == {
        *("apiserver-id", "client-id", "config-mode", "environment", "tenant-id")
    }
    assert provider["config"]["config-mode"] == "1", "kubelogin takes anything else for legacy"


def test_built_in_roles_have_the_ids_that_they_have_in_azure(arm: Arm) -> None:
    path = f"{SUBSCRIPTION}/providers/{DEFINITIONS}"
    rows = arm.call("GET", path, version="2022-04-01").body["value"]

    found = {row["properties"]["roleName"]: row["name"] for row in rows}

    assert {name: found.get(name) for name in ROLES} == ROLES


def test_what_the_issuer_is_called_cannot_be_chosen(arm: Arm) -> None:
    given = {"enabled": True, "issuerURL": "https://issuer.example/"}

    path = arm.cluster(arm.group(), oidcIssuerProfile=given)

    shown = properties(arm, path)["oidcIssuerProfile"]["issuerURL"]
    assert shown.startswith(arm.cloud.origin)
