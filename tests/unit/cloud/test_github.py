from __future__ import annotations

from typing import TYPE_CHECKING

import jwt
import pytest

from rehearsal.cloud import github
from tests.support.identity import ORIGIN, Identity, claims_of

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Reply

ISSUER = f"{ORIGIN}/_github"


def ask(identity: Identity, query: str, bearer: str | None = None) -> Reply:
    given = github.request_token(identity.cloud.home) if bearer is None else bearer
    headers = {"authorization": f"Bearer {given}"}
    return identity.request("GET", f"/_github/token?{query}", headers=headers)


def test_the_configuration_points_to_the_keys_that_sign(identity: Identity) -> None:
    token = ask(identity, "subject=repo:contoso/shop:environment:prd&audience=x").body["value"]
    configuration = identity.request("GET", "/_github/.well-known/openid-configuration").body
    assert configuration["issuer"] == ISSUER
    keys = jwt.PyJWKSet.from_dict(identity.request("GET", configuration["jwks_uri"]).body)
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, ["RS256"], audience="x", options={"verify_exp": False})
    assert claims["iss"] == ISSUER
    assert claims["sub"] == "repo:contoso/shop:environment:prd"
    assert claims["repository"] == "contoso/shop"
    assert claims["environment"] == "prd"
    assert claims["exp"] - claims["iat"] == 300


def test_keys_of_workflows_are_not_keys_of_entra(cloud: Cloud, identity: Identity) -> None:
    ours = {key["kid"] for key in cloud.keys.jwks()["keys"]}
    theirs = identity.request("GET", "/_github/.well-known/jwks").body["keys"]
    assert theirs
    assert not ours & {key["kid"] for key in theirs}


def test_a_branch_is_the_tokens_ref_and_the_owner_its_audience(identity: Identity) -> None:
    body = ask(identity, "subject=repo:contoso/shop:ref:refs/heads/next").body
    claims = claims_of(body["value"])
    assert claims["ref"] == "refs/heads/next"
    assert claims["aud"] == "https://github.com/contoso"


@pytest.mark.parametrize("bearer", ["", "wrong", "é"])
def test_only_who_can_read_the_home_gets_a_token(identity: Identity, bearer: str) -> None:
    assert ask(identity, "subject=repo:contoso/shop:pull_request", bearer).status == 401


@pytest.mark.parametrize("subject", ["", "main", "repo:shop:pull_request", "repo:contoso/shop"])
def test_a_subject_is_of_githubs_form(identity: Identity, subject: str) -> None:
    reply = ask(identity, f"subject={subject}")
    assert reply.status == 400
    assert "repo:OWNER/NAME:environment:ENVIRONMENT" in reply.body["message"]


def test_the_request_token_lasts_and_only_its_owner_reads_it(cloud: Cloud) -> None:
    assert github.request_token(cloud.home) == github.request_token(cloud.home)
    path = next(cloud.home.root.glob("github-*"))
    assert path.stat().st_mode & 0o077 == 0
