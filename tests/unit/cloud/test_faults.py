"""Faults between a request and its handler, without a network."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from rehearsal.cloud.faults import Faults
from rehearsal.cloud.faults_admin import PATH, secret_file
from rehearsal.cloud.faults_rules import FaultsError
from rehearsal.cloud.http import application
from rehearsal.cloud.web import Request
from tests.support.identity import GRAPH, TENANT, TOKEN_V2, Identity, link

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud

GROUPS = "/v1.0/groups"


class Sender:
    """Requests through the ASGI application, where faults are."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def __call__(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(application(self.cloud))
            async with httpx.AsyncClient(transport=transport, base_url="https://local") as client:
                return await client.request(method, path, **options)

        return asyncio.run(ask())

    def admin(self, method: str, document: Any = None) -> httpx.Response:
        secret = secret_file(self.cloud.home).read_text(encoding="utf-8")
        return self(method, PATH, json=document, headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def send(cloud: Cloud) -> Sender:
    return Sender(cloud)


def rules(*documents: dict[str, Any]) -> dict[str, Any]:
    return {"rules": list(documents)}


def counts(cloud: Cloud) -> list[tuple[int, int]]:
    return [(rule["matched"], rule["acted"]) for rule in cloud.faults.describe()["rules"]]


def test_nothing_goes_wrong_by_itself(cloud: Cloud, send: Sender) -> None:
    assert cloud.faults.describe() == {"seed": 0, "lag": {}, "rules": []}
    assert cloud.faults.lag("graph") == cloud.faults.lag("roleAssignments") == 0
    assert send("GET", GROUPS).status_code == 401


def test_lag_is_what_was_set(cloud: Cloud) -> None:
    cloud.faults.replace({"lag": {"graph": 2.5}})
    assert (cloud.faults.lag("graph"), cloud.faults.lag("roleAssignments")) == (2.5, 0)
    cloud.faults.add({"lag": {"roleAssignments": 3}})
    assert (cloud.faults.lag("graph"), cloud.faults.lag("roleAssignments")) == (2.5, 3)


def test_arm_is_throttled_in_its_envelope(cloud: Cloud, send: Sender) -> None:
    cloud.faults.replace(rules({"plane": "arm", "status": 429, "retryAfter": 7}))
    reply = send("GET", "/subscriptions")
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "7")
    assert reply.json()["error"]["code"] == "TooManyRequests"
    assert "throttled" in reply.json()["error"]["message"]
    assert reply.headers["x-ms-request-id"]


@pytest.mark.parametrize("rule", [{"status": 429}, {"sequence": [429]}])
def test_who_is_throttled_is_told_for_how_long(
    cloud: Cloud, send: Sender, rule: dict[str, object]
) -> None:
    cloud.faults.replace(rules({"plane": "arm", **rule}))
    assert send("GET", "/subscriptions").headers["retry-after"] == "1"


def test_graph_fails_in_its_envelope(cloud: Cloud, send: Sender) -> None:
    cloud.faults.replace(rules({"plane": "graph", "status": 503}))
    reply = send("GET", GROUPS, headers={"client-request-id": "c1"})
    assert reply.status_code == 503
    assert "retry-after" not in reply.headers
    error = reply.json()["error"]
    assert error["code"] == "ServiceUnavailable"
    assert error["innerError"]["client-request-id"] == "c1"
    assert error["innerError"]["request-id"] == reply.headers["request-id"]


@pytest.mark.parametrize(
    ("status", "error", "number"),
    [
        (429, "temporarily_unavailable", 90055),
        (500, "server_error", 90033),
        (503, "temporarily_unavailable", 90033),
    ],
)
def test_entra_fails_as_oauth_says(
    cloud: Cloud, send: Sender, status: int, error: str, number: int
) -> None:
    cloud.faults.replace(rules({"plane": "entra", "status": status}))
    reply = send("POST", TOKEN_V2)
    assert (reply.status_code, reply.json()["error"]) == (status, error)
    assert reply.json()["error_codes"] == [number]
    assert f"AADSTS{number}: " in reply.json()["error_description"]


