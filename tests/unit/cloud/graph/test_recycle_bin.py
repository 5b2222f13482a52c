"""Deleted items: kept for a while, restored, deleted for good."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.identity import SG_PAYMENTS, WORLD, Identity, graph_error

if TYPE_CHECKING:
    from rehearsal.cloud.clock import ManualClock
    from rehearsal.cloud.context import Cloud

BIN = "/directory/deletedItems"
PERSON = WORLD.account("payments-dev")
ADMIN = "ci"
UNIFIED = {"mailEnabled": True, "securityEnabled": False, "groupTypes": ["Unified"]}


@pytest.fixture(autouse=True)
def admin(cloud: Cloud) -> None:
    permissions = frozenset({"User.ReadWrite.All", "Group.ReadWrite.All"})
    object_id = WORLD.account(ADMIN).object_id
    cloud.directory.grant(object_id, graph=permissions, directory_roles=frozenset())


def call(identity: Identity, method: str, path: str) -> Any:
    return identity.graph(method, path, who=ADMIN)


def test_a_person_comes_back_into_the_groups(cloud: Cloud, identity: Identity) -> None:
    assert call(identity, "DELETE", f"/users/{PERSON.object_id}").status == 204
    assert cloud.directory.members(SG_PAYMENTS) == []
    assert identity.token_reply(**identity.password_fields("payments-dev")).status == 400
    (deleted,) = call(identity, "GET", f"{BIN}/microsoft.graph.user").body["value"]
    assert deleted["id"] == PERSON.object_id
    one = call(identity, "GET", f"{BIN}/{PERSON.object_id}?$select=deletedDateTime").body
    assert one["deletedDateTime"] == "2026-01-01T00:00:00Z"

    assert call(identity, "POST", f"{BIN}/{PERSON.object_id}/restore").status == 200

    assert cloud.directory.members(SG_PAYMENTS) == [PERSON.object_id]
    assert identity.token_reply(**identity.password_fields("payments-dev")).status == 200
    assert call(identity, "GET", f"{BIN}/microsoft.graph.user").body["value"] == []


def test_a_name_taken_meanwhile_keeps_the_old_one_out(cloud: Cloud, identity: Identity) -> None:
    call(identity, "DELETE", f"/users/{PERSON.object_id}")
    user = cloud.directory.get("User", WORLD.account("outsider").object_id)
    assert user is not None
    cloud.directory.put("User", {**user, "userPrincipalName": PERSON.upn})
    reply = call(identity, "POST", f"{BIN}/{PERSON.object_id}/restore")
    assert graph_error(reply) == (409, "Request_MultipleObjectsWithSameKeyValue")


def test_deleted_for_good_is_gone(identity: Identity) -> None:
    call(identity, "DELETE", f"/users/{PERSON.object_id}")
    assert call(identity, "DELETE", f"{BIN}/{PERSON.object_id}").status == 204
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/restore")):
        reply = call(identity, method, f"{BIN}/{PERSON.object_id}{path}")
        assert graph_error(reply) == (404, "Request_ResourceNotFound")


def test_after_thirty_days_it_is_gone(cloud: Cloud, identity: Identity, clock: ManualClock) -> None:
    call(identity, "DELETE", f"/users/{PERSON.object_id}")
    clock.advance(timedelta(days=30))
    assert len(call(identity, "GET", f"{BIN}/microsoft.graph.user").body["value"]) == 1
    clock.advance(timedelta(seconds=1))
    assert call(identity, "GET", f"{BIN}/microsoft.graph.user").body["value"] == []
    assert cloud.store.get("password", PERSON.object_id) is None


def test_a_team_can_be_restored_and_a_security_group_cannot(identity: Identity) -> None:
    team, plain = identity.new_group("team", **UNIFIED)["id"], identity.new_group("plain")["id"]
    for deleted in (team, plain):
        assert identity.graph("DELETE", f"/groups/{deleted}").status == 204
    listed = identity.graph("GET", f"{BIN}/microsoft.graph.group").body["value"]
    assert [each["id"] for each in listed] == [team]
    assert identity.graph("POST", f"{BIN}/{team}/restore").status == 200
    assert identity.graph("GET", f"/groups/{team}").status == 200


def test_an_application_and_its_principal_are_restored_one_by_one(identity: Identity) -> None:
    who = "shop-dev"
    application = identity.graph("POST", "/applications", {"displayName": "a"}, who=who).body
    body = {"appId": application["appId"]}
    principal = identity.graph("POST", "/servicePrincipals", body, who=who).body
    assert identity.graph("DELETE", f"/applications/{application['id']}", who=who).status == 204
    by_admin = "platform-admin"
    grant = frozenset({"Application Administrator"})
    identity.cloud.directory.grant(
        WORLD.account(by_admin).object_id, graph=frozenset(), directory_roles=grant
    )
    for found in (application, principal):
        restored = identity.graph("POST", f"{BIN}/{found['id']}/restore", who=by_admin)
        assert (restored.status, restored.body["id"]) == (200, found["id"])
    owners = identity.graph("GET", f"/servicePrincipals/{principal['id']}/owners").body["value"]
    assert [each["id"] for each in owners] == [WORLD.account(who).object_id]


def test_not_everybody_restores(identity: Identity) -> None:
    call(identity, "DELETE", f"/users/{PERSON.object_id}")
    reply = identity.graph("POST", f"{BIN}/{PERSON.object_id}/restore", who="outsider")
    assert graph_error(reply) == (403, "Authorization_RequestDenied")
    assert graph_error(identity.graph("GET", f"{BIN}/graph.user", who="guest"))[0] == 403


def test_another_type_is_400(identity: Identity) -> None:
    reply = identity.graph("GET", f"{BIN}/microsoft.graph.drive")
    assert graph_error(reply) == (400, "Request_BadRequest")
