from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pulumi.runtime.proto import provider_pb2

from rehearsal.providers.azure_native import AzureNative
from rehearsal.providers.codec import UNKNOWN
from tests.support.provider_host import Hosted, RefusedError, hosted
from tests.support.wire import CLIENT, ENVIRONMENT, ORIGIN, SUBSCRIPTION, Wire

if TYPE_CHECKING:
    from rehearsal.providers.codec import Json

STACK = "urn:pulumi:dev::aks-entra::"
GROUP = f"{STACK}azure-native:resources:ResourceGroup::rg"
CLUSTER = f"{STACK}azure-native:containerservice:ManagedCluster::cluster"
ASSIGNMENT = f"{STACK}azure-native:authorization:RoleAssignment::user"
GROUP_ID = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-dev"
CLUSTER_ID = f"{GROUP_ID}/providers/Microsoft.ContainerService/managedClusters/aks-dev"
GROUP_INPUTS: Json = {
    "resourceGroupName": "rg-dev",
    "location": "westeurope",
    "tags": {"owner": "platform"},
}
GROUP_BODY: Json = {
    "id": GROUP_ID,
    "name": "rg-dev",
    "type": "Microsoft.Resources/resourceGroups",
    "location": "westeurope",
    "tags": {"owner": "platform"},
    "properties": {"provisioningState": "Succeeded"},
}
CLUSTER_INPUTS: Json = {
    "resourceGroupName": "rg-dev",
    "resourceName": "aks-dev",
    "location": "westeurope",
    "identity": {"type": "SystemAssigned"},
    "dnsPrefix": "aks-dev",
    "disableLocalAccounts": True,
    "aadProfile": {"managed": True, "adminGroupObjectIDs": ["g"]},
    "agentPoolProfiles": [{"name": "system", "count": 2}],
}


def cluster_body(state: str, **changed: Any) -> Json:
    properties = {
        key: CLUSTER_INPUTS[key]
        for key in ("dnsPrefix", "disableLocalAccounts", "aadProfile", "agentPoolProfiles")
    }
    return {
        "id": CLUSTER_ID,
        "name": "aks-dev",
        "location": "westeurope",
        "identity": {"type": "SystemAssigned", "principalId": "p"},
        "properties": properties | {"provisioningState": state, "fqdn": "f"} | changed,
    }


def test_a_new_group_is_put_after_a_404_and_read_back(azure: Hosted, wire: Wire) -> None:
    wire.expect("GET", GROUP_ID, 404)
    wire.expect("PUT", GROUP_ID, 201, GROUP_BODY)
    wire.expect("GET", GROUP_ID, 200, GROUP_BODY)
    made, outputs = azure.create(GROUP, GROUP_INPUTS)
    assert made == GROUP_ID
    assert wire.bodies[1] == {"location": "westeurope", "tags": {"owner": "platform"}}
    assert outputs["properties"] == {"provisioningState": "Succeeded"}
    assert outputs["azureApiVersion"] == "2024-03-01"


def test_a_cluster_goes_under_properties_and_comes_back_flat(azure: Hosted, wire: Wire) -> None:
    wire.expect("GET", CLUSTER_ID, 404)
    operation = {"Azure-AsyncOperation": f"{ORIGIN}/operations/1", "Retry-After": "0"}
    wire.expect("PUT", CLUSTER_ID, 201, cluster_body("Creating"), operation)
    wire.expect("GET", "/operations/1", 200, {"status": "InProgress"}, {"Retry-After": "0"})
    wire.expect("GET", "/operations/1", 200, {"status": "Succeeded"})
    wire.expect("GET", CLUSTER_ID, 200, cluster_body("Succeeded"))
    _, outputs = azure.create(CLUSTER, CLUSTER_INPUTS)
    body = wire.bodies[1]
    assert set(body) == {"location", "identity", "properties"}
    assert body["properties"]["aadProfile"]["managed"] is True
    assert body["properties"]["agentPoolProfiles"][0]["count"] == 2
    assert outputs["fqdn"] == "f"
    assert "properties" not in outputs


