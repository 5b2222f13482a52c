from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from rehearsal.cloud.entra.tokens import (
    InvalidTokenError,
    authenticate,
    issue,
    v1_issuer,
    verify_token,
)
from rehearsal.cloud.web import Request
from tests.support.identity import AKS_SERVER, ORIGIN, TENANT, WORLD, Identity, claims_of

if TYPE_CHECKING:
    from rehearsal.cloud.clock import ManualClock
    from rehearsal.cloud.context import Cloud

OTHER_TENANT = "99999999-0000-4000-8000-000000000001"


def verify(cloud: Cloud, token: str) -> dict[str, Any]:
    return verify_token(
        cloud, token, audiences=[AKS_SERVER], issuers=[v1_issuer(TENANT)], tenant_id=TENANT
    )


def refused(cloud: Cloud, token: str) -> str:
    with pytest.raises(InvalidTokenError) as error:
        verify(cloud, token)
    return error.value.code


@pytest.fixture
def token(identity: Identity) -> str:
    return identity.log_in("payments-dev")["access_token"]


def test_a_token_that_entra_issued_is_accepted(cloud: Cloud, token: str) -> None:
    assert verify(cloud, token)["oid"] == WORLD.account("payments-dev").object_id


def test_a_changed_payload_is_refused(cloud: Cloud, token: str) -> None:
    header, _, signature = token.split(".")
    payload = json.dumps(claims_of(token) | {"groups": ["somebody-else"]}).encode()
    changed = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
    assert refused(cloud, f"{header}.{changed}.{signature}") == "signature"


def test_another_key_under_a_published_key_id_is_refused(cloud: Cloud, token: str) -> None:
    stranger = rsa.generate_private_key(65537, 2048)
    headers = {"kid": cloud.keys.current().kid}
    assert refused(cloud, jwt.encode(claims_of(token), stranger, "RS256", headers)) == "signature"


def test_an_unpublished_key_id_is_refused(cloud: Cloud, token: str) -> None:
    stranger = rsa.generate_private_key(65537, 2048)
    assert refused(cloud, jwt.encode(claims_of(token), stranger, "RS256")) == "signature"


def test_a_token_signed_with_the_public_key_as_a_password_is_refused(
    cloud: Cloud, token: str
) -> None:
    headers = {"kid": cloud.keys.current().kid}
    forged = jwt.encode(claims_of(token), "x" * 32, "HS256", headers)
    assert refused(cloud, forged) == "malformed"


def test_an_unsigned_token_is_refused(cloud: Cloud, token: str) -> None:
    headers = {"kid": cloud.keys.current().kid}
    assert refused(cloud, jwt.encode(claims_of(token), "", "none", headers)) == "malformed"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aud": "https://management.azure.com/"}, "audience"),
        ({"aud": [AKS_SERVER, "other"]}, "audience"),
        ({"aud": None}, "audience"),
        ({"iss": v1_issuer(OTHER_TENANT)}, "issuer"),
        ({"tid": OTHER_TENANT}, "tenant"),
        ({"exp": "never"}, "malformed"),
        ({"exp": None}, "malformed"),
    ],
)
def test_one_wrong_claim_is_refused(
    cloud: Cloud, token: str, changes: dict[str, Any], code: str
) -> None:
    assert refused(cloud, issue(cloud, claims_of(token) | changes)) == code


def test_a_token_ends_at_its_time(cloud: Cloud, clock: ManualClock, token: str) -> None:
    clock.advance(timedelta(minutes=59, seconds=59))
    verify(cloud, token)
    clock.advance(timedelta(seconds=1))
    assert refused(cloud, token) == "expired"


def test_a_token_of_the_future_is_refused(cloud: Cloud, token: str) -> None:
    later = int(cloud.clock.now().timestamp()) + 60
    assert refused(cloud, issue(cloud, claims_of(token) | {"nbf": later})) == "expired"


@pytest.mark.parametrize("text", ["", "nonsense", "a.b.c", "e30.e30.", "€.€.€"])
def test_what_is_no_token_is_refused(cloud: Cloud, text: str) -> None:
    assert refused(cloud, text) in {"malformed", "signature"}


def test_tokens_of_an_older_key_stay_valid_until_it_is_retired(cloud: Cloud, token: str) -> None:
    older = cloud.keys.current().kid
    assert cloud.keys.rotate().kid != older
    verify(cloud, token)
    assert cloud.keys.retire(older)
    assert refused(cloud, token) == "signature"


def calling(authorization: str | None) -> Request:
    headers = {} if authorization is None else {"authorization": authorization}
    return Request("GET", "/", headers=headers)


def test_the_caller_is_who_the_token_names(cloud: Cloud, identity: Identity) -> None:
    token = identity.log_in("deployer", f"{ORIGIN}/.default")["access_token"]
    caller = authenticate(cloud, calling(f"Bearer {token}"), [ORIGIN])
    assert caller.kind == "ServicePrincipal"
    assert caller.object_id == WORLD.account("deployer").object_id
    assert caller.app_id == WORLD.account("deployer").app_id
    assert "Group.ReadWrite.All" in caller.roles


@pytest.mark.parametrize("header", [None, "", "Basic abc", "Bearer", "Bearer "])
def test_a_request_without_a_bearer_token_names_nobody(cloud: Cloud, header: str | None) -> None:
    with pytest.raises(InvalidTokenError) as error:
        authenticate(cloud, calling(header), [ORIGIN])
    assert error.value.code == "missing"


def test_a_disabled_persons_token_is_refused(cloud: Cloud, identity: Identity) -> None:
    token = identity.log_in("shop-dev", f"{ORIGIN}/.default")["access_token"]
    user = cloud.directory.get("User", WORLD.account("shop-dev").object_id)
    assert user is not None
    cloud.directory.put("User", user | {"accountEnabled": False})
    with pytest.raises(InvalidTokenError) as error:
        authenticate(cloud, calling(f"Bearer {token}"), [ORIGIN])
    assert error.value.code == "principal"
