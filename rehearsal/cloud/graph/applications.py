"""/applications and /servicePrincipals: registrations, their principals and their secrets."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from rehearsal.cloud.clock import wire_time
from rehearsal.cloud.graph import documents
from rehearsal.cloud.graph.credentials import Credentials
from rehearsal.cloud.graph.pages import SETS, entity, listing
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.graph.pages import Found
    from rehearsal.cloud.store import Json

Kind = Literal["Application", "ServicePrincipal"]
READ_ONLY = frozenset({"id", "appId", "createdDateTime", "deletedDateTime", "publisherDomain"})


def list_all(call: Call, kind: Kind) -> Reply:
    """All applications or service principals."""
    if not call.rights.read(kind):
        raise call.refuse.denied()
    found: list[Found] = [(kind, _with_secrets(call, each)) for each in call.directory.all(kind)]
    return listing(call, SETS[kind], found, typed=False)


def get_one(call: Call, kind: Kind) -> Reply:
    """One of them, by object id or by `(appId='...')`."""
    document = call.readable(kind, _id(call, kind))
    return entity(call, kind, _with_secrets(call, document))


def create_application(call: Call) -> Reply:
    """Register an application; whoever does becomes its first owner."""
    if not call.rights.create("Application"):
        raise call.refuse.denied()
    body = call.body()
    if not isinstance(body.get("displayName"), str) or not body["displayName"]:
        raise call.refuse.bad(
            "A value is required for property 'displayName' of resource 'Application'."
        )
    application = documents.application(
        object_id=str(uuid.uuid4()),
        app_id=str(uuid.uuid4()),
        display_name=body["displayName"],
        domain=call.directory.tenant().domain,
        created=wire_time(call.cloud.clock.now()),
    )
    return _created(call, "Application", application, body)


def create_service_principal(call: Call) -> Reply:
    """Make the principal of a registered application; whoever does becomes its first owner."""
    if not call.rights.create("ServicePrincipal"):
        raise call.refuse.denied()
    body = call.body()
    app_id = str(body.pop("appId", ""))
    application = _by_app_id(call, "Application", app_id)
    if application is None:
        raise call.refuse.bad(
            f"The appId '{app_id}' of the service principal does not reference a valid application"
            " object."
        )
    if _by_app_id(call, "ServicePrincipal", app_id) is not None:
        raise call.refuse.error(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            "The service principal cannot be created, updated, or restored because the service"
            f" principal name {app_id} is already in use.",
        )
    service_principal = documents.service_principal(
        object_id=str(uuid.uuid4()),
        app_id=application["appId"],
        display_name=application["displayName"],
        owner_tenant_id=call.caller.tenant_id,
        names=application["identifierUris"],
    )
    return _created(call, "ServicePrincipal", service_principal, body)


def update(call: Call, kind: Kind) -> Reply:
    """Change properties."""
    document = call.manageable(kind, _id(call, kind))
    _apply(call, document, call.body())
    call.directory.put(kind, document)
    return Reply(204)


def delete(call: Call, kind: Kind) -> Reply:
    """Delete; with an application goes its service principal."""
    document = call.manageable(kind, _id(call, kind))
    with call.cloud.store.transaction():
        call.directory.remove(kind, document["id"])
        if kind == "Application":
            principal = _by_app_id(call, "ServicePrincipal", document["appId"])
            if principal is not None:
                call.directory.remove("ServicePrincipal", principal["id"])
    return Reply(204)


def add_password(call: Call, kind: Kind) -> Reply:
    """Make a client secret; its text is in this reply and in none after it."""
    document = call.manageable(kind, _id(call, kind))
    wanted: Any = call.body().get("passwordCredential") or {}
    try:
        end = datetime.fromisoformat(wanted["endDateTime"]) if "endDateTime" in wanted else None
    except (TypeError, ValueError):
        raise call.refuse.bad("Invalid value specified for property 'endDateTime'.") from None
    credentials = Credentials(call.cloud.store, call.cloud.clock)
    made = credentials.add_secret(
        document["appId"], display_name=wanted.get("displayName"), end=end
    )
    context = f"{call.base}/$metadata#microsoft.graph.passwordCredential"
    return Reply(200, {"@odata.context": context, **made.credential, "secretText": made.text})


def remove_password(call: Call, kind: Kind) -> Reply:
    """Take a client secret back."""
    document = call.manageable(kind, _id(call, kind))
    key_id = str(call.body().get("keyId", ""))
    credentials = Credentials(call.cloud.store, call.cloud.clock)
    if not credentials.remove_secret(document["appId"], key_id):
        raise call.refuse.bad("No password credential found with keyId.")
    return Reply(204)


def _created(call: Call, kind: Kind, document: Json, body: Json) -> Reply:
    _apply(call, document, body)
    with call.cloud.store.transaction():
        call.directory.put(kind, document)
        call.directory.add("owners", document["id"], call.caller.object_id)
    return entity(call, kind, document, 201)


def _apply(call: Call, document: Json, body: Json) -> None:
    for name, value in body.items():
        if name.startswith("@") or "@odata" in name:
            continue
        if name not in document or (name in READ_ONLY and value != document[name]):
            raise call.refuse.bad(f"Invalid property '{name}'.")
        if name == "passwordCredentials" and value:
            raise call.refuse.bad("New password credentials must be generated with addPassword.")
        document[name] = value


def _id(call: Call, kind: Kind) -> str:
    app_id = call.request.params.get("appid")
    if app_id is None:
        return call.request.params["id"]
    found = _by_app_id(call, kind, app_id)
    return found["id"] if found is not None else app_id


def _by_app_id(call: Call, kind: Kind, app_id: str) -> Json | None:
    for document in call.directory.all(kind):
        if document["appId"] == app_id.lower():
            return document
    return None


def _with_secrets(call: Call, document: Json) -> Json:
    credentials = Credentials(call.cloud.store, call.cloud.clock)
    return document | {"passwordCredentials": credentials.shown(document["appId"])}
