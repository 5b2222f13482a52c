from __future__ import annotations

from typing import Any

import pytest

from tests.support.arm import (
    SG_ADMINS,
    SUBSCRIPTION,
    Arm,
    RecordingRuntime,
    cluster_body,
    cluster_path,
    error,
)

DISABLED = (
    "Getting static credential is not allowed because this cluster is set to disable local"
    " accounts."
)
POOL = {"name": "system", "mode": "System", "count": 1, "vmSize": "Standard_D4ds_v5"}


def properties(arm: Arm, path: str) -> dict[str, Any]:
    return arm.call("GET", path).body["properties"]


def refusal(arm: Arm, **changes: Any) -> tuple[int, str]:
    return error(arm.call("PUT", cluster_path(arm.group()), cluster_body(**changes)))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"aadProfile": {"clientAppID": SG_ADMINS}}, (400, "BadRequest")),
        ({"aadProfile": {"managed": True, "serverAppID": SG_ADMINS}}, (400, "BadRequest")),
        ({"aadProfile": {"managed": False, "enableAzureRBAC": True}}, (400, "BadRequest")),
        ({"enableRBAC": False}, (400, "BadRequest")),
        (
            {"aadProfile": {"managed": True, "adminGroupObjectIDs": ["sg-admins"]}},
            (400, "InvalidParameter"),
        ),
        (
            {"aadProfile": {"managed": True, "adminGroupObjectIDs": SG_ADMINS}},
            (400, "UnmarshalError"),
        ),
        ({"aadProfile": {"managed": True, "tenantID": "contoso"}}, (400, "InvalidParameter")),
        ({"aadProfile": {"manged": True}}, (400, "UnmarshalError")),
        ({"enableRbac2": True}, (400, "UnmarshalError")),
        ({"dnsPrefix": None}, (400, "InvalidParameter")),
        ({"dnsPrefix": "-aks"}, (400, "InvalidParameter")),
        ({"kubernetesVersion": "1.12"}, (400, "K8sVersionNotSupported")),
        ({"agentPoolProfiles": []}, (400, "InvalidParameter")),
        (
            {"agentPoolProfiles": [{**POOL, "mode": "User"}]},
            (400, "MustDefineAtLeastOneSystemPool"),
        ),
        ({"agentPoolProfiles": [POOL, POOL]}, (400, "InvalidParameter")),
        ({"agentPoolProfiles": [{**POOL, "name": "System-1"}]}, (400, "InvalidParameter")),
        ({"agentPoolProfiles": [{**POOL, "mode": "Boss"}]}, (400, "InvalidParameter")),
        ({"agentPoolProfiles": [{**POOL, "count": 0}]}, (400, "InvalidParameter")),
        ({"agentPoolProfiles": [{**POOL, "count": 2.0}]}, (400, "UnmarshalError")),
        (
            {"agentPoolProfiles": [{**POOL, "enableAutoScaling": True, "minCount": 1}]},
            (400, "InvalidParameter"),
        ),
    ],
)
def test_a_cluster_that_cannot_be_is_refused(
    arm: Arm, runtime: RecordingRuntime, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert refusal(arm, **changes) == expected
    assert runtime.ensured == []
    assert (
        arm.call("GET", f"{SUBSCRIPTION}/resourcegroups").body["value"][0]["name"] == "rg-aks-dev"
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"location": None}, (400, "LocationRequired")),
        ({"location": "moon"}, (400, "LocationNotAvailableForResourceType")),
        ({"identity": None}, (400, "InvalidParameter")),
        ({"colour": "red"}, (400, "UnmarshalError")),
    ],
)
def test_the_rest_of_the_body_is_checked_too(
    arm: Arm, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    reply = arm.call("PUT", cluster_path(arm.group()), {**cluster_body(), **changes})

    assert error(reply) == expected


def test_members_are_read_without_case(arm: Arm) -> None:
    body = cluster_body()
    body["properties"]["AADProfile"] = body["properties"].pop("aadProfile")

    reply = arm.call("PUT", cluster_path(arm.group()), body)

    assert reply.body["properties"]["aadProfile"]["adminGroupObjectIDs"] == [SG_ADMINS]


def test_an_empty_text_is_the_same_as_none(arm: Arm) -> None:
    pool = {**POOL, "vmSize": "", "orchestratorVersion": ""}

    path = arm.cluster(arm.group(), kubernetesVersion="", agentPoolProfiles=[pool])

    assert properties(arm, path)["kubernetesVersion"] == "1.34"
    assert properties(arm, path)["agentPoolProfiles"][0]["orchestratorVersion"] == "1.34"
    assert properties(arm, path)["agentPoolProfiles"][0]["vmSize"].startswith("Standard_")


def test_a_cluster_needs_a_proper_name_and_a_group_that_is_there(arm: Arm) -> None:
    nowhere = cluster_path(f"{SUBSCRIPTION}/resourceGroups/none")
    assert error(arm.call("PUT", nowhere, cluster_body())) == (404, "ResourceGroupNotFound")

    wrong = arm.call("PUT", cluster_path(arm.group(), "-aks"), cluster_body())

    assert error(wrong) == (400, "InvalidParameter")


def test_a_put_again_changes_nothing_but_what_it_says(arm: Arm, runtime: RecordingRuntime) -> None:
    path = arm.cluster(arm.group())
    before = properties(arm, path)

    arm.done(arm.call("PUT", path, cluster_body()))
    same = properties(arm, path)
    arm.done(arm.call("PUT", path, cluster_body(aadProfile={"managed": True})))

    assert same == before
    assert runtime.ensured[0] == runtime.ensured[1]
    assert runtime.ensured[2].admin_group_object_ids == ()


def test_entra_stays_when_it_is_left_out_and_cannot_be_taken_away(arm: Arm) -> None:
    path = arm.cluster(arm.group())

    kept = arm.call("PUT", path, cluster_body(aadProfile=None))
    arm.done(kept)
    refused = arm.call("PUT", path, cluster_body(aadProfile={"managed": False}))

    assert kept.body["properties"]["aadProfile"]["adminGroupObjectIDs"] == [SG_ADMINS]
    assert error(refused) == (400, "PropertyChangeNotAllowed")
    assert refused.body["message"] == "Changing property 'aadProfile.managed' is not allowed."


def test_entra_can_be_added(arm: Arm, runtime: RecordingRuntime) -> None:
    path = arm.cluster(arm.group(), aadProfile=None)

    arm.done(arm.call("PUT", path, cluster_body()))

    assert [spec.entra for spec in runtime.ensured] == [False, True]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"dnsPrefix": "other"}, "PropertyChangeNotAllowed"),
        ({"networkProfile": {"networkPlugin": "kubenet"}}, "PropertyChangeNotAllowed"),
        ({"kubernetesVersion": "1.33"}, "OperationNotAllowed"),
    ],
)
def test_what_azure_keeps_as_it_is_cannot_be_changed(
    arm: Arm, changes: dict[str, Any], code: str
) -> None:
    path = arm.cluster(arm.group())

    assert error(arm.call("PUT", path, cluster_body(**changes))) == (400, code)