def test_an_existing_group_of_somebody_else_is_refused_in_the_vendors_words(
    azure: Hosted, wire: Wire
) -> None:
    wire.expect("GET", GROUP_ID, 200, GROUP_BODY | {"tags": {}})
    with pytest.raises(RefusedError, match=r"cannot create already existing resource .*tags"):
        azure.create(GROUP, GROUP_INPUTS)


def test_a_cluster_that_another_made_is_refused_even_if_it_is_equal(
    azure: Hosted, wire: Wire
) -> None:
    body = cluster_body("Succeeded") | {"systemData": {"createdBy": "somebody"}}
    wire.expect("GET", CLUSTER_ID, 200, body)
    with pytest.raises(RefusedError, match="made by somebody"):
        azure.create(CLUSTER, CLUSTER_INPUTS)


def test_the_cluster_of_a_killed_run_is_awaited_and_taken_over(azure: Hosted, wire: Wire) -> None:
    mine = {"systemData": {"createdBy": CLIENT}}
    wire.expect("GET", CLUSTER_ID, 200, cluster_body("Creating") | mine)
    wire.expect("GET", CLUSTER_ID, 200, cluster_body("Creating") | mine)
    wire.expect("GET", CLUSTER_ID, 200, cluster_body("Succeeded") | mine)
    wire.expect("GET", CLUSTER_ID, 200, cluster_body("Succeeded") | mine)
    made, _ = azure.create(CLUSTER, CLUSTER_INPUTS)
    assert made == CLUSTER_ID


def test_the_failed_cluster_of_a_killed_run_is_put_again(azure: Hosted, wire: Wire) -> None:
    wire.expect("GET", CLUSTER_ID, 200, cluster_body("Failed"))
    wire.expect("GET", CLUSTER_ID, 200, cluster_body("Failed"))
    wire.expect("PUT", CLUSTER_ID, 200, cluster_body("Succeeded"))
    wire.expect("GET", CLUSTER_ID, 200, cluster_body("Succeeded"))
    azure.create(CLUSTER, CLUSTER_INPUTS)


def test_a_cluster_that_fails_while_it_is_made_is_kept_for_an_update(
    azure: Hosted, wire: Wire
) -> None:
    wire.expect("GET", CLUSTER_ID, 404)
    operation = {"Azure-AsyncOperation": f"{ORIGIN}/operations/1", "Retry-After": "0"}
    wire.expect("PUT", CLUSTER_ID, 201, cluster_body("Creating"), operation)
    failed = {"status": "Failed", "error": {"code": "QuotaExceeded", "message": "no cores"}}
    wire.expect("GET", "/operations/1", 200, failed)
    wire.expect("GET", CLUSTER_ID, 200, cluster_body("Failed"))
    with pytest.raises(RefusedError, match=r"QuotaExceeded.*no cores") as refused:
        azure.create(CLUSTER, CLUSTER_INPUTS)
    assert refused.value.partial is not None
    assert refused.value.partial.id == CLUSTER_ID


def test_an_update_waits_for_what_an_interrupted_run_began(azure: Hosted, wire: Wire) -> None:
    wire.expect("GET", CLUSTER_ID, 200, cluster_body("Creating"))
    wire.expect("GET", CLUSTER_ID, 200, cluster_body("Succeeded"))
    wire.expect("PUT", CLUSTER_ID, 200, cluster_body("Succeeded"))
    wire.expect("GET", CLUSTER_ID, 200, cluster_body("Succeeded"))
    outputs = azure.update(CLUSTER, CLUSTER_ID, CLUSTER_INPUTS, CLUSTER_INPUTS)
    assert outputs["provisioningState"] == "Succeeded"


def test_an_unregistered_resource_provider_is_registered_and_the_put_repeated(
    azure: Hosted, wire: Wire
) -> None:
    wire.expect("GET", CLUSTER_ID, 404)
    message = "The subscription is not registered to use namespace 'Microsoft.ContainerService'"
    error = {"error": {"code": "MissingSubscriptionRegistration", "message": message}}
    wire.expect("PUT", CLUSTER_ID, 409, error)
    provider = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.ContainerService"
    wire.expect("POST", f"{provider}/register", 200, {})
    wire.expect("GET", provider, 200, {"registrationState": "Registered"})
    wire.expect("PUT", CLUSTER_ID, 201, cluster_body("Succeeded"))
    wire.expect("GET", CLUSTER_ID, 200, cluster_body("Succeeded"))
    azure.create(CLUSTER, CLUSTER_INPUTS)


