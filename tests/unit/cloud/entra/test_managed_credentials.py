"""Credentials that Graph and ARM give and take back, as the token endpoint sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud import github
from tests.support.arm import Arm
from tests.support.assertions import EXCHANGE, present
from tests.support.identity import ORIGIN, WORLD, Identity, claims_of, error_of

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud

SUBJECT = "repo:contoso/shop:environment:prd"
TRUSTED = {
    "issuer": github.issuer(ORIGIN),
    "subject": SUBJECT,
    "audiences": [EXCHANGE],
}


def workflow_token(identity: Identity) -> str:
    bearer = github.request_token(identity.cloud.home)
    address = f"{github.request_address(ORIGIN, SUBJECT)}&audience={EXCHANGE}"
    reply = identity.request("GET", address, headers={"authorization": f"Bearer {bearer}"})
    return reply.body["value"]


def made_administrator(cloud: Cloud) -> str:
    """Somebody who may write applications."""
    object_id = WORLD.account("platform-admin").object_id
    roles = frozenset({"Application Administrator"})
    cloud.directory.grant(object_id, graph=frozenset(), directory_roles=roles)
    return "platform-admin"


def test_an_application_trusts_whom_graph_says(cloud: Cloud, identity: Identity) -> None:
    who = made_administrator(cloud)
    app_id = WORLD.account("expired").app_id
    path = f"/applications(appId='{app_id}')/federatedIdentityCredentials"
    made = identity.graph("POST", path, {"name": "shop-prd", **TRUSTED}, who=who)
    assert made.status == 201
    assert present(identity, app_id, workflow_token(identity)).status == 200
    assert identity.graph("DELETE", f"{path}/{made.body['id']}", who=who).status == 204
    refused = present(identity, app_id, workflow_token(identity))
    assert error_of(refused) == (401, "invalid_client", 70025)


def test_a_managed_identity_trusts_whom_arm_says(cloud: Cloud, identity: Identity) -> None:
    arm = Arm(cloud)
    path = f"{arm.group()}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/shop"
    body = {"location": "westeurope"}
    made = arm.call("PUT", path, body, version="2023-01-31").body["properties"]
    credential = f"{path}/federatedIdentityCredentials/shop-prd"
    reply = arm.call("PUT", credential, {"properties": TRUSTED}, version="2023-01-31")
    assert reply.status == 201
    found = present(identity, made["clientId"], workflow_token(identity))
    assert claims_of(found.body["access_token"])["oid"] == made["principalId"]
    assert arm.call("DELETE", credential, version="2023-01-31").status == 200
    refused = present(identity, made["clientId"], workflow_token(identity))
    assert error_of(refused) == (401, "invalid_client", 70025)
