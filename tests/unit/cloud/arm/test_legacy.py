"""Clusters with the old Entra integration: Azure makes no new ones, but programs meet them."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import yaml

from rehearsal.cloud.aks.legacy import make_legacy
from tests.support.arm import SG_ADMINS, WORLD, Arm, RecordingRuntime, cluster_body, error

SERVER = "11111111-1111-4111-8111-111111111111"
CLIENT = "22222222-2222-4222-8222-222222222222"
LEGACY = {"clientAppID": CLIENT, "serverAppID": SERVER, "tenantID": WORLD.tenant_id}


@pytest.fixture
def path(arm: Arm) -> str:
    """A legacy cluster."""
    cluster = arm.cluster(arm.group(), disableLocalAccounts=False)
    make_legacy(arm.cloud.store, cluster, server_app_id=SERVER, client_app_id=CLIENT)
    return cluster


def profile(arm: Arm, path: str) -> dict[str, Any]:
    return arm.call("GET", path).body["properties"]["aadProfile"]


def test_it_is_shown_with_its_applications_and_no_secret(arm: Arm, path: str) -> None:
    assert profile(arm, path) == LEGACY


def test_it_stays_what_it_is_when_it_is_put_as_it_is(
    arm: Arm, path: str, runtime: RecordingRuntime
) -> None:
    shown = arm.call("GET", path).body

    arm.done(arm.call("PUT", path, {**shown, "tags": {"a": "b"}}))
    arm.done(arm.call("PUT", path, cluster_body(aadProfile=None)))

    assert profile(arm, path) == LEGACY
    assert runtime.ensured[-1].entra is False


def test_it_becomes_managed_for_good(arm: Arm, path: str, runtime: RecordingRuntime) -> None:
    managed = {"managed": True, "adminGroupObjectIDs": [SG_ADMINS]}

    arm.done(arm.call("PUT", path, cluster_body(aadProfile=managed)))

    assert profile(arm, path) == {
        **managed,
        "enableAzureRBAC": False,
        "tenantID": WORLD.tenant_id,
    }
    assert runtime.ensured[-1].entra is True
    back = arm.call("PUT", path, cluster_body(aadProfile=LEGACY))
    assert error(back) == (400, "PropertyChangeNotAllowed")


def test_other_applications_come_by_a_reset_only(arm: Arm, path: str) -> None:
    other = {**LEGACY, "serverAppID": SG_ADMINS}

    put = arm.call("PUT", path, cluster_body(aadProfile=other))
    reset = arm.call("POST", f"{path}/resetAADProfile", {**other, "serverAppSecret": "x"})

    assert error(put) == (400, "BadRequest")
    assert arm.done(reset)["status"] == "Succeeded"
    assert profile(arm, path) == other
    half = arm.call("POST", f"{path}/resetAADProfile", {"serverAppID": SERVER})
    assert error(half) == (400, "InvalidParameter")


@pytest.mark.parametrize("shape", ["exec", "azure"])
def test_its_users_log_in_to_its_own_applications(arm: Arm, path: str, shape: str) -> None:
    reply = arm.call("POST", f"{path}/listClusterUserCredential", query={"format": shape})

    content = base64.b64decode(reply.body["kubeconfigs"][0]["value"])
    user = str(yaml.safe_load(content)["users"][0]["user"])
    assert SERVER in user
    assert CLIENT in user
    assert "client-certificate-data" not in user


def test_a_cluster_that_is_not_there_cannot_be_made_one(arm: Arm) -> None:
    with pytest.raises(KeyError):
        make_legacy(arm.cloud.store, "/none", server_app_id=SERVER, client_app_id=CLIENT)
