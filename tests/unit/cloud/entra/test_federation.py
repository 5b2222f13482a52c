from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from rehearsal.cloud import github
from rehearsal.cloud.arm.identities import made_up_ids
from rehearsal.cloud.graph.documents import service_principal
from rehearsal.cloud.web import Reply
from tests.support.assertions import EXCHANGE, new_key, present, published, trust
from tests.support.identity import ORIGIN, TENANT, WORLD, Identity, claims_of, error_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.cloud.clock import ManualClock
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Request

CI = WORLD.account("ci").app_id
SUBJECT = "repo:contoso/aks-entra:environment:dev"
CLUSTER = f"{ORIGIN}/_test/oidc/"
ACCOUNT = "system:serviceaccount:payments:worker"
KEY = new_key()


def workflow_token(identity: Identity, subject: str = SUBJECT, audience: str = EXCHANGE) -> str:
    bearer = github.request_token(identity.cloud.home)
    address = f"{github.request_address(ORIGIN, subject)}&audience={audience}"
    reply = identity.request("GET", address, headers={"authorization": f"Bearer {bearer}"})
    assert reply.status == 200, reply.body
    return reply.body["value"]


@pytest.mark.parametrize("who", ["ci", "deployer"])
@pytest.mark.parametrize("environment", ["dev", "stg", "prd"])
def test_a_workflow_of_an_environment_logs_in_without_a_secret(
    identity: Identity, who: str, environment: str
) -> None:
    subject = f"repo:contoso/aks-entra:environment:{environment}"
    account = WORLD.account(who)
    reply = present(identity, account.app_id, workflow_token(identity, subject))
    assert reply.status == 200
    claims = claims_of(reply.body["access_token"])
    assert claims["oid"] == account.object_id
    assert claims["appidacr"] == "2"


@pytest.mark.parametrize(
    ("subject", "audience", "number"),
    [
        ("repo:contoso/aks-entra:environment:test", EXCHANGE, 700213),
        ("repo:contoso/aks-entra:ref:refs/heads/main", EXCHANGE, 700213),
        ("repo:Contoso/aks-entra:environment:dev", EXCHANGE, 7002138),
        (SUBJECT, "api://AzureADTokenexchange", 700212),
        (SUBJECT, "", 700212),
    ],
)
def test_subject_and_audience_have_to_fit_to_the_letter(
    identity: Identity, subject: str, audience: str, number: int
) -> None:
    reply = present(identity, CI, workflow_token(identity, subject, audience))
    assert error_of(reply) == (401, "invalid_client", number)


def test_an_application_without_credentials_trusts_nobody(identity: Identity) -> None:
    app_id = WORLD.account("expired").app_id
    reply = present(identity, app_id, workflow_token(identity))
    assert error_of(reply) == (401, "invalid_client", 70025)
    assert "'expired'" in reply.body["error_description"]


def test_a_workflows_token_ends(clock: ManualClock, identity: Identity) -> None:
    assertion = workflow_token(identity)
    clock.advance(timedelta(minutes=11))
    assert error_of(present(identity, CI, assertion)) == (401, "invalid_client", 700024)


def serve_issuer(
    cloud: Cloud,
    *,
    keys: list[dict[str, Any]] | None = None,
    configuration: dict[str, str] | None = None,
) -> None:
    """An issuer below this origin, as a cluster's is."""
    documents: dict[str, dict[str, Any]] = {
        "/_test/oidc/.well-known/openid-configuration": {
            "issuer": CLUSTER,
            "jwks_uri": f"{CLUSTER}openid/v1/jwks",
            **(configuration or {}),
        },
        "/_test/oidc/openid/v1/jwks": {"keys": [published(KEY, "one")] if keys is None else keys},
    }

    def answering(document: dict[str, Any]) -> Callable[[Request], Reply]:
        return lambda _request: Reply(200, document)

    # Routes are tried in the order they were added; ARM's take every address.
    earlier = cloud.router.routes()
    cloud.router.__init__()
    for path, document in documents.items():
        cloud.router.add("GET", path, "Test_Issuer", answering(document))
    for route in earlier:
        cloud.router.add(route.method, route.pattern, route.operation, route.handler)


def account_token(cloud: Cloud, *, kid: str = "one", key: Any = KEY, **changes: object) -> str:
    now = int(cloud.clock.now().timestamp())
    claims = {"iss": CLUSTER, "sub": ACCOUNT, "aud": [EXCHANGE], "exp": now + 600, **changes}
    return jwt.encode(claims, key, "RS256", headers={"kid": kid})


