"""Federated credentials of applications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.identity import Identity, graph_error

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud

MAIN = {
    "name": "main",
    "issuer": "https://token.actions.githubusercontent.com",
    "subject": "repo:contoso/app:ref:refs/heads/main",
    "audiences": ["api://AzureADTokenExchange"],
}
OWNER = "shop-dev"
REFUSED = (400, "InvalidFederatedIdentityCredentialValue")
BAD = (400, "Request_BadRequest")


@pytest.fixture
def application(identity: Identity) -> dict[str, Any]:
    return identity.graph("POST", "/applications", {"displayName": "app"}, who=OWNER).body


@pytest.fixture
def path(application: dict[str, Any]) -> str:
    return f"/applications/{application['id']}/federatedIdentityCredentials"


def test_one_lives_and_dies(
    cloud: Cloud, identity: Identity, application: dict[str, Any], path: str
) -> None:
    made = identity.graph("POST", path, MAIN, who=OWNER)
    assert made.status == 201
    kept = {key: value for key, value in made.body.items() if key != "@odata.context"}
    key = f"{application['appId']}/{kept['id']}"
    assert cloud.store.all("graph/federatedCredential", f"{application['appId']}/") == [(key, kept)]
    by_app_id = f"/applications(appId='{application['appId']}')/federatedIdentityCredentials"
    assert identity.graph("GET", by_app_id).body["value"] == [kept]
    assert identity.graph("GET", f"{path}/MAIN").body["id"] == kept["id"]

    change = {"subject": "repo:contoso/app:pull_request"}
    assert identity.graph("PATCH", f"{path}/{kept['id']}", change, who=OWNER).status == 204
    assert identity.graph("GET", f"{path}/main").body["subject"] == change["subject"]
    assert identity.graph("DELETE", f"{path}/main", who=OWNER).status == 204
    gone = identity.graph("GET", f"{path}/main")
    assert graph_error(gone) == (404, "Request_ResourceNotFound")


@pytest.mark.parametrize(
    ("changes", "refusal", "text"),
    [
        (
            {"subject": "another"},
            (409, "Request_MultipleObjectsWithSameKeyValue"),
            "FederatedIdentityCredential with name main already exists.",
        ),
        ({"name": "other"}, REFUSED, "combination of issuer and subject must be unique"),
        ({"name": "x"}, REFUSED, "'name'"),
        ({"name": 7}, REFUSED, "'name'"),
        ({"issuer": ""}, REFUSED, "'issuer'"),
        ({"subject": "x" * 601}, REFUSED, "'subject'"),
        ({"audiences": []}, REFUSED, "'audiences'"),
        ({"audiences": ["a", "b"]}, REFUSED, "'audiences'"),
        ({"audiences": "a"}, BAD, "'audiences'"),
        ({"colour": "red"}, BAD, "'colour'"),
    ],
)
def test_a_wrong_one_is_refused(
    identity: Identity, path: str, changes: dict[str, Any], refusal: tuple[int, str], text: str
) -> None:
    identity.graph("POST", path, MAIN, who=OWNER)
    reply = identity.graph("POST", path, {**MAIN, **changes}, who=OWNER)
    assert graph_error(reply) == refusal
    assert text in reply.body["error"]["message"]
    assert len(identity.graph("GET", path).body["value"]) == 1


def test_the_name_stays(identity: Identity, path: str) -> None:
    identity.graph("POST", path, MAIN, who=OWNER)
    reply = identity.graph("PATCH", f"{path}/main", {"name": "other"}, who=OWNER)
    assert graph_error(reply) == REFUSED


def test_there_are_twenty_at_most(identity: Identity, path: str) -> None:
    for number in range(20):
        body = {**MAIN, "name": f"n-{number}", "subject": str(number)}
        assert identity.graph("POST", path, body, who=OWNER).status == 201
    assert graph_error(identity.graph("POST", path, MAIN, who=OWNER)) == REFUSED


def test_only_who_manages_the_application_adds_one(identity: Identity, path: str) -> None:
    reply = identity.graph("POST", path, MAIN, who="outsider")
    assert graph_error(reply) == (403, "Authorization_RequestDenied")
