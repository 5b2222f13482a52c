"""What every call goes through: token, api-version, subscription, rights."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from rehearsal.cloud.web import Request
from tests.support.arm import SUBSCRIPTION, WORLD, Arm, error

if TYPE_CHECKING:
    from rehearsal.cloud.clock import ManualClock

GROUPS = f"{SUBSCRIPTION}/resourcegroups"


def test_a_call_without_a_token_is_told_where_to_log_in(arm: Arm) -> None:
    reply = arm.cloud.router.handle(Request("GET", GROUPS, {"api-version": "2024-03-01"}))

    assert error(reply) == (401, "AuthenticationFailed")
    assert f"{arm.cloud.origin}/{WORLD.tenant_id}" in reply.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"aud": "https://graph.microsoft.com"}, "InvalidAuthenticationTokenAudience"),
        ({"iss": "https://sts.windows.net/other/"}, "InvalidAuthenticationTokenTenant"),
        ({"tid": "other"}, "InvalidAuthenticationTokenTenant"),
        ({"oid": "11111111-1111-4111-8111-111111111111"}, "InvalidAuthenticationToken"),
    ],
)
def test_a_token_meant_for_something_else_is_refused(
    arm: Arm, claims: dict[str, str], code: str
) -> None:
    headers = {"authorization": f"Bearer {arm.token('deployer', **claims)}"}

    assert error(arm.call("GET", GROUPS, headers=headers)) == (401, code)


def test_a_changed_token_is_refused(arm: Arm) -> None:
    header, payload, signature = arm.token("outsider").split(".")
    forged = f"{header}.{payload[:-2]}AA.{signature}"

    reply = arm.call("GET", GROUPS, headers={"authorization": f"Bearer {forged}"})

    assert error(reply) == (401, "InvalidAuthenticationToken")


def test_an_old_token_is_refused(arm: Arm, clock: ManualClock) -> None:
    headers = {"authorization": f"Bearer {arm.token('deployer')}"}
    clock.advance(timedelta(hours=2))

    assert error(arm.call("GET", GROUPS, headers=headers)) == (401, "ExpiredAuthenticationToken")


@pytest.mark.parametrize("suffix", ["", "/"])
@pytest.mark.parametrize(
    "audience", ["https://localhost:12345", "https://management.core.windows.net"]
)
def test_arm_is_known_by_several_names(arm: Arm, audience: str, suffix: str) -> None:
    token = arm.token("deployer", aud=f"{audience}{suffix}")

    assert arm.call("GET", GROUPS, headers={"authorization": f"Bearer {token}"}).status == 200


@pytest.mark.parametrize(
    ("version", "code"),
    [
        ("", "MissingApiVersionParameter"),
        ("latest", "InvalidApiVersionParameter"),
        ("2025-13-01", "InvalidApiVersionParameter"),
        ("2011-01-01", "InvalidApiVersionParameter"),
    ],
)
def test_an_api_version_is_a_date_that_the_operation_can_have(
    arm: Arm, version: str, code: str
) -> None:
    assert error(arm.call("GET", GROUPS, version=version)) == (400, code)


@pytest.mark.parametrize("version", ["2014-04-01", "2025-09-02-preview", "2026-08-01"])
def test_api_versions_of_all_clients_are_taken(arm: Arm, version: str) -> None:
    assert arm.call("GET", GROUPS, version=version).status == 200


def test_a_subscription_has_to_be_one(arm: Arm) -> None:
    other = "/subscriptions/11111111-1111-4111-8111-111111111111/resourcegroups"

    assert error(arm.call("GET", other)) == (404, "SubscriptionNotFound")
    assert error(arm.call("GET", "/subscriptions/mine/resourcegroups")) == (
        400,
        "InvalidSubscriptionId",
    )


def test_who_has_no_role_is_told_which_action_is_missing_where(arm: Arm) -> None:
    account = WORLD.account("outsider")

    reply = arm.call("GET", f"{GROUPS}/rg", who="outsider")

    assert error(reply) == (403, "AuthorizationFailed")
    assert reply.body["error"]["message"] == (
        f"The client '{account.upn}' with object id '{account.object_id}' does not have"
        " authorization to perform action 'Microsoft.Resources/subscriptions/resourceGroups/read'"
        f" over scope '{SUBSCRIPTION}/resourceGroups/rg' or the scope is invalid. If access was"
        " recently granted, please refresh your credentials."
    )


def test_a_service_principal_is_named_by_its_application(arm: Arm) -> None:
    reply = arm.call("PUT", f"{GROUPS}/rg", {"location": "westeurope"}, who="ci")

    assert f"The client '{WORLD.account('ci').app_id}'" in reply.body["error"]["message"]


@pytest.mark.parametrize(
    "path", [GROUPS.upper(), GROUPS.replace("/subscriptions", "//subscriptions")]
)
def test_paths_are_compared_without_case_and_with_slashes_collapsed(arm: Arm, path: str) -> None:
    assert arm.call("GET", path).status == 200


@pytest.mark.parametrize("content", [b"", b"[]", b"{"])
def test_a_body_has_to_be_a_json_object(arm: Arm, content: bytes) -> None:
    headers = {"authorization": f"Bearer {arm.token('deployer')}"}
    request = Request("PUT", f"{GROUPS}/rg", {"api-version": "2024-03-01"}, headers, content)

    assert error(arm.cloud.router.handle(request)) == (400, "InvalidRequestContent")


def test_a_version_older_than_the_type_names_the_type(arm: Arm) -> None:
    path = f"{SUBSCRIPTION}/providers/Microsoft.ContainerService/managedClusters"

    reply = arm.call("GET", path, version="2016-01-01")

    assert error(reply) == (400, "NoRegisteredProviderFound")
    assert "API version '2016-01-01' for type 'managedClusters'" in reply.body["error"]["message"]
