"""Role assignments: giving, reading and taking away Azure roles."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm import role_assignment_checks as checks
from rehearsal.cloud.arm.authorization import identities
from rehearsal.cloud.arm.role_definitions import definition_id, no_such_role
from rehearsal.cloud.arm.role_filters import filter_test
from rehearsal.cloud.arm.role_lag import ASSIGNMENTS, note_change
from rehearsal.cloud.arm.roles import Role, role_of
from rehearsal.cloud.arm.scopes import Scope, covers, is_guid, normalized
from rehearsal.cloud.clock import wire_time
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.cloud.arm.dispatch import Call, Routes
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json

TYPE = "Microsoft.Authorization/roleAssignments"
_DENY = "Microsoft.Authorization/denyAssignments"


def add_routes(routes: Routes) -> None:
    """Add the operations; what is before `/providers` is the scope."""
    many = f"{{scope*}}/providers/{TYPE}"
    one = f"{many}/{{name}}"
    read, write, delete = (f"{TYPE}/{verb}" for verb in ("read", "write", "delete"))
    scope = "{scope}"
    routes.add("GET", many, "RoleAssignments_ListForScope", _list, action=read, scope=scope)
    routes.add("GET", one, "RoleAssignments_Get", _get, action=read, scope=scope)
    routes.add("PUT", one, "RoleAssignments_Create", _put, action=write, scope=scope)
    routes.add("DELETE", one, "RoleAssignments_Delete", _delete, action=delete, scope=scope)
    many, read = f"{{scope*}}/providers/{_DENY}", f"{_DENY}/read"
    one = f"{many}/{{name}}"
    routes.add("GET", many, "DenyAssignments_ListForScope", _no_denials, action=read, scope=scope)
    routes.add("GET", one, "DenyAssignments_Get", _no_denial, action=read, scope=scope)


def put(  # noqa: PLR0913 - each is one property of the assignment
    cloud: Cloud,
    *,
    scope: str,
    role: Role,
    principal_id: str,
    principal_type: str,
    subscription_id: str,
) -> Json:
    """Write an assignment without asking anything, under a name made of what it says."""
    name = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{normalized(scope)}|{role.id}|{principal_id}"))
    given = {
        "roleDefinitionId": definition_id(role, subscription_id),
        "principalId": principal_id,
        "principalType": principal_type,
    }
    document = _document(scope, name, given, wire_time(cloud.clock.now()), None)
    cloud.store.put(ASSIGNMENTS, document["id"].lower(), document)
    return document


def _document(scope: str, name: str, given: Json, now: str, creator: str | None) -> Json:
    kept = ("description", "condition", "conditionVersion", "delegatedManagedIdentityResourceId")
    return {
        "id": f"{scope.rstrip('/')}/providers/{TYPE}/{name}",
        "name": name,
        "type": TYPE,
        "properties": {
            "roleDefinitionId": given["roleDefinitionId"],
            "principalId": given["principalId"],
            "principalType": given["principalType"],
            "scope": scope or "/",
            **{key: given.get(key) for key in kept},
            "createdOn": now,
            "updatedOn": now,
            "createdBy": creator,
            "updatedBy": creator,
        },
    }


def _key(call: Call) -> str:
    return f"{call.param('scope').rstrip('/')}/providers/{TYPE}/{call.param('name')}".lower()


def _get(call: Call) -> Reply:
    found = call.cloud.store.get(ASSIGNMENTS, _key(call))
    if found is None:
        message = f"The role assignment '{call.param('name')}' is not found."
        raise errors.arm_error(404, "RoleAssignmentNotFound", message)
    return Reply(200, found)


def _delete(call: Call) -> Reply:
    with call.cloud.store.transaction():
        found = call.cloud.store.get(ASSIGNMENTS, _key(call))
        if found is not None:
            note_change(call.cloud, _key(call), found)
            call.cloud.store.delete(ASSIGNMENTS, _key(call))
    return Reply(204) if found is None else Reply(200, found)


def _put(call: Call) -> Reply:
    name = call.param("name")
    if not is_guid(name):
        message = f"The role assignment ID '{name}' is not valid. The role assignment ID must be a"
        raise errors.arm_error(400, "InvalidRoleAssignmentId", f"{message} GUID.")
    scope = checks.existing_scope(call)
    given = checks.given_properties(call)
    role = role_of(call.cloud, given["roleDefinitionId"])
    if role is None:
        raise no_such_role(given["roleDefinitionId"])
    checks.check_assignable(role, scope)
    checks.check_principal(call, given)
    parsed = Scope.parse(scope)
    given["roleDefinitionId"] = definition_id(role, parsed.subscription if parsed else "")
    now = wire_time(call.cloud.clock.now())
    document = _document(scope, name, given, now, call.caller.object_id)
    with call.cloud.store.transaction():
        existing = call.cloud.store.get(ASSIGNMENTS, _key(call))
        if existing is not None:
            checks.check_same(existing, document)
            for key in ("createdOn", "createdBy"):
                document["properties"][key] = existing["properties"][key]
        else:
            note_change(call.cloud, _key(call), None)
        checks.check_no_twin(call.cloud, document)
        call.cloud.store.put(ASSIGNMENTS, _key(call), document)
    return Reply(201 if existing is None else 200, document)


def _list(call: Call) -> Reply:
    scope = call.param("scope")
    fits = _filter(call)
    rows = [
        row
        for _, row in call.cloud.store.all(ASSIGNMENTS)
        if (covers(row["properties"]["scope"], scope) or covers(scope, row["properties"]["scope"]))
        and fits(row["properties"])
    ]
    return Reply(200, {"value": rows})


def _filter(call: Call) -> Callable[[Json], bool]:
    """What the `$filter` lets pass, of an assignment's properties."""

    def assigned_to(object_id: str) -> Callable[[Json], bool]:
        own = identities(call.cloud, object_id)
        return lambda properties: properties["principalId"].lower() in own

    scope = call.param("scope")
    terms: dict[str, Callable[[str], Callable[[Json], bool]]] = {
        "atScope()": lambda _: lambda properties: covers(properties["scope"], scope),
        "principalId eq": lambda given: lambda row: row["principalId"].lower() == given.lower(),
        "assignedTo()": assigned_to,
    }
    return filter_test(call.query("$filter"), terms)


def _no_denials(_call: Call) -> Reply:
    """Only Azure itself makes deny assignments, for services that the local Azure lacks."""
    return Reply(200, {"value": []})


def _no_denial(call: Call) -> Reply:
    message = f"The deny assignment '{call.param('name')}' is not found."
    raise errors.arm_error(404, "DenyAssignmentNotFound", message)
