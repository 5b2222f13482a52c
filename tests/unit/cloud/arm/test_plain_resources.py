"""Resources that are only data, by the rules of each kind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.arm import READER, SUBSCRIPTION, WORKSPACES, WORLD, Arm, error

IDENTITIES = "Microsoft.ManagedIdentity/userAssignedIdentities"
ISSUER = {
    "issuer": "https://issuer.example/",
    "subject": "system:serviceaccount:a:b",
    "audiences": ["api://AzureADTokenExchange"],
}


def test_a_workspace_is_filled_in_and_listed(arm: Arm) -> None:
    group = arm.group()
    path = arm.workspace(group, retentionInDays=60)

    found = arm.call("GET", path).body

    assert found["properties"]["retentionInDays"] == 60
    assert found["properties"]["provisioningState"] == "Succeeded"
    assert found["properties"]["sku"] == {"name": "PerGB2018"}
    assert found["properties"]["customerId"]
    for many in (f"{group}/providers/{WORKSPACES}", f"{SUBSCRIPTION}/providers/{WORKSPACES}"):
        assert arm.call("GET", many).body == {"value": [found]}
    assert [row["name"] for row in arm.call("GET", f"{group}/resources").body["value"]] == [
        "logs-dev"
    ]
    assert arm.call("HEAD", path).status == 204
    assert arm.call("HEAD", f"{path}2").status == 404
    keys = arm.call("POST", f"{path}/sharedKeys").body
    assert keys["primarySharedKey"] != keys["secondarySharedKey"]


def test_what_azure_shows_can_be_put_again_and_changes_nothing(arm: Arm) -> None:
    path = arm.workspace(arm.group())
    before = arm.call("GET", path).body

    again = arm.call("PUT", path, before)

    assert again.status == 200
    assert again.body["properties"] == before["properties"]


def test_a_patch_changes_what_it_says(arm: Arm) -> None:
    path = arm.workspace(arm.group(), retentionInDays=60)

    changed = arm.call("PATCH", path, {"tags": {"a": "b"}, "properties": {"RetentionInDays": 90}})

    assert (changed.status, changed.body["tags"]) == (200, {"a": "b"})
    assert changed.body["properties"]["retentionInDays"] == 90
    assert arm.call("PATCH", path, {"tags": {"c": "d"}}).body["properties"]["retentionInDays"] == 90


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"location": None}, "LocationRequired"),
        ({"colour": "red"}, "InvalidRequestContent"),
        ({"properties": {"retention": 3}}, "InvalidRequestContent"),
        ({"properties": {"retentionInDays": "30"}}, "InvalidRequestContent"),
        ({"properties": {"retentionInDays": 3}}, "InvalidRequestContent"),
        ({"properties": {"sku": "PerGB2018"}}, "InvalidRequestContent"),
        ({"properties": {"sku": {"name": "Gold"}}}, "InvalidRequestContent"),
        ({"properties": [1]}, "InvalidRequestContent"),
        ({"tags": ["a"]}, "InvalidRequestContent"),
    ],
)
def test_a_body_that_azure_would_not_take_is_refused(
    arm: Arm, body: dict[str, Any], code: str
) -> None:
    path = f"{arm.group()}/providers/{WORKSPACES}/logs-dev"

    refused = arm.call("PUT", path, {"location": "westeurope", **body})

    assert error(refused) == (400, code)
    assert arm.call("GET", path).status == 404


def test_a_resource_stays_in_its_region_and_needs_a_proper_name(arm: Arm) -> None:
    group = arm.group()
    path = arm.workspace(group)

    assert error(arm.call("PUT", path, {"location": "northeurope"})) == (
        409,
        "InvalidResourceLocation",
    )
    named = arm.call("PUT", f"{group}/providers/{WORKSPACES}/a_b", {"location": "westeurope"})
    assert error(named) == (400, "InvalidParameter")


def test_each_action_of_a_type_has_its_own_right(arm: Arm) -> None:
    path = arm.workspace(arm.group())
    arm.assign(path, READER, WORLD.account("outsider").object_id)

    statuses = {
        method: arm.call(method, path, {"location": "westeurope"}, who="outsider").status
        for method in ("GET", "PUT", "PATCH", "DELETE")
    }

    assert statuses == {"GET": 200, "PUT": 403, "PATCH": 403, "DELETE": 403}
    assert arm.call("POST", f"{path}/sharedKeys", who="outsider").status == 403


def test_an_identity_trusts_others_until_it_is_gone(arm: Arm) -> None:
    group = arm.group()
    identity = f"{group}/providers/{IDENTITIES}/id-app"
    made = arm.call("PUT", identity, {"location": "westeurope"}).body
    path = f"{identity}/federatedIdentityCredentials/App"
    client_id = made["properties"]["clientId"]

    credential = arm.call("PUT", path, {"properties": ISSUER})

    assert credential.status == 201
    assert credential.body["properties"] == ISSUER
    kept = arm.cloud.store.get("graph/federatedCredential", f"{client_id}/app")
    assert kept is not None
    assert {key: kept[key] for key in ISSUER} == ISSUER
    twin = arm.call("PUT", f"{path}2", {"properties": ISSUER})
    assert error(twin) == (409, "Conflict")
    assert arm.call("PUT", path, {"properties": ISSUER}).status == 200
    rows = arm.call("GET", f"{identity}/federatedIdentityCredentials").body["value"]
    assert [row["name"] for row in rows] == ["App"]
    arm.call("DELETE", identity)
    assert arm.cloud.store.all("graph/federatedCredential", client_id) == []
    assert error(arm.call("GET", path)) == (404, "ResourceNotFound")


def test_a_trust_is_taken_back(arm: Arm) -> None:
    identity = f"{arm.group()}/providers/{IDENTITIES}/id-app"
    client_id = arm.call("PUT", identity, {"location": "westeurope"}).body["properties"]["clientId"]
    path = f"{identity}/federatedIdentityCredentials/app"
    arm.call("PUT", path, {"properties": ISSUER})

    assert [arm.call("DELETE", path).status for _ in range(2)] == [200, 204]
    assert arm.cloud.store.all("graph/federatedCredential", client_id) == []
    for wrong in ({**ISSUER, "issuer": "http://x"}, {**ISSUER, "audiences": ["a", "b"]}, {}):
        refused = arm.call("PUT", path, {"properties": wrong})
        assert error(refused) == (400, "InvalidRequestContent")


def test_a_child_needs_its_parent(arm: Arm) -> None:
    identity = f"{arm.group()}/providers/{IDENTITIES}/none"

    for path in (f"{identity}/federatedIdentityCredentials/x", identity):
        assert error(arm.call("GET", path)) == (404, "ResourceNotFound")
    written = arm.call("PUT", f"{identity}/federatedIdentityCredentials/x", {"properties": ISSUER})
    assert error(written) == (404, "ResourceNotFound")


def test_a_provider_that_is_not_registered_makes_nothing(arm: Arm) -> None:
    group = arm.group()
    namespace = "Microsoft.OperationalInsights"
    arm.call("POST", f"{SUBSCRIPTION}/providers/{namespace}/unregister")

    refused = arm.call(
        "PUT", f"{group}/providers/{WORKSPACES}/logs-dev", {"location": "westeurope"}
    )

    assert error(refused) == (409, "MissingSubscriptionRegistration")
