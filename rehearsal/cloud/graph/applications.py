"""/applications and /servicePrincipals: registrations, their principals and their secrets."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, cast

from rehearsal.cloud.clock import wire_time
from rehearsal.cloud.graph import documents
from rehearsal.cloud.graph.credentials import Credentials
from rehearsal.cloud.graph.key_credentials import accepted
from rehearsal.cloud.graph.pages import created
from rehearsal.cloud.graph.properties import apply, check, require
from rehearsal.cloud.graph.recycle_bin import RecycleBin
from rehearsal.cloud.graph.references import add_reference, bound_ids
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.store import Json

Kind = Literal["Application", "ServicePrincipal"]
OWNERS = "owners@odata.bind"


def create_application(call: Call) -> Reply:
    """Register an application; whoever does becomes its first owner."""
    if not call.rights.create("Application"):
        raise call.refuse.denied()
    body = call.body()
    require(call, "Application", body, ["displayName"])
    application = documents.application(
        object_id=str(uuid.uuid4()),
        app_id=str(uuid.uuid4()),
        display_name="",
        domain=call.directory.tenant().domain,
        created=wire_time(call.cloud.clock.now()),
    )
    return _create(call, "Application", application, body)


def create_service_principal(call: Call) -> Reply:
    """Make the principal of a registered application; whoever does becomes its first owner."""
    if not call.rights.create("ServicePrincipal"):
        raise call.refuse.denied()
    body = call.body()
    app_id = str(body.pop("appId", "")).lower()
    application = next(
        (each for each in call.directory.all("Application") if each["appId"] == app_id), None
    )
    if application is None:
        raise call.refuse.bad(
            f"The appId '{app_id}' of the service principal does not reference a valid application"
            " object."
        )
    if call.directory.taken("ServicePrincipal", "appId", app_id):
        raise call.refuse.error(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            "The service principal cannot be created, updated, or restored because the service"
            f" principal name {app_id} is already in use.",
        )
    service_principal = documents.service_principal(
        object_id=str(uuid.uuid4()),
        app_id=app_id,
        display_name=application["displayName"],
        owner_tenant_id=call.caller.tenant_id,
        names=application["identifierUris"],
    )
    return _create(call, "ServicePrincipal", service_principal, body)


def update(call: Call, kind: Kind) -> Reply:
    """Change properties."""
    document = call.manageable(kind)
    _apply(call, kind, document, call.body())
    call.directory.put(kind, document)
    return Reply(204)


def delete(call: Call, kind: Kind) -> Reply:
    """Delete; with an application goes its service principal. Both can be restored for a while."""
    document = call.manageable(kind)
    removed = RecycleBin(call.cloud)
    with call.cloud.store.transaction():
        removed.put(kind, document["id"])
        if kind == "Application":
            principal = call.directory.find_by_app_id(document["appId"])
            if principal is not None:
                removed.put("ServicePrincipal", principal.object_id)
    return Reply(204)


def add_password(call: Call, kind: Kind) -> Reply:
    """Make a client secret; its text is in this reply and in none after it."""
    document = call.manageable(kind)
    given: Any = call.body().get("passwordCredential") or {}
    wanted: Json = cast("Json", given) if isinstance(given, dict) else {"displayName": given}
    name = wanted.get("displayName")
    if not isinstance(name, str | None):
        raise call.refuse.bad("Invalid value specified for property 'passwordCredential'.")
    credentials = Credentials(call.cloud.store, call.cloud.clock)
    end = _moment(call, wanted, "endDateTime")
    start = _moment(call, wanted, "startDateTime") or call.cloud.clock.now()
    if end is not None and end <= start:
        raise call.refuse.bad("The 'endDateTime' of a password credential must be after its start.")
    made = credentials.add_secret(document["appId"], display_name=name, end=end)
    context = f"{call.base}/$metadata#microsoft.graph.passwordCredential"
    return Reply(200, {"@odata.context": context, **made.credential, "secretText": made.text})


def remove_password(call: Call, kind: Kind) -> Reply:
    """Take a client secret back."""
    document = call.manageable(kind)
    key_id = str(call.body().get("keyId", ""))
    credentials = Credentials(call.cloud.store, call.cloud.clock)
    if not credentials.remove_secret(document["appId"], key_id):
        raise call.refuse.bad("No password credential found with keyId.")
    return Reply(204)


def with_secrets(call: Call, document: Json) -> Json:
    """The application with what is shown of its secrets."""
    credentials = Credentials(call.cloud.store, call.cloud.clock)
    return document | {"passwordCredentials": credentials.shown(document["appId"])}


def _create(call: Call, kind: Kind, document: Json, body: Json) -> Reply:
    owners = bound_ids(call, body, OWNERS) or [call.caller.object_id]
    _apply(call, kind, document, body)
    with call.cloud.store.transaction():
        call.directory.put(kind, document)
        for owner in owners:
            add_reference(call, "owners", document, owner)
    return created(call, kind, document)


def _apply(call: Call, kind: Kind, document: Json, body: Json) -> None:
    check(call, kind, body)
    if body.get("displayName", "x") in ("", None):
        raise call.refuse.bad("Invalid value specified for property 'displayName'.")
    if body.get("passwordCredentials"):
        raise call.refuse.bad("New password credentials must be generated with addPassword.")
    changes = dict(body)
    if body.get("keyCredentials") is not None:
        changes["keyCredentials"] = accepted(call, document, body["keyCredentials"])
    if kind == "Application":
        _check_identifiers(call, document, body.get("identifierUris") or [])
    apply(document, changes)


def _check_identifiers(call: Call, document: Json, uris: list[Any]) -> None:
    """Refuse identifier URIs that are none or that another application has."""
    if not all(isinstance(each, str) for each in uris):
        raise call.refuse.bad("Invalid value specified for property 'identifierUris'.")
    for other in call.directory.all("Application"):
        if other["id"] != document["id"] and set(uris) & set(other["identifierUris"]):
            raise call.refuse.bad(
                "Another object with the same value for property identifierUris already exists."
            )


def _moment(call: Call, wanted: Json, name: str) -> datetime | None:
    text = wanted.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        raise call.refuse.bad(f"Invalid value specified for property '{name}'.") from None
