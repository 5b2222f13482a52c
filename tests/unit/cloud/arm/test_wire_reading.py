"""What clients read of ARM before they make anything: addresses, versions and shapes."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.cloud.web import Request
from tests.support.arm import AKS, ASSIGNMENTS, SUBSCRIPTION, WORLD, Arm, error

PROVIDER = f"{SUBSCRIPTION}/providers/Microsoft.ContainerService"
NATIVE, AZ, PYTHON, GO = "azure-native", "az", "Python", "Go"


# What the clients of today send, and what it is sent to.
VERSIONS = [
    (NATIVE, "GET", f"{SUBSCRIPTION}/resourcegroups", "2024-03-01"),
    (AZ, "GET", f"{SUBSCRIPTION}/resourcegroups", "2024-11-01"),
    (PYTHON, "GET", f"{SUBSCRIPTION}/resourcegroups", "2025-04-01"),
    (NATIVE, "GET", f"{SUBSCRIPTION}/providers/{AKS}", "2025-09-01"),
    (AZ, "GET", f"{SUBSCRIPTION}/providers/{AKS}", "2026-06-01"),
    (PYTHON, "GET", f"{SUBSCRIPTION}/providers/{AKS}", "2026-08-01"),
    (NATIVE, "GET", f"{SUBSCRIPTION}/providers/{ASSIGNMENTS}", "2022-04-01"),
    (AZ, "GET", "/subscriptions", "2022-12-01"),
    (AZ, "GET", "/tenants", "2022-12-01"),
    (AZ, "GET", f"{SUBSCRIPTION}/providers/Microsoft.Features/features", "2021-07-01"),
    (GO, "POST", f"{PROVIDER}/register", "2019-05-01"),
    (PYTHON, "POST", f"{PROVIDER}/register", "2016-02-01"),
]


def test_the_versions_that_the_clients_send_are_taken(arm: Arm) -> None:
    for client, method, path, version in VERSIONS:
        assert arm.call(method, path, version=version).status == 200, (client, path)


def rows(arm: Arm, path: str) -> list[dict[str, Any]]:
    return arm.call("GET", path).body["value"]


MEMBERS: dict[str, set[str]] = {
    "/tenants": {"id", "tenantId", "displayName", "defaultDomain"},
    "/subscriptions": {
        *("id", "subscriptionId", "displayName", "state", "tenantId"),
        *("subscriptionPolicies", "managedByTenants"),
    },
    f"{SUBSCRIPTION}/locations": {"id", "name", "displayName"},
    f"{SUBSCRIPTION}/providers": {"id", "namespace", "registrationState"},
    f"{SUBSCRIPTION}/providers/Microsoft.Features/features": {"id", "name", "type", "properties"},
}


def test_each_row_has_what_clients_take_from_it(arm: Arm) -> None:
    for path, members in MEMBERS.items():
        listed = rows(arm, path)
        assert listed
        for row in listed:
            assert members <= set(row), path


def test_the_subscription_is_enabled_and_of_the_tenant(arm: Arm) -> None:
    (row,) = rows(arm, "/subscriptions")
    assert (row["state"], row["tenantId"]) == ("Enabled", WORLD.tenant_id)


def test_the_seeds_query_for_features_finds_the_full_name(arm: Arm) -> None:
    path = f"{SUBSCRIPTION}/providers/Microsoft.Features/features"
    names = {row["name"] for row in rows(arm, path)}
    assert "Microsoft.ContainerService/AAD-V2" in names


def metadata(arm: Arm, version: str) -> Any:
    # az appends the path to an endpoint that may end in a slash.
    request = Request("GET", "//metadata/endpoints", {"api-version": version})
    return arm.cloud.router.handle(request).body


def test_metadata_has_every_member_that_some_client_reads(arm: Arm) -> None:
    origin = arm.cloud.origin
    found = metadata(arm, "2022-09-01")

    assert found["authentication"] == {
        "loginEndpoint": origin,
        "audiences": [origin],
        "tenant": "common",
        "identityProvider": "AAD",
    }
    for name in ("portal", "resourceManager", "graph", "graphAudience", "microsoftGraphResourceId"):
        assert found[name] == origin, name
    # az asks for these by name, and for the suffixes without a check that they are there.
    assert {"batch", "media", "gallery", "sqlManagement", "vmImageAliasDoc"} <= set(found)
    assert "activeDirectoryDataLake" in found
    assert found["name"] == "LocalAzure"
    assert set(found["suffixes"]) == {
        *("storage", "keyVaultDns", "acrLoginServer", "sqlServerHostname")
    }
    assert all(found["suffixes"].values())


def test_the_oldest_metadata_is_flat(arm: Arm) -> None:
    origin = arm.cloud.origin
    assert metadata(arm, "2015-01-01") == {
        "galleryEndpoint": origin,
        "graphEndpoint": origin,
        "portalEndpoint": origin,
        "authentication": {"loginEndpoint": origin, "audiences": [origin]},
    }


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        (None, "AuthenticationFailed"),
        ({"exp": 1, "nbf": 0}, "ExpiredAuthenticationToken"),
        ({"oid": "11111111-1111-4111-8111-111111111111"}, "InvalidAuthenticationToken"),
        ({"tid": "other"}, "InvalidAuthenticationTokenTenant"),
    ],
)
def test_the_challenge_names_the_authority_and_what_is_wrong(
    arm: Arm, claims: dict[str, Any] | None, code: str
) -> None:
    headers = {"authorization": ""}
    if claims is not None:
        headers["authorization"] = f"Bearer {arm.token('deployer', **claims)}"

    reply = arm.call("GET", f"{SUBSCRIPTION}/resourcegroups", headers=headers)

    assert error(reply) == (401, code)
    challenge = reply.headers["WWW-Authenticate"]
    authority = f"{arm.cloud.origin}/{WORLD.tenant_id}"
    assert challenge.startswith(f'Bearer authorization_uri="{authority}"')
    assert ('error="invalid_token"' in challenge) is (claims is not None)


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_audience_of_the_metadata_is_taken_with_and_without_a_slash(
    arm: Arm, slash: str
) -> None:
    audience = metadata(arm, "2022-09-01")["authentication"]["audiences"][0]
    headers = {"authorization": f"Bearer {arm.token('deployer', aud=audience + slash)}"}

    assert arm.call("GET", "/subscriptions", headers=headers).status == 200


def test_a_group_that_is_not_there_is_named(arm: Arm) -> None:
    reply = arm.call("GET", f"{SUBSCRIPTION}/resourcegroups/none")

    assert error(reply) == (404, "ResourceGroupNotFound")
    assert reply.body["error"]["message"] == "Resource group 'none' could not be found."
