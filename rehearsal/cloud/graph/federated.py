"""/applications/{id}/federatedIdentityCredentials: whose tokens an application may show as its own.

Kept where Entra looks for them: under the application's client id and their own id. By
https://learn.microsoft.com/graph/api/resources/federatedidentitycredential; the texts of the
refusals are those of Azure/azure-dev#1482 and Azure/azure-workload-identity#434.
"""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.store import Json, Store

STORED = "graph/federatedCredential"
REQUIRED = ("name", "issuer", "subject", "audiences")
AT_MOST = 20
LONGEST = 600
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,119}")
INVALID = "InvalidFederatedIdentityCredentialValue"


def list_credentials(call: Call) -> Reply:
    """All of an application."""
    application = call.readable("Application")
    body: Json = {
        "@odata.context": _context(call, application),
        "value": _all(call, application["appId"]),
    }
    return Reply(200, body)


def get_credential(call: Call) -> Reply:
    """One, by its id or its name."""
    application = call.readable("Application")
    found = _one(call, application)
    return Reply(200, {"@odata.context": f"{_context(call, application)}/$entity", **found})


def create_credential(call: Call) -> Reply:
    """Trust one more subject of an issuer."""
    application = call.manageable("Application")
    body = call.body()
    for name in REQUIRED:
        if not body.get(name):
            raise call.refuse.error(400, INVALID, f"The property '{name}' is required.")
    credential: Json = {
        "id": str(uuid.uuid4()),
        "name": "",
        "issuer": "",
        "subject": "",
        "description": None,
        "audiences": [],
    }
    _change(call, application, credential, body)
    return Reply(201, {"@odata.context": f"{_context(call, application)}/$entity", **credential})


def update_credential(call: Call) -> Reply:
    """Change one; its name stays."""
    application = call.manageable("Application")
    found, body = _one(call, application), call.body()
    if body.get("name", found["name"]) != found["name"]:
        raise call.refuse.error(400, INVALID, "The property 'name' cannot be changed.")
    _change(call, application, found, body)
    return Reply(204)


def delete_credential(call: Call) -> Reply:
    """Trust it no longer."""
    application = call.manageable("Application")
    found = _one(call, application)
    call.cloud.store.delete(STORED, f"{application['appId']}/{found['id']}")
    return Reply(204)


def forget_credentials(store: Store, app_id: str) -> None:
    """Delete all of an application."""
    for key, _ in store.all(STORED, f"{app_id}/"):
        store.delete(STORED, key)


def _change(call: Call, application: Json, credential: Json, body: Json) -> None:
    """Write the body's properties, if what comes of it can be kept.

    Raises:
        CloudError: it cannot (400), or there is another of that name (409).
    """
    for name, value in body.items():
        if "@" in name:
            continue
        if name not in credential or (name == "id" and value != credential["id"]):
            raise call.refuse.bad(f"Invalid property '{name}'.")
        credential[name] = value
    _check_values(call, credential)
    others = [each for each in _all(call, application["appId"]) if each["id"] != credential["id"]]
    if len(others) >= AT_MOST:
        raise call.refuse.error(
            400, INVALID, f"An application can have at most {AT_MOST} federated credentials."
        )
    if any(each["name"].lower() == credential["name"].lower() for each in others):
        raise call.refuse.error(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            f"FederatedIdentityCredential with name {credential['name']} already exists.",
        )
    issuer, subject = credential["issuer"], credential["subject"]
    if any((each["issuer"], each["subject"]) == (issuer, subject) for each in others):
        raise call.refuse.error(
            400,
            INVALID,
            "The combination of issuer and subject must be unique for the application. Issuer"
            f" {issuer} and Subject: {subject} already exist.",
        )
    call.cloud.store.put(STORED, f"{application['appId']}/{credential['id']}", credential)


def _check_values(call: Call, credential: Json) -> None:
    audiences: Any = credential["audiences"]
    for name in ("name", "issuer", "subject", "description"):
        value = credential[name]
        if not (isinstance(value, str) or (value is None and name == "description")):
            raise call.refuse.error(400, INVALID, f"The property '{name}' must be text.")
        if value is not None and len(value) > LONGEST:
            raise call.refuse.error(
                400, INVALID, f"The property '{name}' is longer than {LONGEST} characters."
            )
    if not NAME.fullmatch(credential["name"]):
        raise call.refuse.error(
            400,
            INVALID,
            "The property 'name' must have 3 to 120 letters, digits, hyphens and underscores, and"
            " start with a letter or a digit.",
        )
    if len(call.texts(credential, "audiences")) != 1 or not audiences[0]:
        raise call.refuse.error(400, INVALID, "The property 'audiences' must have one audience.")


def _one(call: Call, application: Json) -> Json:
    wanted = call.request.params["credential"].lower()
    for each in _all(call, application["appId"]):
        if wanted in (each["id"], each["name"].lower()):
            return each
    raise call.refuse.missing(call.request.params["credential"])


def _all(call: Call, app_id: str) -> list[Json]:
    return [document for _, document in call.cloud.store.all(STORED, f"{app_id}/")]


def _context(call: Call, application: Json) -> str:
    path = f"applications('{application['id']}')/federatedIdentityCredentials"
    return f"{call.base}/$metadata#{path}"