@pytest.mark.parametrize("path", ["/subscriptions", GROUPS, TOKEN_V2])
def test_a_rule_may_say_code_and_message(cloud: Cloud, send: Sender, path: str) -> None:
    cloud.faults.replace(rules({"status": 418, "code": "Teapot", "message": "I am {a} teapot."}))
    reply = send("GET", path)
    assert reply.status_code == 418
    assert "Teapot" in reply.text
    assert "I am {a} teapot." in reply.text


def test_a_status_that_has_no_name_has_an_answer_all_the_same(cloud: Cloud, send: Sender) -> None:
    cloud.faults.replace(rules({"status": 499}))
    assert send("GET", "/subscriptions").json()["error"]["code"] == "Error"


def test_the_work_is_not_done_unless_the_rule_says_so(
    cloud: Cloud, send: Sender, identity: Identity
) -> None:
    token = identity.log_in("deployer", f"{GRAPH}/.default")["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    body = {"displayName": "g", "mailNickname": "g", "mailEnabled": False, "securityEnabled": True}
    made = identity.new_group("before")

    cloud.faults.replace(rules({"route": "POST Groups_Create", "status": 503}))
    assert send("POST", GROUPS, json=body, headers=headers).status_code == 503
    assert identity.graph("GET", f"{GROUPS[5:]}?$filter=displayName eq 'g'").body["value"] == []

    cloud.faults.replace(rules({"route": "POST */members/$ref", "status": 503, "after": True}))
    address = f"{GROUPS}/{made['id']}/members/$ref"
    member = link(identity.new_group("member")["id"])
    assert send("POST", address, json=member, headers=headers).status_code == 503
    found = identity.graph("GET", f"/groups/{made['id']}/members").body["value"]
    assert [one["displayName"] for one in found] == ["member"]


def test_the_first_rule_that_acts_decides_and_hides_the_request_from_the_others(
    cloud: Cloud, send: Sender
) -> None:
    cloud.faults.replace(rules({"status": 500, "count": 1, "skip": 1}, {"status": 503}))
    assert [send("GET", GROUPS).status_code for _ in range(3)] == [503, 500, 503]
    assert counts(cloud) == [(3, 1), (2, 2)]


def test_a_slow_answer_holds_no_other_up(cloud: Cloud) -> None:
    cloud.faults.replace(rules({"route": "Groups_List", "delay": 0.3}))
    order: list[str] = []

    async def ask(client: httpx.AsyncClient, path: str) -> None:
        await client.get(path)
        order.append(path)

    async def both() -> None:
        transport = httpx.ASGITransport(application(cloud))
        async with httpx.AsyncClient(transport=transport, base_url="https://local") as client:
            await asyncio.gather(ask(client, GROUPS), ask(client, "/subscriptions"))

    asyncio.run(both())
    assert order == ["/subscriptions", GROUPS]


def test_rules_and_counts_survive_a_restart(cloud: Cloud) -> None:
    cloud.faults.replace({"seed": 3, "lag": {"graph": 1}, **rules({"status": 429, "count": 2})})
    request = Request("GET", GROUPS, operation="Groups_List")
    assert cloud.faults.effect_on(request)

    restarted = Faults(cloud.store)

    assert restarted.describe() == cloud.faults.describe()
    assert restarted.lag("graph") == 1
    assert restarted.effect_on(request)
    assert not restarted.effect_on(request), "it has acted twice by now"


def test_refused_rules_leave_those_in_force(cloud: Cloud) -> None:
    cloud.faults.replace(rules({"status": 429}))
    for change in (cloud.faults.replace, cloud.faults.add):
        with pytest.raises(FaultsError):
            change(rules({"status": 1}))
    assert len(counts(cloud)) == 1


def test_added_rules_come_last_and_keep_the_counts(cloud: Cloud) -> None:
    cloud.faults.replace({"seed": 5, **rules({"status": 429})})
    cloud.faults.effect_on(Request("GET", GROUPS))
    cloud.faults.add(rules({"status": 503}))
    assert cloud.faults.describe()["seed"] == 5
    assert counts(cloud) == [(1, 1), (0, 0)]


def test_counts_of_many_at_once_are_right(cloud: Cloud) -> None:
    cloud.faults.replace(rules({"status": 429, "count": 10}))
    acted: list[bool] = []

    def ask() -> None:
        acted.extend(cloud.faults.effect_on(Request("GET", GROUPS)) is not None for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(acted) == 10
    assert counts(cloud) == [(40, 10)]


def test_the_local_command_line_reads_and_changes_them(cloud: Cloud, send: Sender) -> None:
    assert send.admin("PUT", {"seed": 2, **rules({"status": 429})}).status_code == 200
    assert send.admin("POST", rules({"drop": True})).json()["rules"][1]["drop"] is True
    assert send.admin("GET").json() == cloud.faults.describe()
    assert send.admin("PUT", {}).json() == {"seed": 0, "lag": {}, "rules": []}


def test_even_rules_for_everything_can_be_lifted(cloud: Cloud, send: Sender) -> None:
    cloud.faults.replace(rules({"route": "*", "status": 500}, {"route": "/*", "status": 500}))
    assert send("GET", "/_local/health").status_code == 200
    assert send.admin("PUT", {}).status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
@pytest.mark.parametrize("shown", ["", "Bearer ", "Bearer x", "Basic x"])
def test_without_the_home_s_secret_they_are_out_of_reach(
    cloud: Cloud, send: Sender, method: str, shown: str
) -> None:
    reply = send(method, PATH, json=rules({"status": 500}), headers={"Authorization": shown})
    assert reply.status_code == 401
    assert cloud.faults.describe()["rules"] == []


def test_a_token_of_a_client_opens_nothing(send: Sender, identity: Identity) -> None:
    token = identity.log_in("deployer", f"{GRAPH}/.default")["access_token"]
    reply = send("GET", PATH, headers={"Authorization": f"Bearer {token}"})
    assert reply.status_code == 401


def test_only_the_owner_can_read_the_secret(cloud: Cloud) -> None:
    assert secret_file(cloud.home).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"\xff"])
