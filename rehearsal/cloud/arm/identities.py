"""User-assigned managed identities, and whom they trust.

Each is a service principal of the directory too, so that a role can be assigned to it.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.plain_resources import GROUP, Kind
from rehearsal.cloud.arm.resources import resources_in
from rehearsal.cloud.arm.subscriptions import tenant_of
from rehearsal.cloud.graph.documents import service_principal

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json

TYPE = "Microsoft.ManagedIdentity/userAssignedIdentities"
FEDERATED = "graph/federatedCredential"
"""Kind of the store's documents that Entra reads: key `<client id>/<name>` in lower case."""


def made_up_ids(resource_id: str) -> tuple[str, str]:
    """(object id, application id) of an identity, the same every time."""
    key = resource_id.lower()
    return str(uuid.uuid5(uuid.NAMESPACE_URL, key)), str(uuid.uuid5(uuid.NAMESPACE_OID, key))


def add_principal(cloud: Cloud, document: Json) -> None:
    """Make the service principal of a resource that has an identity of its own, or is one."""
    if document["type"] != TYPE and _own_kind(document) != "systemassigned":
        return
    object_id, app_id = made_up_ids(document["id"])
    principal = service_principal(
        object_id=object_id,
        app_id=app_id,
        display_name=document["name"],
        owner_tenant_id=cloud.directory.tenant().id,
        names=(),
    )
    principal["servicePrincipalType"] = "ManagedIdentity"
    cloud.directory.put("ServicePrincipal", principal)


def drop_principal(cloud: Cloud, document: Json) -> None:
    """Delete that service principal and its credentials; nothing happens if there is none."""
    object_id, app_id = made_up_ids(document["id"])
    cloud.directory.remove("ServicePrincipal", object_id)
    for key, _ in cloud.store.all(FEDERATED, f"{app_id}/"):
        cloud.store.delete(FEDERATED, key)


def _own_kind(document: Json) -> str:
    identity: Json = document.get("identity") or {}
    return identity.get("type", "").lower()


def _complete(call: Call, document: Json, _existing: Json | None) -> None:
    object_id, app_id = made_up_ids(document["id"])
    document["properties"].update(
        tenantId=tenant_of(call.cloud, call.param("subscription")),
        principalId=object_id,
        clientId=app_id,
    )


def _refuse_twin(call: Call, document: Json, _existing: Json | None) -> None:
    """An issuer and a subject stand for one identity at most once."""
    pair = ("issuer", "subject")
    identity, _, name = document["id"].rpartition("/")
    for other in resources_in(call.cloud, identity):
        same = all(other["properties"].get(key) == document["properties"][key] for key in pair)
        if same and other["name"].lower() != name.lower():
            message = "Issuer and subject combination already exists for this Managed Identity."
            raise errors.arm_error(409, "Conflict", message)


def _credential_key(document: Json) -> str:
    identity = document["id"].rpartition("/federatedIdentityCredentials/")[0]
    return f"{made_up_ids(identity)[1]}/{document['name']}".lower()


def _trust(cloud: Cloud, document: Json) -> None:
    credential = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, document["id"].lower())),
        "name": document["name"],
        "description": None,
        **document["properties"],
    }
    cloud.store.put(FEDERATED, _credential_key(document), credential)


def _distrust(cloud: Cloud, document: Json) -> None:
    cloud.store.delete(FEDERATED, _credential_key(document))


_MANY = f"{GROUP}/providers/{TYPE}"
KINDS = (
    Kind(
        TYPE,
        "UserAssignedIdentities",
        _MANY,
        "2015-08-31",
        tracked=True,
        complete=_complete,
        written=add_principal,
        dropped=drop_principal,
    ),
    Kind(
        f"{TYPE}/federatedIdentityCredentials",
        "FederatedIdentityCredentials",
        f"{_MANY}/{{parent}}/federatedIdentityCredentials",
        "2022-01-31",
        complete=_refuse_twin,
        written=_trust,
        dropped=_distrust,
    ),
)
