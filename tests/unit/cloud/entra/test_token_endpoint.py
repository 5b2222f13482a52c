from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from rehearsal.cloud.graph.credentials import Credentials
from tests.support.identity import (
    AKS_CLIENT,
    AKS_SERVER,
    AZURE_CLI,
    GRAPH,
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

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
UNKNOWN = "99999999-0000-4000-8000-000000000001"


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


@pytest.mark.parametrize("tenant", [TENANT, "contoso.example", "common", "organizations"])
def test_the_tenant_may_be_named_in_all_ways(identity: Identity, tenant: str) -> None:
    address = f"/{tenant}/oauth2/v2.0/token"
    assert identity.post_form(address, **identity.secret_fields("ci")).status == 200


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"client_secret": "wrong"}, (401, "invalid_client", 7000215)),
        ({"client_secret": ""}, (401, "invalid_client", 7000216)),
        ({"client_id": UNKNOWN}, (400, "unauthorized_client", 700016)),
        ({"client_id": ""}, (400, "invalid_request", 900144)),
        ({"grant_type": ""}, (400, "invalid_request", 900144)),
        ({"grant_type": "magic"}, (400, "unsupported_grant_type", 70003)),
        ({"scope": ""}, (400, "invalid_request", 900144)),
        ({"scope": "openid"}, (400, "invalid_scope", 1002012)),
        ({"scope": f"{GRAPH}/Group.Read.All"}, (400, "invalid_scope", 1002012)),
        ({"scope": "https://nowhere.example/.default"}, (400, "invalid_resource", 500011)),
        (
            {"scope": f"{GRAPH}/.default {AKS_SERVER}/.default"},
            (400, "invalid_scope", 28000),
        ),
    ],
)
def test_wrong_application_requests_get_their_number(
    identity: Identity, changes: dict[str, str], expected: tuple[int, str, int]
) -> None:
    fields = identity.secret_fields("deployer", **changes)
    assert error_of(identity.token_reply(**fields)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"password": "wrong"}, (400, "invalid_grant", 50126)),
        ({"username": "nobody@contoso.example"}, (400, "invalid_grant", 50034)),
        ({"username": ""}, (400, "invalid_request", 900144)),
        ({"client_id": AKS_SERVER}, (401, "invalid_client", 7000218)),
        ({"scope": f"{GRAPH}/Mail.Read"}, (400, "invalid_grant", 65001)),
    ],
)
def test_wrong_password_requests_get_their_number(
    identity: Identity, changes: dict[str, str], expected: tuple[int, str, int]
) -> None:
    fields = identity.password_fields("payments-dev", **changes)
    assert error_of(identity.token_reply(**fields)) == expected


def test_an_unknown_tenant_is_named(identity: Identity) -> None:
    reply = identity.post_form(
        f"/{UNKNOWN}/oauth2/v2.0/token", **identity.secret_fields("deployer")
    )
    assert error_of(reply) == (400, "invalid_request", 90002)
    assert UNKNOWN in reply.body["error_description"]


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


def test_a_disabled_person_cannot_log_in(cloud: Cloud, identity: Identity) -> None:
    change_user(cloud, "payments-dev", accountEnabled=False)
    fields = identity.password_fields("payments-dev")
    assert error_of(identity.token_reply(**fields)) == (400, "invalid_grant", 50057)


def test_a_disabled_application_cannot_log_in(cloud: Cloud, identity: Identity) -> None:
    found = cloud.directory.get("ServicePrincipal", WORLD.account("ci").object_id)
    assert found is not None
    cloud.directory.put("ServicePrincipal", found | {"accountEnabled": False})
    reply = identity.token_reply(**identity.secret_fields("ci"))
    assert error_of(reply) == (400, "unauthorized_client", 7000112)


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
    assert error_of(refresh(identity, refresh_token)) == (400, "invalid_grant", 50173)


def test_the_database_holds_no_refresh_token(cloud: Cloud, refresh_token: str) -> None:
    kept = cloud.store.all("refresh-token")
    assert kept
    assert refresh_token not in json.dumps(kept)


def certificate_for(cloud: Cloud, app_id: str) -> rsa.RSAPrivateKey:
    """A key whose certificate is registered with the application."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ci")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    der = certificate.public_bytes(serialization.Encoding.DER)
    application = next(
        each for each in cloud.directory.all("Application") if each["appId"] == app_id
    )
    application["keyCredentials"] = [{"key": base64.b64encode(der).decode()}]
    cloud.directory.put("Application", application)
    return key


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 200),
        ({"aud": "https://login.elsewhere.example/token"}, 401),
        ({"sub": UNKNOWN}, 401),
        ({"exp": 0}, 401),
        ({"nbf": 4102444800}, 401),
    ],
)
def test_a_certificate_proves_the_client(
    cloud: Cloud, identity: Identity, changes: dict[str, object], status: int
) -> None:
    app_id = WORLD.account("ci").app_id
    key = certificate_for(cloud, app_id)
    now = int(cloud.clock.now().timestamp())
    claims: dict[str, object] = {
        "iss": app_id,
        "sub": app_id,
        "aud": f"{ORIGIN}/{TENANT}/oauth2/v2.0/token",
        "exp": now + 600,
        **changes,
    }
    fields = identity.secret_fields("ci", client_assertion=jwt.encode(claims, key, "PS256"))
    del fields["client_secret"]
    reply = identity.token_reply(**fields, client_assertion_type=JWT_BEARER)
    assert reply.status == status
    if status == 200:
        assert claims_of(reply.body["access_token"])["appidacr"] == "2"
    else:
        assert error_of(reply) == (401, "invalid_client", 700027)


def test_an_assertion_without_a_registered_certificate_is_refused(identity: Identity) -> None:
    key = rsa.generate_private_key(65537, 2048)
    fields = identity.secret_fields("ci", client_assertion=jwt.encode({}, key, "RS256"))
    del fields["client_secret"]
    reply = identity.token_reply(**fields, client_assertion_type=JWT_BEARER)
    assert error_of(reply) == (401, "invalid_client", 700027)
