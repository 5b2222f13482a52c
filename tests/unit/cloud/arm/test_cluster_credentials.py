from __future__ import annotations

import base64
from typing import Any

import pytest
import yaml

from tests.support.arm import (
    CLUSTER_ADMIN,
    CLUSTER_USER,
    READER,
    WORLD,
    Arm,
    RecordingRuntime,
    error,
)

DISABLED = (
    "Getting static credential is not allowed because this cluster is set to disable local"
    " accounts."
)
POOL = {"name": "system", "mode": "System", "count": 1, "vmSize": "Standard_D4ds_v5"}


def kubeconfig(arm: Arm, path: str, call: str, **query: str) -> Any:
    reply = arm.call("POST", f"{path}/{call}", query=query)
    assert reply.status == 200, reply
    return yaml.safe_load(base64.b64decode(reply.body["kubeconfigs"][0]["value"]))


def test_the_users_kubeconfig_names_kubelogin_and_holds_no_key(arm: Arm) -> None:
    path = arm.cluster(arm.group())

    found = kubeconfig(arm, path, "listClusterUserCredential")

    assert found["users"][0]["name"] == "clusterUser_rg-aks-dev_aks-dev"
    assert found["users"][0]["user"]["exec"]["command"] == "kubelogin"
    older = kubeconfig(arm, path, "listClusterUserCredential", format="azure")
    assert older["users"][0]["user"]["auth-provider"]["name"] == "azure"
    monitoring = arm.call("POST", f"{path}/listClusterMonitoringUserCredential").body
    assert monitoring["kubeconfigs"][0]["name"] == "clusterMonitoringUser"
    unknown = arm.call("POST", f"{path}/listClusterUserCredential", query={"format": "x"})
    assert error(unknown) == (400, "InvalidParameter")


def test_static_credentials_are_refused_where_local_accounts_are_off(arm: Arm) -> None:
    path = arm.cluster(arm.group())

    for call in ("listClusterAdminCredential", "accessProfiles/clusterAdmin/listCredential"):
        reply = arm.call("POST", f"{path}/{call}")
        assert error(reply) == (400, "BadRequest")
        assert reply.body["message"] == DISABLED


def test_a_cluster_without_entra_and_without_local_accounts_lets_nobody_in(arm: Arm) -> None:
    path = arm.cluster(arm.group(), aadProfile=None)

    assert arm.call("POST", f"{path}/listClusterUserCredential").body["message"] == DISABLED


def test_the_admins_kubeconfig_holds_a_certificate(arm: Arm) -> None:
    path = arm.cluster(arm.group(), disableLocalAccounts=False)

    found = kubeconfig(arm, path, "listClusterAdminCredential")

    assert found["current-context"] == "aks-dev"
    assert found["users"][0]["name"] == "clusterAdmin_rg-aks-dev_aks-dev"
    assert "client-certificate-data" in found["users"][0]["user"]


def test_without_entra_every_user_gets_the_certificate(arm: Arm) -> None:
    path = arm.cluster(arm.group(), aadProfile=None, disableLocalAccounts=False)

    found = kubeconfig(arm, path, "listClusterUserCredential")

    assert "client-certificate-data" in found["users"][0]["user"]


def test_access_profiles_hold_the_same_files(arm: Arm) -> None:
    path = arm.cluster(arm.group(), disableLocalAccounts=False)

    for role in ("clusterUser", "clusterAdmin"):
        body = arm.call("POST", f"{path}/accessProfiles/{role}/listCredential").body
        assert (
            yaml.safe_load(base64.b64decode(body["properties"]["kubeConfig"]))["kind"] == "Config"
        )
    assert arm.call("POST", f"{path}/accessProfiles/root/listCredential").status == 404


@pytest.mark.parametrize("entra", [{"managed": True}, None])
def test_there_is_no_kubeconfig_before_there_is_a_control_plane(
    arm: Arm, runtime: RecordingRuntime, entra: Any
) -> None:
    path = arm.cluster(arm.group(), aadProfile=entra, disableLocalAccounts=False)
    runtime.ensured.clear()

    for call in ("listClusterUserCredential", "listClusterAdminCredential"):
        assert error(arm.call("POST", f"{path}/{call}")) == (404, "ControlPlaneNotFound")


@pytest.mark.parametrize("profile", [{"managed": True}, None])
def test_entra_that_azure_manages_is_not_reset(arm: Arm, profile: Any) -> None:
    path = arm.cluster(arm.group(), aadProfile=profile)

    reply = arm.call("POST", f"{path}/resetAADProfile", {})

    assert error(reply) == (400, "BadRequest")
    assert "'resetAADProfile' is not allowed" in reply.body["message"]


def test_each_credential_needs_its_own_role(arm: Arm) -> None:
    path = arm.cluster(arm.group(), disableLocalAccounts=False)
    person = WORLD.account("payments-dev")
    user, admin = f"{path}/listClusterUserCredential", f"{path}/listClusterAdminCredential"

    def statuses() -> list[int]:
        return [arm.call("POST", call, who=person.name).status for call in (user, admin)]

    assert statuses() == [403, 403]
    # Through the group, and with the role a person would take for the right one.
    arm.assign(path, READER, "0a1b2c3d-0000-4000-8000-000000000402")
    assert statuses() == [403, 403]
    arm.assign(path, CLUSTER_USER, "0a1b2c3d-0000-4000-8000-000000000402")
    assert statuses() == [200, 403]
    arm.assign(path, CLUSTER_ADMIN, person.object_id)
    assert statuses() == [200, 200]