def test_too_many_requests_are_retried_when_the_service_says(azure: Hosted, wire: Wire) -> None:
    wire.expect("GET", GROUP_ID, 429, headers={"Retry-After": "0"})
    wire.expect("GET", GROUP_ID, 503, headers={"Retry-After": "0"})
    wire.expect("GET", GROUP_ID, 200, GROUP_BODY)
    assert azure.read(GROUP, GROUP_ID, GROUP_INPUTS, GROUP_BODY)[0] == GROUP_ID


def test_a_group_that_is_being_deleted_is_not_found_once_it_is_gone(
    azure: Hosted, wire: Wire
) -> None:
    going = GROUP_BODY | {"properties": {"provisioningState": "Deleting"}}
    wire.expect("GET", GROUP_ID, 200, going)
    for _ in range(2):
        wire.expect("GET", GROUP_ID, 404)
    assert azure.read(GROUP, GROUP_ID, GROUP_INPUTS, GROUP_BODY)[0] == ""


def test_a_dropped_connection_is_tried_again_after_the_vendors_waits(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def wait(_: AzureNative, seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(AzureNative, "wait", wait)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET" and len(waits) < 2:
            raise httpx.RemoteProtocolError("Server disconnected", request=request)
        return wire.transport().handle_request(request)

    wire.expect("GET", GROUP_ID, 200, GROUP_BODY)
    with hosted(AzureNative(ENVIRONMENT, httpx.MockTransport(answer))) as provider:
        provider.configure()
        provider.read(GROUP, GROUP_ID, GROUP_INPUTS, GROUP_BODY)
    assert waits == [20.0, 60.0]


def test_a_connection_that_stays_broken_names_the_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def wait(_: AzureNative, __: float) -> None:
        pass

    monkeypatch.setattr(AzureNative, "wait", wait)

    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("Connection refused", request=request)

    with hosted(AzureNative(ENVIRONMENT, httpx.MockTransport(answer))) as provider:
        provider.configure()
        with pytest.raises(RefusedError, match=r"no answer.*localhost:7443.*refused"):
            provider.read(GROUP, GROUP_ID, GROUP_INPUTS, GROUP_BODY)


def test_an_expired_token_is_renewed_once(azure: Hosted, wire: Wire) -> None:
    wire.expect("GET", GROUP_ID, 401)
    wire.expect("GET", GROUP_ID, 200, GROUP_BODY)
    azure.read(GROUP, GROUP_ID, GROUP_INPUTS, GROUP_BODY)
    assert wire.logins == 2


def test_deleting_what_is_gone_succeeds(azure: Hosted, wire: Wire) -> None:
    wire.expect("DELETE", CLUSTER_ID, 404)
    azure.delete(CLUSTER, CLUSTER_ID)


def test_a_deletion_is_followed_to_its_end(azure: Hosted, wire: Wire) -> None:
    location = {"Location": f"{ORIGIN}/results/1", "Retry-After": "0"}
    wire.expect("DELETE", GROUP_ID, 202, headers=location)
    wire.expect("GET", "/results/1", 202, headers={"Retry-After": "0"})
    wire.expect("GET", "/results/1", 200)
    azure.delete(GROUP, GROUP_ID)


def test_a_poll_url_on_another_machine_is_not_followed(azure: Hosted, wire: Wire) -> None:
    away = {"Location": "https://192.0.2.1/results/1", "Retry-After": "0"}
    wire.expect("DELETE", GROUP_ID, 202, headers=away)
    with pytest.raises(RefusedError, match="never touches a real cloud"):
        azure.delete(GROUP, GROUP_ID)


@pytest.mark.parametrize(
    ("changed", "replaces"),
    [
        ({"location": "northeurope"}, ["location"]),
        ({"location": "West Europe"}, None),
        ({"resourceName": "aks-new"}, ["resourceName"]),
        ({"resourceGroupName": "rg-new"}, ["resourceGroupName"]),
        ({"dnsPrefix": "other"}, ["dnsPrefix"]),
        ({"networkProfile": {"networkPlugin": "azure"}}, ["networkProfile"]),
        ({"aadProfile": {"managed": True, "adminGroupObjectIDs": ["h"]}}, []),
        ({"disableLocalAccounts": False}, []),
        ({"agentPoolProfiles": [{"name": "system", "count": 3}]}, []),
        ({"tags": {"a": "b"}}, []),
    ],
)
def test_what_replaces_a_cluster_is_what_the_vendor_lists(
    azure: Hosted, changed: Json, replaces: list[str] | None
) -> None:
    found = azure.diff(CLUSTER, CLUSTER_INPUTS, CLUSTER_INPUTS | changed)
    assert list(found.replaces) == (replaces or [])
    assert (found.changes == provider_pb2.DiffResponse.DIFF_SOME) == (replaces is not None)
    assert found.deleteBeforeReplace == bool(replaces), "names are fixed, so the old one goes first"


def test_a_network_setting_that_can_change_in_place_does(azure: Hosted) -> None:
    old = CLUSTER_INPUTS | {"networkProfile": {"networkPlugin": "azure", "loadBalancerSku": "x"}}
    new = CLUSTER_INPUTS | {"networkProfile": {"networkPlugin": "azure", "loadBalancerSku": "y"}}
    found = azure.diff(CLUSTER, old, new)
    assert list(found.replaces) == []
    assert dict(found.detailedDiff).keys() == {"networkProfile.loadBalancerSku"}


def test_a_preview_knows_the_inputs_and_nothing_that_azure_decides(azure: Hosted) -> None:
    made, outputs = azure.create(CLUSTER, CLUSTER_INPUTS, preview=True)
    assert made == ""
    assert outputs["disableLocalAccounts"] is True
    assert outputs["fqdn"] == UNKNOWN
    assert outputs["identity"]["principalId"] == UNKNOWN
    assert "resourceGroupName" not in outputs


def test_names_and_versions_are_filled_in_as_the_vendor_does(azure: Hosted) -> None:
    inputs, failures = azure.check(ASSIGNMENT, {"scope": "/s", "principalId": "p"})
    assert failures == ["missing required property 'roleDefinitionId'"]
    assert len(inputs["roleAssignmentName"]) == 36
    again, _ = azure.check(ASSIGNMENT, {"scope": "/s", "principalId": "p"}, olds=inputs, seed=b"2")
    assert again["roleAssignmentName"] == inputs["roleAssignmentName"]
    assert (
        azure.diff(ASSIGNMENT, inputs, inputs | {"principalId": "q"}).deleteBeforeReplace is False
    )


def test_a_location_comes_from_the_resource_group(azure: Hosted, wire: Wire) -> None:
    wire.expect("GET", GROUP_ID, 200, GROUP_BODY)
    without = {key: value for key, value in CLUSTER_INPUTS.items() if key != "location"}
    inputs, failures = azure.check(CLUSTER, without)
    assert failures == []
    assert inputs["location"] == "westeurope"


def test_a_refresh_takes_what_changed_into_the_inputs_and_leaves_defaults_out(
    azure: Hosted, wire: Wire
) -> None:
    before = {"aadProfile": {"managed": True, "adminGroupObjectIDs": ["g"]}, "fqdn": "f"}
    live = cluster_body(
        "Succeeded", aadProfile={"managed": True, "adminGroupObjectIDs": ["other"]}, fqdn="new"
    )
    wire.expect("GET", CLUSTER_ID, 200, live | {"tags": {"by": "hand"}})
    outputs = cluster_body("Succeeded") | before
    _, _, inputs = azure.read(CLUSTER, CLUSTER_ID, CLUSTER_INPUTS, outputs)
    assert inputs["aadProfile"]["adminGroupObjectIDs"] == ["other"]
    assert inputs["tags"] == {"by": "hand"}
    assert inputs["resourceGroupName"] == "rg-dev"
    assert "fqdn" not in inputs


def test_an_import_reads_the_inputs_from_the_id_and_the_object(azure: Hosted, wire: Wire) -> None:
    wire.expect("GET", CLUSTER_ID, 200, cluster_body("Succeeded"))
    _, _, inputs = azure.read(CLUSTER, CLUSTER_ID)
    assert inputs["resourceName"] == "aks-dev"
    assert inputs["dnsPrefix"] == "aks-dev"
    assert "provisioningState" not in inputs


def test_an_id_of_another_type_is_refused(azure: Hosted) -> None:
    with pytest.raises(RefusedError, match="is not the id of"):
        azure.read(CLUSTER, GROUP_ID)


def test_what_is_gone_is_read_as_nothing(azure: Hosted, wire: Wire) -> None:
    wire.expect("GET", GROUP_ID, 404)
    assert azure.read(GROUP, GROUP_ID, GROUP_INPUTS, GROUP_BODY)[0] == ""


def test_a_set_of_identities_becomes_arms_map(azure: Hosted, wire: Wire) -> None:
    wire.expect("GET", CLUSTER_ID, 404)
    wire.expect("PUT", CLUSTER_ID, 200, cluster_body("Succeeded"))
    wire.expect("GET", CLUSTER_ID, 200, cluster_body("Succeeded"))
    identity = {"type": "UserAssigned", "userAssignedIdentities": ["/i"]}
    azure.create(CLUSTER, CLUSTER_INPUTS | {"identity": identity})
    assert wire.bodies[1]["identity"]["userAssignedIdentities"] == {"/i": {}}


def test_the_clients_configuration_names_who_deploys(azure: Hosted) -> None:
    found = azure.invoke("azure-native:authorization:getClientConfig")
    assert found["clientId"] == CLIENT
    assert found["subscriptionId"] == SUBSCRIPTION


def test_credentials_are_an_action_of_the_cluster(azure: Hosted, wire: Wire) -> None:
    answer = {"kubeconfigs": [{"name": "clusterUser", "value": "eA=="}]}
    wire.expect("POST", f"{CLUSTER_ID}/listClusterUserCredential", 200, answer)
    token = "azure-native:containerservice:listManagedClusterUserCredentials"
    args = {"resourceGroupName": "rg-dev", "resourceName": "aks-dev"}
    assert azure.invoke(token, args) == answer


def test_a_refusal_is_told_in_arms_words(azure: Hosted, wire: Wire) -> None:
    error = {"error": {"code": "AuthorizationFailed", "message": "The client 'X' does not"}}
    wire.expect("GET", GROUP_ID, 403, error)
    with pytest.raises(RefusedError, match=r"Status=403 Code=\"AuthorizationFailed\".*'X'"):
        azure.create(GROUP, GROUP_INPUTS)


@pytest.mark.parametrize("token", ["azure-native:sql:Server", "azure-native:web/v1:WebApp"])
def test_a_type_that_is_not_rehearsed_is_refused_by_name(azure: Hosted, token: str) -> None:
    with pytest.raises(RefusedError, match=f"no resource type '{token}'.*ManagedCluster"):
        azure.check(f"{STACK}{token}::x", {})


@pytest.mark.parametrize("variable", ["ARM_ENDPOINT", "GRAPH_ENDPOINT", "AZURE_AUTHORITY_HOST"])
def test_an_endpoint_on_another_machine_is_refused(variable: str) -> None:
    environment = ENVIRONMENT | {variable: "https://192.0.2.1/"}
    with (
        hosted(AzureNative(environment)) as provider,
        pytest.raises(RefusedError, match=f"{variable}.*never touches a real cloud"),
    ):
        provider.configure()


def test_a_missing_variable_is_named_with_its_remedy() -> None:
    environment = {key: v for key, v in ENVIRONMENT.items() if key != "ARM_CLIENT_SECRET"}
    with (
        hosted(AzureNative(environment)) as provider,
        pytest.raises(RefusedError, match=r"ARM_CLIENT_SECRET.*cloud env") as refused,
    ):
        provider.configure()
    assert "hunter2" not in str(refused.value)
