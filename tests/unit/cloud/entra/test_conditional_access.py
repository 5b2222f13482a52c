from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.cloud.entra import conditional_access
from rehearsal.cloud.entra.policies import put_access_policy
from rehearsal.cloud.graph.first_party import ARM
from rehearsal.cloud.graph.first_party import GRAPH as GRAPH_ID
from rehearsal.cloud.world_policies import AccessPolicy
from tests.support.identity import (
    AKS_CLIENT,
    AKS_SERVER,
    AZURE_CLI,
    GRAPH,
    ORIGIN,
    SG_PAYMENTS,
    TENANT,
    TOKEN_V1,
    WORLD,
    Identity,
    claims_of,
    error_of,
)

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud

POLICY = "99999999-0000-4000-8000-00000000000a"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
SCOPE = f"{AKS_SERVER}/.default openid offline_access profile"


def put(cloud: Cloud, **changes: Any) -> None:
    conditions: dict[str, Any] = {
        **{name: [] for name in ("users", "groups", "roles", "clients", "resources")},
        "id": POLICY,
        "name": "a policy",
        "require": "block",
    }
    put_access_policy(cloud.store, AccessPolicy(**{**conditions, **changes}))


def logs_in(identity: Identity, who: str = "payments-dev", **changes: str) -> bool:
    reply = identity.token_reply(**identity.password_fields(who, **changes))
    assert reply.status == 200 or error_of(reply)[2] in (50079, 53003), reply.body
    return reply.status == 200


def test_version_2_says_what_a_client_has_to_ask_for_next(cloud: Cloud, identity: Identity) -> None:
    put(cloud, users=[WORLD.account("payments-dev").object_id])
    reply = identity.token_reply(**identity.password_fields("payments-dev"))
    assert error_of(reply) == (400, "invalid_grant", 53003)
    challenge = {"access_token": {"capolids": {"essential": True, "values": [POLICY]}}}
    assert json.loads(reply.body["claims"]) == challenge
    assert reply.body["suberror"] == "message_only"


def test_version_1_has_an_error_of_its_own(identity: Identity) -> None:
    fields = identity.password_fields("security-officer", resource=AKS_SERVER)
    reply = identity.post_form(TOKEN_V1, **fields)
    assert error_of(reply) == (400, "interaction_required", 50076)
    assert reply.body["suberror"] == "basic_action"
    assert "claims" not in reply.body
    assert f"'{AKS_SERVER}'" in reply.body["error_description"]


def test_a_policy_without_conditions_is_for_everybody(cloud: Cloud, identity: Identity) -> None:
    assert logs_in(identity)
    put(cloud)
    assert not logs_in(identity)
    assert not logs_in(identity, "shop-dev", scope=f"{GRAPH}/.default")


def test_applications_are_not_people(cloud: Cloud, identity: Identity) -> None:
    put(cloud)
    assert identity.token_reply(**identity.secret_fields("deployer")).status == 200


@pytest.mark.parametrize(
    ("conditions", "blocked", "let"),
    [
        ({"clients": [AKS_CLIENT]}, {}, {"client_id": AZURE_CLI}),
        ({"resources": [AKS_SERVER]}, {}, {"scope": f"{ORIGIN}/.default"}),
        ({"resources": [ARM]}, {"scope": f"{ORIGIN}/.default"}, {}),
        ({"resources": [GRAPH_ID]}, {"scope": f"{GRAPH}/User.Read"}, {}),
        ({"resources": [GRAPH_ID]}, {"scope": "openid"}, {}),
        ({"groups": [SG_PAYMENTS]}, {}, {"who": "shop-dev"}),
        ({"roles": ["Global Reader"]}, {"who": "shop-dev"}, {}),
    ],
)
def test_a_policy_applies_where_all_its_conditions_do(
    cloud: Cloud,
    identity: Identity,
    conditions: dict[str, Any],
    blocked: dict[str, str],
    let: dict[str, str],
) -> None:
    reader = WORLD.account("shop-dev").object_id
    cloud.directory.grant(reader, graph=frozenset(), directory_roles=frozenset({"Global Reader"}))
    put(cloud, **conditions)
    assert not logs_in(identity, **blocked)
    assert logs_in(identity, **let)


def test_members_of_nested_groups_are_meant_too(cloud: Cloud, identity: Identity) -> None:
    outer = identity.new_group("outer")["id"]
    cloud.directory.add("members", outer, SG_PAYMENTS)
    put(cloud, groups=[outer])
    assert not logs_in(identity)


def test_somebody_without_a_second_factor_would_have_to_enroll(
    cloud: Cloud, identity: Identity
) -> None:
    put(cloud, users=[WORLD.account("payments-dev").object_id], require="mfa")
    reply = identity.token_reply(**identity.password_fields("payments-dev"))
    assert error_of(reply) == (400, "invalid_grant", 50079)


@pytest.mark.parametrize(
    ("who", "requested", "demand"),
    [
        ("payments-dev", SCOPE, "nothing"),
        ("security-officer", SCOPE, "mfa"),
        ("contractor", SCOPE, "block"),
        ("contractor", AKS_SERVER, "block"),
        ("contractor", f"spn:{AKS_SERVER}", "block"),
        ("contractor", f"{ORIGIN}/", "nothing"),
        ("contractor", "https://management.azure.com//.default offline_access", "nothing"),
        ("contractor", "", "nothing"),
    ],
)
def test_a_log_in_page_knows_what_to_ask_for(
    cloud: Cloud, who: str, requested: str, demand: str
) -> None:
    person = cloud.directory.principal(WORLD.account(who).object_id)
    assert person is not None
    assert conditional_access.demanded(cloud, person, AKS_CLIENT, requested) == demand


@pytest.mark.parametrize(
    ("who", "code", "fits"),
    [
        ("security-officer", "314159", True),
        ("security-officer", " 314159 ", True),
        ("security-officer", "314158", False),
        ("security-officer", "é", False),
        ("payments-dev", "", False),
    ],
)
def test_a_second_factor_is_its_persons(cloud: Cloud, who: str, code: str, *, fits: bool) -> None:
    person = cloud.directory.principal(WORLD.account(who).object_id)
    assert person is not None
    assert conditional_access.second_factor_fits(cloud, person, code) is fits


def test_a_second_factor_lasts_as_long_as_the_refresh_token(
    cloud: Cloud, identity: Identity
) -> None:
    address = f"/{TENANT}/oauth2/v2.0/devicecode"
    device = identity.post_form(address, client_id=AKS_CLIENT, scope=SCOPE).body
    [(key, grant)] = cloud.store.all("device-code")
    grant |= {"user_id": WORLD.account("security-officer").object_id, "mfa": True}
    cloud.store.put("device-code", key, grant)
    body = identity.token_reply(
        grant_type=DEVICE, client_id=AKS_CLIENT, device_code=device["device_code"]
    ).body
    for _ in range(2):
        assert claims_of(body["access_token"])["amr"] == ["pwd", "mfa"]
        body = identity.token_reply(
            grant_type="refresh_token", client_id=AKS_CLIENT, refresh_token=body["refresh_token"]
        ).body


def test_a_policy_made_later_counts_when_the_token_is_renewed(
    cloud: Cloud, identity: Identity
) -> None:
    body = identity.token_reply(**identity.password_fields("payments-dev")).body
    put(cloud, groups=[SG_PAYMENTS], require="mfa")
    reply = identity.token_reply(
        grant_type="refresh_token", client_id=AKS_CLIENT, refresh_token=body["refresh_token"]
    )
    assert error_of(reply) == (400, "invalid_grant", 50079)
