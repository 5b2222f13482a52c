from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from rehearsal.cloud.entra.policies import put_lifetimes
from rehearsal.cloud.graph.credentials import Credentials
from rehearsal.cloud.world_policies import Lifetimes
from tests.support.identity import (
    AKS_CLIENT,
    AKS_SERVER,
    AZURE_CLI,
    ORIGIN,
    TENANT,
    TOKEN_V1,
    TOKEN_V2,
    WORLD,
    Identity,
    claims_of,
    error_of,
)

if TYPE_CHECKING:
    from rehearsal.cloud.clock import ManualClock
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Reply


def test_a_persons_reply_is_what_msal_makes_an_account_of(identity: Identity) -> None:
    fields = identity.password_fields("payments-dev")
    reply = identity.token_reply(**fields)
    body = reply.body
    assert reply.status == 200
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 3599
    assert set(fields["scope"].split()) <= set(body["scope"].split()), "MSAL: declined scopes"
    padded = body["client_info"] + "=" * (-len(body["client_info"]) % 4)
    account = WORLD.account("payments-dev")
    assert json.loads(base64.urlsafe_b64decode(padded)) == {
        "uid": account.object_id,
        "utid": TENANT,
    }
    identity_token = claims_of(body["id_token"])
    assert identity_token["aud"] == AKS_CLIENT
    assert identity_token["iss"] == f"{ORIGIN}/{TENANT}/v2.0"
    assert identity_token["preferred_username"] == account.upn
    assert body["refresh_token"]


def test_what_clients_say_of_themselves_changes_nothing(identity: Identity) -> None:
    capabilities = {"access_token": {"xms_cc": {"values": ["CP1"]}}}
    fields = identity.secret_fields("ci", client_info="1", claims=json.dumps(capabilities))
    assert identity.token_reply(**fields, **{"x-client-SKU": "MSAL.Python"}).status == 200


def test_only_what_is_asked_for_is_given(identity: Identity) -> None:
    fields = identity.password_fields("payments-dev", scope=f"{AKS_SERVER}/.default")
    body = identity.token_reply(**fields).body
    assert "refresh_token" not in body
    assert "id_token" not in body


def test_an_application_gets_a_token_and_nothing_to_renew_it_with(identity: Identity) -> None:
    body = identity.token_reply(**identity.secret_fields("deployer")).body
    assert set(body) == {"token_type", "expires_in", "ext_expires_in", "access_token"}


def test_version_1_writes_numbers_as_texts_and_names_the_resource(identity: Identity) -> None:
    account = WORLD.account("deployer")
    body = identity.post_form(
        TOKEN_V1,
        grant_type="client_credentials",
        client_id=account.app_id,
        client_secret=account.secret,
        resource=f"spn:{AKS_SERVER}",
    ).body
    assert body["expires_in"] == "3599"
    assert body["expires_on"].isdecimal()
    assert body["resource"] == f"spn:{AKS_SERVER}"
    assert claims_of(body["access_token"])["aud"] == f"spn:{AKS_SERVER}"


def test_a_secret_may_come_in_the_authorization_header(identity: Identity) -> None:
    account = WORLD.account("deployer")
    basic = base64.b64encode(f"{account.app_id}:{account.secret}".encode()).decode()
    reply = identity.request(
        "POST",
        TOKEN_V2,
        f"grant_type=client_credentials&scope={AKS_SERVER}/.default".encode(),
        {"authorization": f"Basic {basic}"},
    )
    assert reply.status == 200


@pytest.mark.parametrize("address", [TOKEN_V1, TOKEN_V2, f"/{TENANT}/oauth2/v2.0/devicecode"])
@pytest.mark.parametrize("basic", ["\xe9", "a", "/w==", ""])
def test_an_authorization_header_that_cannot_be_read_counts_as_none(
    identity: Identity, address: str, basic: str
) -> None:
    body = b"grant_type=client_credentials&scope=openid"
    reply = identity.request("POST", address, body, {"authorization": f"Basic {basic}"})
    assert error_of(reply)[2] == 900144, "the request names no client"


@pytest.mark.parametrize("tenant", [TENANT, "contoso.example", "common", "organizations"])
def test_the_tenant_may_be_named_in_all_ways(identity: Identity, tenant: str) -> None:
    address = f"/{tenant}/oauth2/v2.0/token"
    assert identity.post_form(address, **identity.password_fields("shop-dev")).status == 200


def test_an_application_has_to_name_its_tenant(identity: Identity) -> None:
    for tenant in ("common", "organizations"):
        address = f"/{tenant}/oauth2/v2.0/token"
        reply = identity.post_form(address, **identity.secret_fields("ci"))
        assert error_of(reply) == (400, "invalid_request", 50059)


def test_a_refusal_never_repeats_a_secret(identity: Identity) -> None:
    for fields in (
        identity.secret_fields("deployer", client_secret="not-the-s3cret"),
        identity.password_fields("payments-dev", password="not-the-Passw0rd"),
    ):
        text = json.dumps(identity.token_reply(**fields).body)
        assert "not-the-" not in text


