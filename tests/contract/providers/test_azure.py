from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.provider_host import Hosted, RefusedError

if TYPE_CHECKING:
    from rehearsal.providers.codec import Json
    from tests.contract.providers.conftest import Made

IN_CLUSTER = {"resourceGroupName": "rg-contract", "resourceName": "aks-contract"}
USER_ROLE = "4abbcc35-e782-43d8-92c5-2d3f1bd2253f"


def test_a_create_that_is_repeated_makes_nothing_twice(
    group: Made, admins: Made, cluster: Made
) -> None:
    assert group.again() == group.id
    assert admins.again() == admins.id
    assert cluster.again() == cluster.id


def test_what_was_just_made_has_no_drift(group: Made, admins: Made, cluster: Made) -> None:
    assert group.drift() == set()
    assert admins.drift() == set()
    assert cluster.drift() == set()


def test_an_object_that_is_somebody_elses_is_not_taken_over(azure: Hosted, group: Made) -> None:
    with pytest.raises(RefusedError, match="cannot create already existing resource"):
        azure.create(group.urn, group.inputs | {"tags": {"owner": "another"}})


def test_a_cluster_is_changed_in_place(cluster: Made) -> None:
    assert cluster.change(tags={"owner": "x"})["tags"] == {"owner": "x"}
    assert cluster.drift() == {"tags.owner"}
    cluster.change()
    assert cluster.drift() == set()


def test_a_role_assignment_is_made_once_and_deleted(
    azure: Hosted, cluster: Made, admins: Made, deployer: Json
) -> None:
    definitions = "providers/Microsoft.Authorization/roleDefinitions"
    assignment = cluster.make(
        azure,
        "azure-native:authorization:RoleAssignment",
        "user",
        {
            "scope": cluster.id,
            "principalId": admins.outputs["objectId"],
            "principalType": "Group",
            "roleDefinitionId": (
                f"/subscriptions/{deployer['subscriptionId']}/{definitions}/{USER_ROLE}"
            ),
        },
    )
    assert assignment.again() == assignment.id
    assert assignment.drift() == set()
    assignment.delete()


@pytest.mark.parametrize(
    ("token", "inputs"),
    [
        (
            "managedidentity:UserAssignedIdentity",
            {"resourceGroupName": "rg-contract", "resourceName": "id-contract"},
        ),
        (
            "containerservice:AgentPool",
            {
                **IN_CLUSTER,
                "agentPoolName": "jobs",
                "count": 1,
                "mode": "User",
                "vmSize": "Standard_D4ds_v5",
            },
        ),
    ],
)
def test_every_other_type_is_made_once_updated_and_deleted(
    azure: Hosted, cluster: Made, token: str, inputs: Json
) -> None:
    made = cluster.make(azure, f"azure-native:{token}", "other", inputs)
    assert made.again() == made.id
    assert made.drift() == set()
    made.change()
    made.delete()


def test_a_refusal_is_told_in_azures_words(azure: Hosted, cluster: Made) -> None:
    inputs = cluster.inputs | {"resourceName": "bad", "aadProfile": {"managed": False}}
    with pytest.raises(RefusedError, match=r"Status=400 Code="):
        azure.create(cluster.urn, inputs)
