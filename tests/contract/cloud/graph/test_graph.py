"""Graph over HTTPS, in the order in which the azuread provider and az call it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.contract.conftest import CloudEndpoint


@pytest.fixture
def graph(cloud_endpoint: CloudEndpoint) -> Iterator[httpx.Client]:
    """A client that calls as the deployer."""
    account = cloud_endpoint.account("deployer")
    with cloud_endpoint.http() as client:
        reply = client.post(
            f"/{account.tenant_id}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": account.app_id,
                "client_secret": account.secret,
                "scope": f"{cloud_endpoint.origin}/.default",
            },
        )
        client.headers["authorization"] = f"Bearer {reply.json()['access_token']}"
        yield client


def test_a_group_as_azuread_makes_it(cloud_endpoint: CloudEndpoint, graph: httpx.Client) -> None:
    deployer = cloud_endpoint.account("deployer").object_id
    person = cloud_endpoint.account("platform-admin").object_id
    assert graph.get(f"/v1.0/directoryObjects/{deployer}").is_success
    address = f"{cloud_endpoint.origin}/v1.0/directoryObjects"
    body: dict[str, Any] = {
        "displayName": f"TERRAFORM_UPDATE_{uuid.uuid4()}",
        "mailEnabled": False,
        "mailNickname": "aks-admins",
        "securityEnabled": True,
        "groupTypes": [],
        "description": None,
        "owners@odata.bind": [f"{address}/{deployer}"],
    }
    made = graph.post("/beta/groups", json=body)
    assert made.status_code == 201
    group = f"/beta/groups/{made.json()['id']}"

    assert graph.patch(group, json={"displayName": "aks-admins"}).status_code == 204
    link = {"@odata.id": f"{address}/{person}"}
    assert graph.post(f"{group}/members/$ref", json=link).status_code == 204

    assert graph.get(group).json()["displayName"] == "aks-admins"
    members = graph.get(f"{group}/members").json()["value"]
    assert [(each["@odata.type"], each["id"]) for each in members] == [
        ("#microsoft.graph.user", person)
    ]
    assert graph.delete(group).status_code == 204
    gone = graph.get(group)
    assert gone.status_code == 404
    assert gone.json()["error"]["code"] == "Request_ResourceNotFound"


def test_pages_are_followed_blindly(cloud_endpoint: CloudEndpoint, graph: httpx.Client) -> None:
    seen: set[str] = set()
    address: str | None = "/v1.0/groups?$select=id"
    while address:
        body = graph.get(address).json()
        seen |= {each["id"] for each in body["value"]}
        address = body.get("@odata.nextLink")
    assert {group.object_id for group in cloud_endpoint.world.groups} <= seen


def test_names_with_odd_characters_survive_the_path(
    cloud_endpoint: CloudEndpoint, graph: httpx.Client
) -> None:
    guest = cloud_endpoint.account("guest")
    found = graph.get(f"/v1.0/users/{guest.upn.replace('#', '%23')}").json()
    assert found["id"] == guest.object_id
    text = f"userPrincipalName eq '{guest.upn}'"
    listed = graph.get("/v1.0/users", params={"$filter": text}).json()["value"]
    assert [each["id"] for each in listed] == [guest.object_id]


def test_a_refusal_names_the_request(cloud_endpoint: CloudEndpoint) -> None:
    sent = str(uuid.uuid4())
    with cloud_endpoint.http() as client:
        reply = client.get("/v1.0/groups", headers={"client-request-id": sent})
    inner = reply.json()["error"]["innerError"]
    assert reply.status_code == 401
    assert inner["request-id"] == reply.headers["request-id"]
    assert inner["client-request-id"] == sent
