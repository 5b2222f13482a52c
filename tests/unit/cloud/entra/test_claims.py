from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.identity import (
    AKS_CLIENT,
    AKS_SERVER,
    GRAPH,
    ORIGIN,
    SG_ADMINS,
    SG_PAYMENTS,
    TENANT,
    WORLD,
    Identity,
    claims_of,
)

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud

LIMIT = 200


def test_a_persons_token_for_aks_is_of_version_1_and_names_the_person(identity: Identity) -> None:
    claims = claims_of(
        identity.token_reply(**identity.password_fields("payments-dev")).body["access_token"]
    )
    account = WORLD.account("payments-dev")
    assert claims["aud"] == AKS_SERVER
    assert claims["iss"] == f"https://sts.windows.net/{TENANT}/"
    assert claims["ver"] == "1.0"
    assert claims["appid"] == AKS_CLIENT
    assert claims["appidacr"] == "0"
    assert claims["upn"] == claims["unique_name"] == account.upn
    assert claims["oid"] == account.object_id
    assert claims["groups"] == [SG_PAYMENTS]
    assert claims["scp"] == "user.read"


def test_a_service_principals_token_has_neither_name_nor_scopes(identity: Identity) -> None:
    claims = claims_of(identity.log_in("deployer")["access_token"])
    assert claims["oid"] == claims["sub"] == WORLD.account("deployer").object_id
    assert claims["idtyp"] == "app"
    assert claims["appidacr"] == "1"
    assert claims["groups"] == [SG_ADMINS]
    assert not {"upn", "scp", "name"} & set(claims)


def test_a_guests_token_has_no_user_principal_name(identity: Identity) -> None:
    claims = claims_of(identity.log_in("guest")["access_token"])
    assert "upn" not in claims
    assert claims["unique_name"] == claims["email"] == "guest@fabrikam.example"


def test_somebody_in_no_group_has_no_groups_claim(identity: Identity) -> None:
    claims = claims_of(identity.log_in("outsider")["access_token"])
    assert "groups" not in claims
    assert "_claim_names" not in claims


def test_groups_of_groups_are_in_the_claim(cloud: Cloud, identity: Identity) -> None:
    outer, inner = identity.new_group("outer")["id"], identity.new_group("inner")["id"]
    cloud.directory.add("members", outer, inner)
    cloud.directory.add("members", inner, WORLD.account("outsider").object_id)
    claims = claims_of(identity.log_in("outsider")["access_token"])
    assert claims["groups"] == sorted([outer, inner])


def test_groups_without_security_are_not_in_the_claim(cloud: Cloud, identity: Identity) -> None:
    group = identity.new_group(
        "team", mailEnabled=True, securityEnabled=False, groupTypes=["Unified"]
    )
    cloud.directory.add("members", group["id"], WORLD.account("outsider").object_id)
    assert "groups" not in claims_of(identity.log_in("outsider")["access_token"])


@pytest.mark.parametrize("who", ["outsider", "ci"])
def test_above_the_limit_the_claim_gives_way_to_an_address(
    cloud: Cloud, identity: Identity, who: str
) -> None:
    account = WORLD.account(who)
    in_already = len(cloud.directory.transitive_group_ids(account.object_id))
    generated = [group for group in WORLD.groups if group.display_name.startswith("sg-many")]
    for group in generated[: LIMIT - in_already]:
        cloud.directory.add("members", group.object_id, account.object_id)
    assert len(claims_of(identity.log_in(who)["access_token"])["groups"]) == LIMIT

    cloud.directory.add("members", generated[LIMIT].object_id, account.object_id)
    claims = claims_of(identity.log_in(who)["access_token"])

    assert "groups" not in claims
    assert claims["_claim_names"] == {"groups": "src1"}
    endpoint = claims["_claim_sources"]["src1"]["endpoint"]
    assert endpoint.startswith(ORIGIN)
    assert endpoint.endswith(f"{account.object_id}/getMemberObjects")


def test_a_change_of_membership_shows_in_the_next_token(cloud: Cloud, identity: Identity) -> None:
    reply = identity.token_reply(**identity.password_fields("payments-dev")).body
    cloud.directory.drop("members", SG_PAYMENTS, WORLD.account("payments-dev").object_id)
    renewed = identity.token_reply(
        grant_type="refresh_token",
        client_id=AKS_CLIENT,
        refresh_token=reply["refresh_token"],
        scope=f"{AKS_SERVER}/.default openid offline_access",
    )
    assert "groups" not in claims_of(renewed.body["access_token"])


def test_graph_tokens_carry_permissions_instead_of_groups(identity: Identity) -> None:
    application = claims_of(identity.log_in("deployer", f"{GRAPH}/.default")["access_token"])
    assert application["roles"] == ["Application.Read.All", "Group.ReadWrite.All", "User.Read.All"]
    assert "groups" not in application
    person = claims_of(identity.log_in("payments-dev", f"{GRAPH}/.default")["access_token"])
    assert "Directory.AccessAsUser.All" in person["scp"].split()
    assert "roles" not in person


@pytest.mark.parametrize(
    ("scope", "audience"),
    [
        (f"{AKS_SERVER}/.default", AKS_SERVER),
        (f"spn:{AKS_SERVER}/.default", f"spn:{AKS_SERVER}"),
        ("https://management.azure.com//.default", "https://management.azure.com/"),
        ("https://management.azure.com/.default", "https://management.azure.com"),
        ("https://management.core.windows.net//.default", "https://management.core.windows.net/"),
        (f"{ORIGIN}/.default", ORIGIN),
        (f"{ORIGIN}//.default", f"{ORIGIN}/"),
        ("https://graph.microsoft.com/.default", "https://graph.microsoft.com"),
    ],
)
def test_the_audience_is_the_resource_as_it_was_asked_for(
    identity: Identity, scope: str, audience: str
) -> None:
    assert claims_of(identity.log_in("deployer", scope)["access_token"])["aud"] == audience


def test_an_application_of_version_2_gets_tokens_of_version_2(
    cloud: Cloud, identity: Identity
) -> None:
    app_id = WORLD.account("ci").app_id
    application = next(
        each for each in cloud.directory.all("Application") if each["appId"] == app_id
    )
    application["api"]["requestedAccessTokenVersion"] = 2
    application["groupMembershipClaims"] = "SecurityGroup"
    cloud.directory.put("Application", application)
    claims = claims_of(identity.log_in("payments-dev", f"{app_id}/.default")["access_token"])
    assert claims["ver"] == "2.0"
    assert claims["iss"] == f"{ORIGIN}/{TENANT}/v2.0"
    assert claims["aud"] == app_id
    assert claims["preferred_username"] == WORLD.account("payments-dev").upn
    assert claims["groups"] == [SG_PAYMENTS]
