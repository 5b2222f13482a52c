from __future__ import annotations

import pytest

from tests.support.arm import (
    AKS,
    CLUSTER_USER,
    READER,
    SUBSCRIPTION,
    WORLD,
    Arm,
    RecordingRuntime,
    cluster_body,
    cluster_path,
    error,
)

PATH = f"{SUBSCRIPTION}/resourcegroups/rg-aks-dev"
VERSION = "2024-03-01"


def put(arm: Arm, **body: object) -> tuple[int, str]:
    reply = arm.call("PUT", PATH, {"location": "westeurope", **body}, version=VERSION)
    return (reply.status, "") if reply.status < 300 else error(reply)


def test_a_group_is_made_once_and_updated_after_that(arm: Arm) -> None:
    body = {"location": "West Europe", "tags": {"owner": "platform"}}

    made = arm.call("PUT", PATH, body, version=VERSION)
    again = arm.call("PUT", PATH.upper(), {"location": "westeurope"}, version=VERSION)

    assert (made.status, again.status) == (201, 200)
    assert made.body == {
        "id": f"{SUBSCRIPTION}/resourceGroups/rg-aks-dev",
        "name": "rg-aks-dev",
        "type": "Microsoft.Resources/resourceGroups",
        "location": "westeurope",
        "tags": {"owner": "platform"},
        "properties": {"provisioningState": "Succeeded"},
    }
    assert again.body["name"] == "rg-aks-dev"


def test_existence_is_asked_by_head(arm: Arm) -> None:
    assert arm.call("HEAD", PATH).status == 404
    arm.group()
    assert arm.call("HEAD", PATH).status == 204


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"location": None}, (400, "LocationRequired")),
        ({"location": "westeuropa"}, (400, "LocationNotAvailableForResourceGroup")),
        ({"locaiton": "x"}, (400, "InvalidRequestContent")),
        ({"tags": ["a"]}, (400, "InvalidRequestContent")),
    ],
)
def test_a_wrong_body_is_refused(
    arm: Arm, body: dict[str, object], expected: tuple[int, str]
) -> None:
    assert put(arm, **body) == expected


def test_a_group_stays_where_it_is(arm: Arm) -> None:
    arm.group()

    assert put(arm, location="northeurope") == (409, "InvalidResourceGroupLocation")


@pytest.mark.parametrize("name", ["a$b", "ends.", "x" * 91])
def test_a_name_has_to_be_one_that_azure_takes(arm: Arm, name: str) -> None:
    path = f"{SUBSCRIPTION}/resourcegroups/{name}"

    reply = arm.call("PUT", path, {"location": "westeurope"}, version=VERSION)

    assert error(reply) == (400, "InvalidResourceGroup")


def test_tags_are_patched_and_found(arm: Arm) -> None:
    arm.group("other")
    group = arm.group()

    arm.call("PATCH", group, {"tags": {"env": "dev"}}, version=VERSION)
    query = {"$filter": "tagName eq 'env' and tagValue eq 'dev'"}
    found = arm.call("GET", f"{SUBSCRIPTION}/resourcegroups", query=query)

    assert [row["name"] for row in found.body["value"]] == ["rg-aks-dev"]


def test_a_filter_that_is_not_there_is_refused(arm: Arm) -> None:
    reply = arm.call("GET", f"{SUBSCRIPTION}/resourcegroups", query={"$filter": "name eq 'a'"})

    assert error(reply) == (400, "InvalidFilterInQueryString")


def test_the_list_shows_what_the_caller_may_read(arm: Arm) -> None:
    arm.group("other")
    arm.assign(arm.group(), READER, WORLD.account("outsider").object_id)

    seen = arm.call("GET", f"{SUBSCRIPTION}/resourcegroups", who="outsider")
    nothing = arm.call("GET", f"{SUBSCRIPTION}/resourcegroups", who="guest")

    assert [row["name"] for row in seen.body["value"]] == ["rg-aks-dev"]
    assert nothing.body["value"] == []