def test_what_is_no_json_is_refused(cloud: Cloud, send: Sender, content: bytes) -> None:
    secret = secret_file(cloud.home).read_text(encoding="utf-8")
    reply = send("PUT", PATH, content=content, headers={"Authorization": f"Bearer {secret}"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "InvalidFaults")


def test_the_last_requests_are_kept_without_query_and_body(
    cloud: Cloud, send: Sender, identity: Identity
) -> None:
    for who in ("deployer", "platform-admin"):
        token = identity.log_in(who, f"{GRAPH}/.default")["access_token"]
        send("GET", f"{GROUPS}?$top=1", headers={"Authorization": f"Bearer {token}"})
    send("GET", "/nowhere/at/all", headers={"Authorization": "Bearer x"})
    cloud.faults.replace(rules({"status": 429}))
    reply = send("POST", TOKEN_V2, content=b"client_secret=s")

    listed, asked, unknown, throttled = cloud.recent
    assert (listed.method, listed.path, listed.operation) == ("GET", GROUPS, "Groups_List")
    assert (listed.status, listed.time) == (200, cloud.clock.now())
    assert len(listed.caller) == 36, "a service principal's application id"
    assert asked.caller.startswith("platform-admin@")
    assert (unknown.operation, unknown.status, unknown.caller) == ("", 501, "")
    assert (throttled.operation, throttled.status) == ("TokenV2_Create", 429)
    assert throttled.path == f"/{TENANT}/oauth2/v2.0/token"
    assert throttled.request_id == reply.headers["x-ms-request-id"]
    assert "client_secret" not in str(cloud.recent)


def test_the_command_line_s_own_requests_are_not_kept(cloud: Cloud, send: Sender) -> None:
    send("GET", "/_local/health")
    send.admin("GET")
    assert not cloud.recent


def test_a_refused_token_names_nobody(cloud: Cloud, send: Sender, identity: Identity) -> None:
    token = identity.log_in("deployer")["access_token"]
    assert send("GET", GROUPS, headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert cloud.recent[-1].caller == ""


def test_the_log_forgets_the_oldest(cloud: Cloud) -> None:
    assert cloud.recent.maxlen == 200