def change_user(cloud: Cloud, who: str, **changes: object) -> None:
    user = cloud.directory.get("User", WORLD.account(who).object_id)
    assert user is not None
    cloud.directory.put("User", user | changes)


def test_a_secret_ends(cloud: Cloud, clock: ManualClock, identity: Identity) -> None:
    account = WORLD.account("ci")
    made = Credentials(cloud.store, cloud.clock).add_secret(
        account.app_id, end=clock.now() + timedelta(hours=1)
    )
    fields = identity.secret_fields("ci", client_secret=made.text)
    assert identity.token_reply(**fields).status == 200
    clock.advance(timedelta(hours=1))
    assert error_of(identity.token_reply(**fields)) == (401, "invalid_client", 7000222)


def refresh(identity: Identity, token: str, **changes: str) -> Reply:
    fields = {"grant_type": "refresh_token", "client_id": AKS_CLIENT, "refresh_token": token}
    return identity.token_reply(**{**fields, **changes})


@pytest.fixture
def refresh_token(identity: Identity) -> str:
    return identity.token_reply(**identity.password_fields("payments-dev")).body["refresh_token"]


def test_a_refresh_token_renews_for_what_was_asked_at_first(
    identity: Identity, refresh_token: str
) -> None:
    body = refresh(identity, refresh_token).body
    assert claims_of(body["access_token"])["aud"] == AKS_SERVER
    assert body["refresh_token"] != refresh_token


def test_a_refresh_token_works_for_another_resource(identity: Identity, refresh_token: str) -> None:
    body = refresh(identity, refresh_token, scope=f"{ORIGIN}/.default").body
    assert claims_of(body["access_token"])["aud"] == ORIGIN


def test_a_refresh_token_is_its_clients_own(identity: Identity, refresh_token: str) -> None:
    reply = refresh(identity, refresh_token, client_id=AZURE_CLI)
    assert error_of(reply) == (400, "invalid_grant", 9002313)


def test_a_refresh_token_ends(clock: ManualClock, identity: Identity, refresh_token: str) -> None:
    clock.advance(timedelta(days=90))
    assert error_of(refresh(identity, refresh_token)) == (400, "invalid_grant", 700082)


def test_a_refresh_token_ends_with_its_person(
    cloud: Cloud, identity: Identity, refresh_token: str
) -> None:
    change_user(cloud, "payments-dev", accountEnabled=False)
    assert error_of(refresh(identity, refresh_token)) == (400, "invalid_grant", 50057)
    cloud.directory.remove("User", WORLD.account("payments-dev").object_id)
    assert error_of(refresh(identity, refresh_token)) == (400, "invalid_grant", 500341)


@pytest.mark.parametrize("reason", ["password", "revoked"])
def test_a_refresh_token_is_worthless_after_a_new_password_or_a_revocation(
    cloud: Cloud, clock: ManualClock, identity: Identity, refresh_token: str, reason: str
) -> None:
    clock.advance(timedelta(minutes=1))
    user_id = WORLD.account("payments-dev").object_id
    credentials = Credentials(cloud.store, clock)
    if reason == "password":
        credentials.set_password(user_id, WORLD.account("payments-dev").secret)
    else:
        credentials.revoke_sessions(user_id)
    reply = refresh(identity, refresh_token)
    assert error_of(reply) == (400, "invalid_grant", 50173)
    assert "'2026-01-01T00:00:00Z'" in reply.body["error_description"], "when it was issued"
    again = identity.token_reply(**identity.password_fields("payments-dev")).body
    assert refresh(identity, again["refresh_token"]).status == 200


def test_a_version_1_refresh_token_renews_for_the_resource_of_the_log_in(
    identity: Identity,
) -> None:
    fields = identity.password_fields("payments-dev", resource=AKS_SERVER)
    given = identity.post_form(TOKEN_V1, **fields).body["refresh_token"]
    reply = identity.post_form(
        TOKEN_V1, grant_type="refresh_token", client_id=AKS_CLIENT, refresh_token=given
    )
    assert claims_of(reply.body["access_token"])["aud"] == AKS_SERVER


def test_lifetimes_are_the_tenants(cloud: Cloud, clock: ManualClock, identity: Identity) -> None:
    put_lifetimes(cloud.store, Lifetimes(timedelta(minutes=10), timedelta(days=1)))
    body = identity.token_reply(**identity.password_fields("payments-dev")).body
    claims = claims_of(body["access_token"])
    assert claims["exp"] == clock.now().timestamp() + 600
    assert body["expires_in"] == 599
    clock.advance(timedelta(days=1))
    assert error_of(refresh(identity, body["refresh_token"]))[2] == 700082


def test_the_database_holds_no_refresh_token(cloud: Cloud, refresh_token: str) -> None:
    kept = cloud.store.all("refresh-token")
    assert kept
    assert refresh_token not in json.dumps(kept)
