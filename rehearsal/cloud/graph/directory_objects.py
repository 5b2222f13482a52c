"""/directoryObjects and /organization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.graph.navigation import objects
from rehearsal.cloud.graph.options import names_in
from rehearsal.cloud.graph.pages import TYPES, shown
from rehearsal.cloud.graph.references import DIRECTORY_OBJECTS
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.store import Json

GET_AT_MOST = 1000


def get_object(call: Call) -> Reply:
    """An object of whatever type; the reply says which."""
    object_id = call.request.params["id"]
    found = call.directory.find(object_id)
    if found is None:
        raise call.refuse.missing(object_id)
    kind, document = found
    if not call.rights.read(kind, document["id"]):
        raise call.refuse.denied()
    context = f"{call.base}/$metadata#{DIRECTORY_OBJECTS}/$entity"
    select = names_in(call.request.query.get("$select", ""))
    return Reply(200, {"@odata.context": context, **shown(call, found, select)})


def get_by_ids(call: Call) -> Reply:
    """Objects of the ids in the body that the caller may read; the others are left out."""
    body = call.body()
    wanted = call.texts(body, "ids", at_most=GET_AT_MOST)
    types = call.texts(body, "types") if body.get("types") else []
    names = {f"#microsoft.graph.{name}".lower() for name in types}
    every = not names or "#microsoft.graph.directoryobject" in names
    kept = [
        found
        for found in objects(call.directory, wanted)
        if every or TYPES[found[0]].lower() in names
        if call.rights.read(found[0], found[1]["id"])
    ]
    select = names_in(call.request.query.get("$select", ""))
    value = [shown(call, each, select) for each in kept]
    context = f"{call.base}/$metadata#{DIRECTORY_OBJECTS}"
    return Reply(200, {"@odata.context": context, "value": value})


def organization(call: Call) -> Reply:
    """The tenant."""
    tenant = call.directory.tenant()
    domain: Json = {
        "capabilities": "Email, OfficeCommunicationsOnline",
        "isDefault": True,
        "isInitial": True,
        "name": tenant.domain,
        "type": "Managed",
    }
    body: Json = {
        "@odata.context": f"{call.base}/$metadata#organization",
        "value": [
            {
                "id": tenant.id,
                "displayName": tenant.display_name,
                "tenantType": "AAD",
                "verifiedDomains": [domain],
            }
        ],
    }
    return Reply(200, body)
