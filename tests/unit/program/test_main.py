"""The composition root: its guards come first, and what it says of an emergency."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pulumi
import pytest

from tests.support.directory_double import DEPLOYER, TENANT, World, object_id
from tests.support.program import PROJECT, Run, run_program, stack_config

UNTIL = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
BREAK_GLASS = {
    "enabled": True,
    "reason": "identity provider is down",
    "until": UNTIL.isoformat(),
}
PERSON = "platform-admin@contoso.example"
PERSON_ID = object_id(PERSON)
PREVIEW_AND_UP = pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])


def ran(*, preview: bool = False, world: World | None = None, **keys: Any) -> Run:
    given = {f"{PROJECT}:{key}": value for key, value in keys.items()}
    return run_program(stack_config("local") | given, preview=preview, world=world)


@PREVIEW_AND_UP
def test_break_glass_is_told_each_time_and_exported(
    caplog: pytest.LogCaptureFixture, *, preview: bool
) -> None:
    outputs = ran(preview=preview, breakGlass=BREAK_GLASS).outputs
    assert outputs["breakGlass"] == {key: BREAK_GLASS[key] for key in ("reason", "until")}
    said = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
    assert len(said) == 1
    for part in ("break-glass is on", BREAK_GLASS["reason"], BREAK_GLASS["until"], "rotate-certs"):
        assert str(part) in said[0]


@pytest.mark.parametrize(
    ("members", "problem"),
    [([], "has no member"), ([object_id("x")], "is in none of the admin groups")],
    ids=["empty", "stranger"],
)
@PREVIEW_AND_UP
def test_break_glass_opens_the_cluster_for_a_deployer_who_is_locked_out(
    caplog: pytest.LogCaptureFixture, members: list[str], problem: str, *, preview: bool
) -> None:
    made = ran(
        preview=preview,
        world=World(groups=dict.fromkeys(World().groups, members)),
        adminGroups=[{"existing": "sg-platform-admins"}],
        breakGlass=BREAK_GLASS,
    )
    assert made.one("ManagedCluster").inputs["disableLocalAccounts"] is False
    said = [each.getMessage() for each in caplog.records if problem in each.getMessage()]
    assert len(said) == 1
    assert said[0].startswith("refused but for break-glass: ")


def test_without_break_glass_nothing_is_said_or_exported(caplog: pytest.LogCaptureFixture) -> None:
    assert "breakGlass" not in ran().outputs
    assert not caplog.records


def test_break_glass_does_not_fetch_the_administrators_kubeconfig() -> None:
    made = ran(breakGlass=BREAK_GLASS)
    assert made.one("ManagedCluster").inputs["disableLocalAccounts"] is False
    assert not [token for token, _ in made.calls if "Admin" in token]


@pytest.mark.parametrize(
    ("keys", "world", "message"),
    [
        ({"login": "devicecode"}, World(), "waits for a person"),
        ({"login": "workloadidentity"}, World(), "AZURE_CLIENT_ID is somebody"),
        ({"tenantId": object_id("other")}, World(), "tenantId is"),
        ({}, World(subscription_tenant=object_id("other")), "used through the tenant"),
        ({}, World(cluster={"aadProfile": {"serverAppID": "old"}}), "legacy Entra integration"),
        (
            {
                "clusterAccess": [
                    {"user": who, "clusterRole": "view"} for who in (PERSON, PERSON_ID)
                ]
            },
            World(),
            "are the same User",
        ),
        ({"adminGroups": [{"existing": "ghosts"}]}, World(), 'not exactly one group "ghosts"'),
        (
            {"adminGroups": [{"existing": "sg-shop"}]},
            World(groups={name: [] for name in World().groups}),
            "has no member",
        ),
        (
            {"adminGroups": [{"existing": "sg-shop"}]},
            World(groups={name: [object_id("x")] for name in World().groups}),
            "in none of the admin groups",
        ),
    ],
    ids=[
        "devicecode",
        "client",
        "tenant",
        "subscription",
        "legacy",
        "twins",
        "absent",
        "empty",
        "stranger",
    ],
)
@PREVIEW_AND_UP
def test_what_is_refused_is_refused_before_any_resource_of_a_provider(
    monkeypatch: pytest.MonkeyPatch,
    keys: dict[str, Any],
    world: World,
    message: str,
    *,
    preview: bool,
) -> None:
    declared: list[object] = []

    def declare(_: object, *arguments: object, **__: object) -> None:
        declared.append(arguments)

    monkeypatch.setattr(pulumi.CustomResource, "__init__", declare)
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("AZURE_CLIENT_ID", "somebody")
    with pytest.raises(pulumi.RunError, match=message):
        ran(preview=preview, world=world, **keys)
    assert not declared


def test_with_azures_authorization_nobody_is_granted_the_same_twice() -> None:
    people = {"user": PERSON}
    made = ran(
        cluster={"name": "aks-local", "authorization": "azure"},
        clusterAccess=[{**people, "clusterRole": "view"}],
        teams=[
            {
                "name": "shop",
                "namespaces": ["shop"],
                "access": [
                    {"group": {"existing": "sg-shop"}, "role": "viewer"},
                    {"group": {"existing": "sg-payments"}, "role": "developer"},
                ],
            }
        ],
    )
    assert made.one("ManagedCluster").inputs["aadProfile"]["enableAzureRBAC"] is True
    assert made.one(":RoleBinding").inputs["subjects"][0]["name"] == object_id("sg-payments")
    assert not made.of("ClusterRoleBinding")
    cluster_id = made.outputs["clusterId"]
    placed = {
        (each.inputs["principalId"], each.inputs["scope"].removeprefix(cluster_id))
        for each in made.of("RoleAssignment")
        if ".login." not in each.name
    }
    assert placed == {
        (PERSON_ID, ""),
        (object_id("sg-shop"), "/namespaces/shop"),
    }


def test_everybody_bound_gets_cluster_user_once_admin_groups_guests_and_programs_too() -> None:
    guest, program = "guest_else.example#EXT#@contoso.example", object_id("program")
    world = World(users={PERSON, guest}, service_principals={program})
    made = ran(
        world=world,
        clusterAccess=[
            {"user": guest, "clusterRole": "view"},
            {"user": guest, "clusterRole": "edit"},
            {"servicePrincipal": program, "clusterRole": "view"},
            {"group": {"displayName": "aks-local-admins"}, "clusterRole": "view"},
        ],
    )
    assigned = [each.inputs["principalId"] for each in made.of("RoleAssignment")]
    assert len(assigned) == len(set(assigned))
    assert {object_id(guest), program, object_id("aks-local-admins")} <= set(assigned)
    bound = {each.inputs["subjects"][0]["name"] for each in made.of("ClusterRoleBinding")}
    assert bound == {object_id(guest), program, object_id("aks-local-admins")}


def test_the_cluster_belongs_to_the_tenant_of_the_groups() -> None:
    made = ran()
    assert made.one("ManagedCluster").inputs["aadProfile"]["tenantID"] == TENANT
    assert made.one("group:Group").inputs["owners"][0] == DEPLOYER
