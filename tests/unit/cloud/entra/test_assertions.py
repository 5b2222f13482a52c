from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.assertions import certificate_of, new_key, present, register_certificate
from tests.support.identity import ORIGIN, TENANT, WORLD, Identity, claims_of, error_of

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud

CI = WORLD.account("ci").app_id
KEY = new_key()
ELSEWHERE = "https://login.elsewhere.example/token"


def claims(cloud: Cloud, **changes: object) -> dict[str, Any]:
    now = int(cloud.clock.now().timestamp())
    address = f"{ORIGIN}/{TENANT}/oauth2/v2.0/token"
    return {"iss": CI, "sub": CI, "aud": address, "exp": now + 600, **changes}


@pytest.mark.parametrize("algorithm", ["PS256", "RS256"])
def test_a_certificate_proves_the_client(cloud: Cloud, identity: Identity, algorithm: str) -> None:
    register_certificate(cloud.store, CI, certificate_of(KEY))
    reply = present(identity, CI, jwt.encode(claims(cloud), KEY, algorithm))
    assert reply.status == 200
    assert claims_of(reply.body["access_token"])["appidacr"] == "2"


def test_a_certificate_may_be_of_an_elliptic_key(cloud: Cloud, identity: Identity) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    register_certificate(cloud.store, CI, certificate_of(key))
    assert present(identity, CI, jwt.encode(claims(cloud), key, "ES256")).status == 200


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"aud": ELSEWHERE}, 700023),
        ({"sub": "somebody"}, 700021),
        ({"iss": "somebody"}, 700021),
        ({"exp": 0}, 700024),
        ({"exp": 10**18}, 200),
        ({"exp": 1893456000.25}, 200),
        ({"exp": float("nan")}, 700024),
        ({"exp": float("-inf")}, 700024),
        ({"nbf": 10**400}, 700024),
        ({"nbf": 4102444800}, 700024),
        ({"exp": None}, 50027),
        ({"exp": "soon"}, 50027),
    ],
)
def test_what_a_certificate_signs_has_to_be_for_here_and_now(
    cloud: Cloud, identity: Identity, changes: dict[str, object], number: int
) -> None:
    register_certificate(cloud.store, CI, certificate_of(KEY))
    reply = present(identity, CI, jwt.encode(claims(cloud, **changes), KEY, "RS256"))
    if number == 200:
        assert reply.status == 200
    else:
        assert error_of(reply) == (401, "invalid_client", number)


def test_a_certificate_ends(cloud: Cloud, identity: Identity) -> None:
    past = datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
    register_certificate(cloud.store, CI, certificate_of(KEY, *past))
    reply = present(identity, CI, jwt.encode(claims(cloud), KEY, "RS256"))
    assert error_of(reply) == (401, "invalid_client", 700027)
    assert "End=2025-01-01T00:00:00Z" in reply.body["error_description"]


def test_another_key_than_the_registered_one_proves_nothing(
    cloud: Cloud, identity: Identity
) -> None:
    register_certificate(cloud.store, CI, certificate_of(KEY))
    reply = present(identity, CI, jwt.encode(claims(cloud), new_key(), "RS256"))
    assert error_of(reply) == (401, "invalid_client", 700027)


def test_an_application_without_a_certificate_can_sign_nothing(
    cloud: Cloud, identity: Identity
) -> None:
    reply = present(identity, CI, jwt.encode(claims(cloud), KEY, "RS256"))
    assert error_of(reply) == (401, "invalid_client", 700027)


@pytest.mark.parametrize("text", ["nonsense", "a.b.c", "..", "é.é.é"])
def test_an_assertion_has_to_be_a_jwt(identity: Identity, text: str) -> None:
    assert error_of(present(identity, CI, text)) == (401, "invalid_client", 50027)


def test_the_kind_of_assertion_has_to_be_named(cloud: Cloud, identity: Identity) -> None:
    assertion = jwt.encode(claims(cloud), KEY, "RS256")
    reply = present(identity, CI, assertion, client_assertion_type="saml")
    assert error_of(reply) == (400, "invalid_request", 900144)