def test_a_cluster_does_not_move(arm: Arm) -> None:
    path = arm.cluster(arm.group())

    reply = arm.call("PUT", path, {**cluster_body(), "location": "northeurope"})

    assert error(reply) == (409, "InvalidResourceLocation")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("aadProfile", "managed"),
        ("agentPoolProfiles", {}),
        ("agentPoolProfiles", ["system"]),
        ("enableRBAC", "yes"),
        ("networkProfile", [1]),
        ("oidcIssuerProfile", {"enabled": "true"}),
        ("kubernetesVersion", 1.34),
        ("identityProfile", {"kubeletidentity": 5}),
    ],
)
def test_a_member_of_another_type_is_refused(arm: Arm, member: str, value: Any) -> None:
    reply = arm.call("PUT", cluster_path(arm.group()), cluster_body(**{member: value}))

    assert error(reply) == (400, "UnmarshalError")
    assert f"properties.{member}" in reply.body["message"]


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("networkProfile", {"networkPlugin": "azur"}, "'azur' is not one of azure, kubenet, none."),
        ("autoUpgradeProfile", {"upgradeChannel": "weekly"}, "'weekly' is not one of rapid"),
        ("nodeResourceGroupProfile", {"restrictionLevel": "None"}, "is not one of Unrestricted"),
        ("sku", {"name": "Base", "tier": "Gold"}, "'Gold' is not one of Free"),
        ("identity", {"type": "Managed"}, "'Managed' is not one of SystemAssigned"),
        ("identity", {"type": "UserAssigned"}, "type UserAssigned takes 1, not 0."),
        (
            "identity",
            {"type": "SystemAssigned", "userAssignedIdentities": {"x": {}}},
            "type SystemAssigned takes 0, not 1.",
        ),
    ],
)
def test_a_value_is_one_of_those_that_are_known(
    arm: Arm, part: str, value: dict[str, Any], said: str
) -> None:
    outer = part in {"sku", "identity"}
    body = {**cluster_body(), part: value} if outer else cluster_body(**{part: value})

    reply = arm.call("PUT", cluster_path(arm.group()), body)

    assert error(reply) == (400, "InvalidParameter")
    assert said in reply.body["message"]


def test_a_machine_has_a_size_that_azure_sells(arm: Arm) -> None:
    assert refusal(arm, agentPoolProfiles=[{**POOL, "vmSize": "big"}]) == (400, "BadRequest")
