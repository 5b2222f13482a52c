"""Eventual consistency: what was just done is not seen yet."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.identity import (
    AKS_SERVER,
    SG_PAYMENTS,
    WORLD,
    Identity,
    claims_of,
    error_of,
    graph_error,
    link,
)

if TYPE_CHECKING:
    from rehearsal.cloud.clock import ManualClock
    from rehearsal.cloud.context import Cloud

NOT_FOUND = (404, "Request_ResourceNotFound")
LATER = timedelta(seconds=10)
OUTSIDER = WORLD.account("outsider").object_id
PAYMENTS = WORLD.account("payments-dev").object_id


@pytest.fixture(autouse=True)
def lagging(cloud: Cloud) -> None:
    cloud.faults.add({"lag": {"graph": LATER.seconds}})


def listed(identity: Identity, path: str) -> list[str]:
    return [each["id"] for each in identity.graph("GET", path).body["value"]]


def test_a_new_group_is_returned_and_then_not_found_for_a_while(
    identity: Identity, clock: ManualClock
) -> None:
    path = f"/groups/{identity.new_group('fresh')['id']}"
    assert graph_error(identity.graph("GET", path)) == NOT_FOUND
    assert graph_error(identity.graph("PATCH", path, {"displayName": "x"})) == NOT_FOUND
    member = identity.graph("POST", f"{path}/members/$ref", link(OUTSIDER))
    assert graph_error(member) == NOT_FOUND
    named = "/groups?$filter=displayName%20eq%20'fresh'"
    assert listed(identity, named) == []

    clock.advance(LATER)

    assert identity.graph("GET", path).status == 200
    assert len(listed(identity, named)) == 1
    assert identity.graph("PATCH", path, {"displayName": "x"}).status == 204


def test_a_fresh_group_cannot_become_a_member_yet(identity: Identity, clock: ManualClock) -> None:
    fresh = identity.new_group("inner")["id"]
    add = f"/groups/{SG_PAYMENTS}/members/$ref"
    refused = identity.graph("POST", add, link(fresh))
    assert graph_error(refused) == NOT_FOUND
    assert "queried reference-property objects" in refused.body["error"]["message"]
    clock.advance(LATER)
    assert identity.graph("POST", add, link(fresh)).status == 204


def test_a_new_member_counts_later(cloud: Cloud, identity: Identity, clock: ManualClock) -> None:
    members = f"/groups/{SG_PAYMENTS}/members"
    assert identity.graph("POST", f"{members}/$ref", link(OUTSIDER)).status == 204
    again = identity.graph("POST", f"{members}/$ref", link(OUTSIDER))
    assert "already exist" in again.body["error"]["message"], "writes see each other at once"
    assert listed(identity, members) == [PAYMENTS]
    assert cloud.directory.transitive_group_ids(OUTSIDER) == frozenset()
    token = identity.log_in("outsider", f"{AKS_SERVER}/.default")["access_token"]
    assert "groups" not in claims_of(token)

    clock.advance(LATER)

    assert listed(identity, members) == [PAYMENTS, OUTSIDER]
    token = identity.log_in("outsider", f"{AKS_SERVER}/.default")["access_token"]
    assert claims_of(token)["groups"] == [SG_PAYMENTS]


def test_a_removed_member_counts_for_a_while(
    cloud: Cloud, identity: Identity, clock: ManualClock
) -> None:
    path = f"/groups/{SG_PAYMENTS}/members"
    assert identity.graph("DELETE", f"{path}/{PAYMENTS}/$ref").status == 204
    assert listed(identity, path) == [PAYMENTS]
    assert cloud.directory.transitive_group_ids(PAYMENTS) == {SG_PAYMENTS}
    clock.advance(LATER)
    assert listed(identity, path) == []
    assert cloud.directory.transitive_group_ids(PAYMENTS) == frozenset()


def test_added_and_removed_before_anybody_saw_it_changes_nothing(
    cloud: Cloud, clock: ManualClock
) -> None:
    directory = cloud.directory
    directory.add("members", SG_PAYMENTS, OUTSIDER)
    directory.drop("members", SG_PAYMENTS, OUTSIDER)
    assert directory.members(SG_PAYMENTS) == [PAYMENTS]
    directory.drop("members", SG_PAYMENTS, PAYMENTS)
    directory.add("members", SG_PAYMENTS, PAYMENTS)
    assert directory.members(SG_PAYMENTS) == [PAYMENTS]
    clock.advance(LATER)
    assert directory.members(SG_PAYMENTS) == [PAYMENTS]


def test_two_members_added_in_a_row_are_both_kept(cloud: Cloud, clock: ManualClock) -> None:
    shop = WORLD.account("shop-dev").object_id
    for added in (OUTSIDER, shop):
        cloud.directory.add("members", SG_PAYMENTS, added)
    clock.advance(LATER)
    assert cloud.directory.members(SG_PAYMENTS) == [PAYMENTS, OUTSIDER, shop]


def test_a_fresh_application_is_unknown_to_the_next_call(
    identity: Identity, clock: ManualClock
) -> None:
    made = identity.graph("POST", "/applications", {"displayName": "a"}, who="shop-dev").body
    body = {"appId": made["appId"]}
    refused = identity.graph("POST", "/servicePrincipals", body, who="shop-dev")
    assert "does not reference a valid application" in refused.body["error"]["message"]
    clock.advance(LATER)
    assert identity.graph("POST", "/servicePrincipals", body, who="shop-dev").status == 201
    form = identity.secret_fields("ci", client_id=made["appId"], client_secret="x")
    assert error_of(identity.token_reply(**form))[2] == 700016
    clock.advance(LATER)
    assert error_of(identity.token_reply(**form))[2] == 7000215


def test_switching_the_lag_off_shows_everything_at_once(cloud: Cloud, identity: Identity) -> None:
    path = f"/groups/{identity.new_group('fresh')['id']}"
    cloud.faults.replace({})
    assert identity.graph("GET", path).status == 200


def test_unique_names_are_compared_with_what_nobody_sees_yet(identity: Identity) -> None:
    unified = {"mailEnabled": True, "securityEnabled": False, "groupTypes": ["Unified"]}
    identity.new_group("mailing", **unified)
    body = {"displayName": "mailing", "mailNickname": "mailing", **unified}
    assert "already exists" in identity.graph("POST", "/groups", body).body["error"]["message"]
