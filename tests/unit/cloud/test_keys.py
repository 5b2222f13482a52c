from __future__ import annotations

from typing import TYPE_CHECKING

import jwt
import pytest

from rehearsal.cloud.entra.tokens import InvalidTokenError, v1_issuer, verify_token
from rehearsal.cloud.keys import rotate_keys
from tests.support.identity import AKS_SERVER, TENANT, Identity

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud


def kid_of(token: str) -> str:
    return jwt.get_unverified_header(token)["kid"]


def verify(cloud: Cloud, token: str) -> None:
    verify_token(
        cloud, token, audiences=[AKS_SERVER], issuers=[v1_issuer(TENANT)], tenant_id=TENANT
    )


def test_another_process_changes_the_signing_key_and_old_tokens_stay_valid(
    cloud: Cloud, identity: Identity
) -> None:
    old = identity.log_in("deployer")["access_token"]
    made = rotate_keys(cloud.home)
    new = identity.log_in("deployer")["access_token"]
    assert kid_of(new) == made.kid != kid_of(old)
    verify(cloud, old)
    verify(cloud, new)
    published = identity.request("GET", "/common/discovery/keys").body["keys"]
    assert [key["kid"] for key in published] == [made.kid, kid_of(old)]


def test_a_token_ends_with_the_publication_of_its_key(cloud: Cloud, identity: Identity) -> None:
    token = identity.log_in("deployer")["access_token"]
    rotate_keys(cloud.home)
    assert cloud.keys.retire(kid_of(token))
    with pytest.raises(InvalidTokenError, match="not a published key"):
        verify(cloud, token)
