"""Graph's application permissions as app roles: listing, granting and taking them back.

By https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignments; the ids are those
of https://learn.microsoft.com/graph/permissions-reference. Other resources have no app roles here.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from rehearsal.cloud.graph.first_party import GRAPH
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.store import Json

IDS = {
    "AppRoleAssignment.ReadWrite.All": "06b708a9-e830-4db3-a914-8e69da51d44f",
    "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    "Application.ReadWrite.All": "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
    "Application.ReadWrite.OwnedBy": "18a4783c-866b-4cc7-a460-3d5e5662c884",
    "Directory.Read.All": "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
    "Directory.ReadWrite.All": "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
    "Group.Create": "bf7b1a76-6e77-406b-b258-bf5c7720e98f",
    "Group.Read.All": "5b567255-7703-4780-807c-7be8301ae99b",
    "Group.ReadWrite.All": "62a82d76-70ea-41e2-9197-370581804d09",
    "GroupMember.Read.All": "98830695-27a2-44f7-8c18-0c3ebc9698f6",
    "GroupMember.ReadWrite.All": "dbaae8cf-10b5-4b86-a4a1-f871c94c6695",
    "RoleManagement.ReadWrite.Directory": "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
    "User-PasswordProfile.ReadWrite.All": "cc117bb9-00cf-4eb8-b580-ea2a878fe8f7",
    "User.Invite.All": "09850681-111b-4a89-9bed-3f2cae46d706",
    "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
    "User.ReadWrite.All": "741f803b-c850-494e-b5df-cde7c675a1ca",
}
NAMES = {role_id: name for name, role_id in IDS.items()}


def app_roles(app_id: str) -> list[Json]:
    """App roles of a resource, as its service principal shows them."""
    if app_id != GRAPH:
        return []
    return [
        {
            "allowedMemberTypes": ["Application"],
            "description": name,
            "displayName": name,
            "id": role_id,
            "isEnabled": True,
            "origin": "Application",
            "value": name,
        }
        for name, role_id in IDS.items()
    ]


def list_assignments(call: Call) -> Reply:
    """Permissions that the service principal was granted."""
    principal = call.readable("ServicePrincipal")
    granted = sorted(call.directory.permissions(principal["id"]) & IDS.keys())
    value = [_assignment(call, principal, name) for name in granted]
    context = f"{call.base}/$metadata#appRoleAssignments"
    return Reply(200, {"@odata.context": context, "value": value})


def create_assignment(call: Call) -> Reply:
    """Grant the service principal one of Graph's permissions."""
    principal = _grantable(call)
    body = call.body()
    graph = call.directory.find_by_app_id(GRAPH)
    name = NAMES.get(str(body.get("appRoleId")).lower())
    if graph is None or str(body.get("resourceId")).lower() != graph.object_id or name is None:
        raise call.refuse.bad("Permission being assigned was not found on application.")
    if str(body.get("principalId")).lower() != principal["id"]:
        raise call.refuse.bad("Invalid value specified for property 'principalId'.")
    granted = call.directory.permissions(principal["id"])
    if name in granted:
        raise call.refuse.bad("Permission being assigned already exists on the object.")
    _grant(call, principal, granted | {name})
    context = f"{call.base}/$metadata#appRoleAssignments/$entity"
    return Reply(201, {"@odata.context": context, **_assignment(call, principal, name)})


def delete_assignment(call: Call) -> Reply:
    """Take a permission back."""
    principal = _grantable(call)
    granted, wanted = call.directory.permissions(principal["id"]), call.request.params["assignment"]
    kept = frozenset(name for name in granted if _id(principal, name) != wanted.lower())
    if kept == granted:
        raise call.refuse.missing(wanted)
    _grant(call, principal, kept)
    return Reply(204)


def _grantable(call: Call) -> Json:
    principal = call.found("ServicePrincipal")
    if not call.rights.grant_permissions():
        raise call.refuse.denied()
    return principal


def _grant(call: Call, principal: Json, names: frozenset[str]) -> None:
    roles = call.directory.directory_roles(principal["id"])
    call.directory.grant(principal["id"], graph=names, directory_roles=roles)


def _assignment(call: Call, principal: Json, name: str) -> Json:
    graph = call.directory.find_by_app_id(GRAPH)
    return {
        "id": _id(principal, name),
        "deletedDateTime": None,
        "appRoleId": IDS[name],
        "createdDateTime": None,
        "principalDisplayName": principal["displayName"],
        "principalId": principal["id"],
        "principalType": "ServicePrincipal",
        "resourceDisplayName": graph.display_name if graph else None,
        "resourceId": graph.object_id if graph else None,
    }


def _id(principal: Json, name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{principal['id']} {name}"))
