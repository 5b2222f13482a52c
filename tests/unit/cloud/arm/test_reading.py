"""What can be read before anything is made: metadata, subscriptions, providers, roles."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.cloud.web import Request
from tests.support.arm import (
    CLUSTER_USER,
    DEFINITIONS,
    READER,
    SUBSCRIPTION,
    WORLD,
    Arm,
    cluster_body,
    cluster_path,
    error,
)

if TYPE_CHECKING:
    from rehearsal.cloud.clock import ManualClock

AKS = f"{SUBSCRIPTION}/providers/Microsoft.ContainerService"
FEATURES = f"{SUBSCRIPTION}/providers/Microsoft.Features"
NEWER_FEATURES = (
    f"{FEATURES}/featureProviders/Microsoft.ContainerService/subscriptionFeatureRegistrations"
)


def metadata(arm: Arm, version: str) -> Any:
    request = Request("GET", "/metadata/endpoints", {"api-version": version})
    return arm.cloud.router.handle(request).body


def test_metadata_comes_in_the_shape_of_its_version(arm: Arm) -> None:
    newest = metadata(arm, "2022-09-01")

    assert metadata(arm, "2019-05-01") == [newest]
    assert metadata(arm, "2015-01-01")["authentication"]["audiences"] == [arm.cloud.origin]
    assert metadata(arm, "")["error"]["code"] == "MissingApiVersionParameter"


def test_metadata_names_the_local_azure_in_the_way_that_clients_need(arm: Arm) -> None:
    found = metadata(arm, "2022-09-01")

    assert found["resourceManager"] == found["microsoftGraphResourceId"] == arm.cloud.origin
    assert found["authentication"]["identityProvider"] == "AAD"
    assert found["authentication"]["tenant"] == "common"
    assert not found["authentication"]["loginEndpoint"].endswith("/")


def test_a_subscription_is_listed_for_who_has_a_role_anywhere_in_it(arm: Arm) -> None:
    person = WORLD.account("payments-dev")
    assert arm.call("GET", "/subscriptions", who=person.name).body["value"] == []
    assert error(arm.call("GET", SUBSCRIPTION, who=person.name)) == (403, "AuthorizationFailed")

    arm.assign(arm.cluster(arm.group()), CLUSTER_USER, person.object_id)

    listed = arm.call("GET", "/subscriptions", who=person.name).body["value"]
    assert [row["subscriptionId"] for row in listed] == [WORLD.subscription_id]
    assert arm.call("GET", SUBSCRIPTION, who=person.name).body["tenantId"] == WORLD.tenant_id


def test_the_tenant_and_the_locations_are_listed(arm: Arm) -> None:
    tenants = arm.call("GET", "/tenants", who="outsider").body["value"]
    locations = arm.call("GET", f"{SUBSCRIPTION}/locations").body["value"]

    assert [row["defaultDomain"] for row in tenants] == [WORLD.domain]
    assert {"westeurope", "centralus"} <= {row["name"] for row in locations}
    refused = arm.call("GET", f"{SUBSCRIPTION}/locations", who="outsider")
    assert error(refused) == (403, "AuthorizationFailed")


def test_a_provider_that_was_unregistered_has_to_be_registered_again(
    arm: Arm, clock: ManualClock
) -> None:
    group = arm.group()
    arm.call("POST", f"{AKS}/unregister")
    clock.advance(timedelta(seconds=2))

    refused = arm.call("PUT", cluster_path(group), cluster_body())

    assert error(refused) == (409, "MissingSubscriptionRegistration")
    # Clients take the namespace from the last quoted text of the message.
    assert refused.body["error"]["message"].split("'")[-2] == "Microsoft.ContainerService"
    assert state(arm) == "Unregistered"
    assert arm.call("POST", f"{AKS}/register").body["registrationState"] == "Registering"
    clock.advance(timedelta(seconds=2))
    assert state(arm) == "Registered"
    assert arm.call("PUT", cluster_path(group), cluster_body()).status == 201


def state(arm: Arm) -> str:
    return arm.call("GET", AKS.lower()).body["registrationState"]


def test_registering_what_is_registered_changes_nothing(arm: Arm) -> None:
    assert arm.call("POST", f"{AKS}/register").body["registrationState"] == "Registered"


def test_the_providers_that_everything_rests_on_stay_registered(arm: Arm) -> None:
    path = f"{SUBSCRIPTION}/providers/Microsoft.Resources/unregister"

    assert arm.call("POST", path, who="ci").status == 403
    assert error(arm.call("POST", path)) == (409, "CannotUnregisterNamespace")


def test_a_provider_that_is_not_there_is_not_found(arm: Arm) -> None:
    path = f"{SUBSCRIPTION}/providers/Microsoft.Nothing"

    assert error(arm.call("GET", path)) == (404, "InvalidResourceNamespace")
    assert len(arm.call("GET", f"{SUBSCRIPTION}/providers").body["value"]) >= 5


@pytest.mark.parametrize(
    "call",
    [
        ("POST", f"{FEATURES}/providers/Microsoft.ContainerService/features/AAD-V2/register"),
        (
            "PUT",
            f"{NEWER_FEATURES}/AAD-V2",
        ),
    ],
)
def test_a_feature_becomes_registered_after_a_while(
    arm: Arm, clock: ManualClock, call: tuple[str, str]
) -> None:
    def current() -> str:
        rows = arm.call("GET", f"{FEATURES}/features").body["value"]
        found = {row["name"]: row["properties"]["state"] for row in rows}
        return found["Microsoft.ContainerService/AAD-V2"]

    assert current() == "NotRegistered"
    reply = arm.call(*call)
    assert reply.body["properties"]["state"] == current() == "Registering"
    clock.advance(timedelta(seconds=2))
    assert current() == "Registered"


def test_features_are_looked_up_and_taken_back(arm: Arm, clock: ManualClock) -> None:
    one = f"{FEATURES}/providers/microsoft.containerservice/features/aad-v2"
    arm.call("POST", f"{one}/register")
    clock.advance(timedelta(seconds=2))

    assert arm.call("GET", one).body["properties"]["state"] == "Registered"
    undone = arm.call("POST", f"{one}/unregister").body["properties"]["state"]
    assert undone == "Unregistering"
    assert error(arm.call("GET", f"{one}2")) == (404, "FeatureNotFound")
    assert error(arm.call("GET", f"{FEATURES}/providers/Microsoft.X/features")) == (
        404,
        "InvalidResourceNamespace",
    )


def test_registrations_of_features_are_listed_and_deleted(arm: Arm, clock: ManualClock) -> None:
    one, everywhere = f"{NEWER_FEATURES}/AAD-V2", f"{FEATURES}/subscriptionFeatureRegistrations"
    assert arm.call("DELETE", one).status == 204
    arm.call("PUT", one)
    clock.advance(timedelta(seconds=2))

    for path in (NEWER_FEATURES, everywhere):
        rows = arm.call("GET", path).body["value"]
        assert [(row["name"], row["properties"]["state"]) for row in rows] == [
            ("AAD-V2", "Registered")
        ]
    assert arm.call("DELETE", one).status == 200
    clock.advance(timedelta(seconds=2))
    assert arm.call("GET", everywhere).body["value"] == []


def test_role_definitions_are_found_by_name_and_by_id(arm: Arm) -> None:
    path = f"{SUBSCRIPTION}/providers/{DEFINITIONS}"

    by_name = arm.call("GET", path, query={"$filter": "roleName eq 'Reader'"}).body["value"]
    by_id = arm.call("GET", f"{path}/{READER}").body

    assert by_name == [by_id]
    assert by_id["id"] == f"{path}/{READER}"
    assert by_id["properties"]["permissions"][0]["actions"] == ["*/read"]
    custom = arm.call("GET", path, query={"$filter": "type eq 'CustomRole'"})
    assert custom.body["value"] == []
    assert len(arm.call("GET", path, query={"$filter": "atScopeAndBelow()"}).body["value"]) > 10


def test_role_definitions_of_the_tenant_have_no_subscription(arm: Arm) -> None:
    found = arm.call("GET", f"/providers/{DEFINITIONS}/{READER}", who="outsider")

    assert found.body["id"] == f"/providers/{DEFINITIONS}/{READER}"


def test_what_is_no_role_definition_is_refused(arm: Arm) -> None:
    path = f"{SUBSCRIPTION}/providers/{DEFINITIONS}"

    unknown = arm.call("GET", f"{path}/11111111-1111-4111-8111-111111111111")
    filtered = arm.call("GET", path, query={"$filter": "name eq 'x'"})

    assert error(unknown) == (404, "RoleDefinitionDoesNotExist")
    assert error(filtered) == (400, "UnsupportedQuery")


def test_an_operation_that_never_was_is_not_found(arm: Arm) -> None:
    path = f"{AKS}/locations/westeurope/operations/11111111-1111-4111-8111-111111111111"

    assert error(arm.call("GET", path)) == (404, "OperationNotFound")
