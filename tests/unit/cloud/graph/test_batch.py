"""Several requests in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.identity import SG_PAYMENTS, WORLD, Identity, graph_error, link

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud

JSON = {"Content-Type": "application/json"}
SHOP = WORLD.account("shop-dev").object_id


def step(number: str, url: str, method: str = "GET", **more: Any) -> dict[str, Any]:
    return {"id": number, "method": method, "url": url, **more}


def run(identity: Identity, *steps: Any, who: str = "deployer") -> dict[str, dict[str, Any]]:
    reply = identity.graph("POST", "/$batch", {"requests": list(steps)}, who=who)
    assert reply.status == 200, reply.body
    return {each["id"]: each for each in reply.body["responses"]}


def test_each_request_gets_its_own_reply(cloud: Cloud, identity: Identity) -> None:
    members = f"/groups/{SG_PAYMENTS}/members"
    replies = run(
        identity,
        step("1", f"/groups/{SG_PAYMENTS}?$select=displayName"),
        step("2", "groups/none"),
        step("3", f"{members}/$ref", "POST", body=link(SHOP), headers=JSON),
        step("4", "/groups/$count", headers={"ConsistencyLevel": "eventual"}),
        step("5", "/groups?$filter=displayName%20eq%20'sg-shop'"),
    )
    assert {key: reply["status"] for key, reply in replies.items()} == {
        "1": 200,
        "2": 404,
        "3": 204,
        "4": 200,
        "5": 200,
    }
    assert replies["1"]["body"]["displayName"] == "sg-payments"
    assert replies["1"]["headers"]["Content-Type"] == "application/json"
    assert replies["2"]["body"]["error"]["code"] == "Request_ResourceNotFound"
    assert replies["4"]["body"] == str(len(WORLD.groups))
    assert len(replies["5"]["body"]["value"]) == 1
    assert SHOP in cloud.directory.members(SG_PAYMENTS)


def test_what_depends_on_a_failure_is_not_run(cloud: Cloud, identity: Identity) -> None:
    add = f"/groups/{SG_PAYMENTS}/members/$ref"
    replies = run(
        identity,
        step("a", "/groups/none"),
        step("b", add, "POST", body=link(SHOP), headers=JSON, dependsOn=["a"]),
        step("c", "/organization", dependsOn=["b"]),
        step("d", "/organization"),
    )
    assert [replies[each]["status"] for each in "abcd"] == [404, 424, 424, 200]
    assert replies["b"]["body"]["error"]["code"] == "FailedDependency"
    assert SHOP not in cloud.directory.members(SG_PAYMENTS)


def test_rights_are_those_of_the_whole(identity: Identity) -> None:
    headers = {"Authorization": "Bearer of-somebody-else"}
    (reply,) = run(identity, step("1", "/groups", headers=headers), who="guest").values()
    assert reply["status"] == 403


@pytest.mark.parametrize(
    "requests",
    [
        None,
        [],
        "x",
        [7],
        [{"id": "1"}],
        [step("1", "/groups", "TRACE")],
        [step("1", "/groups"), step("1", "/users")],
        [step("1", "/groups", dependsOn=["2"]), step("2", "/users")],
        [step("1", "/$batch", "POST")],
        [step("1", "/groups", headers=7)],
        [step(str(number), "/groups") for number in range(21)],
    ],
)
def test_a_malformed_batch_is_refused(identity: Identity, requests: Any) -> None:
    reply = identity.graph("POST", "/$batch", {"requests": requests})
    assert graph_error(reply) == (400, "Request_BadRequest")