def test_deleting_a_group_takes_what_is_in_it(arm: Arm, runtime: RecordingRuntime) -> None:
    group = arm.group()
    cluster = arm.cluster(group)
    arm.assign(cluster, CLUSTER_USER, WORLD.account("outsider").object_id)

    reply = arm.call("DELETE", group, version=VERSION)

    assert reply.status == 202
    assert reply.headers["Retry-After"] == "1"
    assert arm.done(reply)["http"] == 200
    assert runtime.deleted == [arm_id(cluster)]
    assert error(arm.call("GET", group)) == (404, "ResourceGroupNotFound")
    assert arm.call("GET", f"{SUBSCRIPTION}/resourcegroups").body["value"] == []
    assert arm.call("GET", f"{SUBSCRIPTION}/resources").body["value"] == []
    left = arm.call("GET", f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments")
    assert len(left.body["value"]) == len(WORLD.role_assignments)


def arm_id(path: str) -> str:
    return path.lower()


def test_nothing_is_put_into_a_group_that_is_going_away(
    arm: Arm, runtime: RecordingRuntime
) -> None:
    group = arm.group()
    runtime.gate.clear()
    made = arm.call("PUT", cluster_path(group), cluster_body())

    deleted = arm.call("DELETE", group, version=VERSION)
    twice = arm.call("DELETE", group, version=VERSION)

    assert put(arm) == (409, "ResourceGroupBeingDeleted")
    late = arm.call("PUT", cluster_path(group, "late"), cluster_body())
    pool = f"{cluster_path(group)}/agentPools/late"
    late_pool = arm.call("PUT", pool, {"properties": {"count": 1}})
    assert error(late) == error(late_pool) == (409, "ResourceGroupBeingDeleted")
    assert twice.headers["Location"] == deleted.headers["Location"]
    runtime.gate.set()
    assert arm.done(deleted)["http"] == 200
    assert arm.done(made)["status"] == "Succeeded"
    assert arm.call("GET", f"{SUBSCRIPTION}/providers/{AKS}").body["value"] == []


def test_a_group_that_is_not_there_cannot_be_deleted(arm: Arm) -> None:
    assert error(arm.call("DELETE", PATH)) == (404, "ResourceGroupNotFound")


def test_resources_are_listed_by_type(arm: Arm) -> None:
    group = arm.group()
    arm.cluster(group)
    identity = f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-aks"
    arm.call("PUT", identity, {"location": "westeurope"})

    query = {"$filter": f"resourceType eq '{AKS}'"}
    found = arm.call("GET", f"{group}/resources", query=query).body["value"]

    assert [row["name"] for row in found] == ["aks-dev"]
    assert len(arm.call("GET", f"{SUBSCRIPTION}/resources").body["value"]) == 2


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ("name eq 'aks-dev'", ["aks-dev"]),
        ("location eq 'westeurope' and resourceGroup eq 'RG-AKS-DEV'", ["aks-dev", "logs-dev"]),
        ("tagName eq 'env' and tagValue eq 'dev'", ["aks-dev"]),
        ("tagName eq 'none'", []),
    ],
)
def test_resources_are_found_by_several_terms(arm: Arm, terms: str, expected: list[str]) -> None:
    group = arm.group()
    arm.call("PATCH", arm.cluster(group), {"tags": {"env": "dev"}})
    arm.workspace(group)

    found = arm.call("GET", f"{SUBSCRIPTION}/resources", query={"$filter": terms})

    assert [row["name"] for row in found.body["value"]] == expected
    unknown = arm.call("GET", f"{SUBSCRIPTION}/resources", query={"$filter": "colour eq 'red'"})
    assert error(unknown) == (400, "InvalidFilterInQueryString")


def test_a_poll_says_that_it_is_json_even_without_a_body(arm: Arm) -> None:
    reply = arm.call("DELETE", arm.group(), version=VERSION)

    # go-azure-sdk chooses its poller by it.
    assert reply.headers["Content-Type"].startswith("application/json")
    arm.done(reply)