def test_a_clusters_service_account_logs_in_as_a_managed_identity(
    cloud: Cloud, identity: Identity
) -> None:
    object_id, client_id = made_up_ids("/subscriptions/s/resourceGroups/r/identities/i")
    document = service_principal(
        object_id=object_id, app_id=client_id, display_name="i", owner_tenant_id=TENANT, names=()
    )
    cloud.directory.put("ServicePrincipal", document)
    trust(cloud, client_id, CLUSTER, ACCOUNT)
    serve_issuer(cloud)
    reply = present(identity, client_id, account_token(cloud))
    assert reply.status == 200
    assert claims_of(reply.body["access_token"])["oid"] == object_id


@pytest.mark.parametrize(
    ("changes", "status", "number"),
    [
        ({"kid": "another"}, 401, 7000272),
        ({"key": new_key()}, 401, 700027),
        ({"exp": 1}, 401, 700024),
        ({"iss": CLUSTER.rstrip("/")}, 401, 700211),
        ({"iss": "https://token.actions.githubusercontent.com"}, 401, 700211),
        ({"aud": [EXCHANGE, "another"]}, 401, 700212),
    ],
)
def test_what_does_not_fit_is_refused_with_its_number(
    cloud: Cloud, identity: Identity, changes: dict[str, Any], status: int, number: int
) -> None:
    trust(cloud, CI, CLUSTER, ACCOUNT)
    serve_issuer(cloud)
    reply = present(identity, CI, account_token(cloud, **changes))
    assert error_of(reply) == (status, "invalid_client", number)


@pytest.mark.parametrize(
    "configuration",
    [
        {"issuer": f"{ORIGIN}/another/"},
        {"jwks_uri": "https://keys.elsewhere.example/jwks"},
        {"jwks_uri": "http://localhost/jwks"},
        {"jwks_uri": f"{ORIGIN}/_test/nothing"},
        {"jwks_uri": "file:///etc/passwd"},
    ],
)
def test_an_issuer_is_read_only_where_it_is_and_on_this_machine(
    cloud: Cloud, identity: Identity, configuration: dict[str, str]
) -> None:
    trust(cloud, CI, CLUSTER, ACCOUNT)
    serve_issuer(cloud, configuration=configuration)
    reply = present(identity, CI, account_token(cloud))
    assert error_of(reply) == (400, "invalid_request", 50166)


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ({"kid": 5}, {}),
        ({"kid": None}, {}),
        ({"b64": False}, {}),
        ({"crit": ["x"]}, {}),
        ({}, {"sub": {"a": 1}}),
        ({}, {"aud": {"a": 1}}),
        ({}, {"iss": ["https://a"]}),
        ({}, {"exp": {}}),
    ],
)
def test_an_assertion_of_any_shape_is_refused_in_words(
    cloud: Cloud, identity: Identity, header: dict[str, Any], claims: dict[str, Any]
) -> None:
    trust(cloud, CI, CLUSTER, ACCOUNT)
    serve_issuer(cloud)
    now = int(cloud.clock.now().timestamp())
    sent = {"iss": CLUSTER, "sub": ACCOUNT, "aud": EXCHANGE, "exp": now + 600, **claims}
    parts = ({"alg": "RS256", "kid": "one", **header}, sent)
    texts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts)
    assertion = ".".join([*(text.rstrip("=") for text in texts), "c2lnbmF0dXJl"])
    assert present(identity, CI, assertion).status == 401


@pytest.mark.parametrize("keys", [[], [{"kty": "RSA"}], [{"kty": "oct", "k": "eA", "kid": "one"}]])
def test_keys_that_cannot_be_used_prove_nothing(
    cloud: Cloud, identity: Identity, keys: list[dict[str, Any]]
) -> None:
    trust(cloud, CI, CLUSTER, ACCOUNT)
    serve_issuer(cloud, keys=keys)
    assert present(identity, CI, account_token(cloud)).status in (400, 401)


@pytest.mark.parametrize(
    "issuer",
    [
        *("https://token.actions.githubusercontent.com", "https://localhost:1/", "http://x/"),
        *("https://[::1", "https://localhost:99999", "://", "https://localhost/\x00"),
    ],
)
def test_an_issuer_that_cannot_be_asked_is_said_to_be_so(
    cloud: Cloud, identity: Identity, issuer: str
) -> None:
    trust(cloud, CI, issuer, ACCOUNT)
    reply = present(identity, CI, account_token(cloud, iss=issuer))
    assert error_of(reply) == (400, "invalid_request", 50166)
