"""Role definitions: Azure's built-in roles, and custom ones that can be made and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm import role_definition_checks as checks
from rehearsal.cloud.arm.role_filters import filter_test
from rehearsal.cloud.arm.roles import (
    CUSTOM,
    Role,
    all_roles,
    custom_role,
    find_role,
    guid_of,
    role_of,
)
from rehearsal.cloud.arm.scopes import Scope, covers
from rehearsal.cloud.clock import wire_time
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.cloud.arm.dispatch import Call, Routes
    from rehearsal.cloud.store import Json

TYPE = "Microsoft.Authorization/roleDefinitions"
_READ, _WRITE, _DELETE = (f"{TYPE}/{verb}" for verb in ("read", "write", "delete"))
_BUILT_IN: Json = {
    "createdOn": "2015-02-02T21:55:09.8806423Z",
    "updatedOn": "2021-11-11T20:13:28.6061853Z",
    "createdBy": None,
    "updatedBy": None,
}


def add_routes(routes: Routes) -> None:
    """Add the operations; a scope goes before `/providers`, none is the root."""
    many = f"{{scope*}}/providers/{TYPE}"
    one = f"{many}/{{role}}"
    scope = "{scope}"
    routes.add("GET", many, "RoleDefinitions_List", _list)
    routes.add("GET", one, "RoleDefinitions_Get", _get)
    routes.add("PUT", one, "RoleDefinitions_CreateOrUpdate", _put, action=_WRITE, scope=scope)
    routes.add("DELETE", one, "RoleDefinitions_Delete", _delete, action=_DELETE, scope=scope)


def definition_id(role: Role, subscription: str) -> str:
    """Id of the definition; that of the tenant where there is no subscription."""
    prefix = f"/subscriptions/{subscription}" if subscription else ""
    return f"{prefix}/providers/{TYPE}/{role.id}"


def no_such_role(reference: str) -> Exception:
    """404 for a role definition that is not there."""
    guid = guid_of(reference).replace("-", "")
    message = f"The specified role definition with ID '{guid}' does not exist."
    return errors.arm_error(404, "RoleDefinitionDoesNotExist", message)


def _list(call: Call) -> Reply:
    _require_read(call)
    fits = _filter(call)
    found = [_document(call, role) for role in all_roles(call.cloud) if fits(role)]
    return Reply(200, {"value": found})


def _get(call: Call) -> Reply:
    _require_read(call)
    role = role_of(call.cloud, call.param("role"))
    if role is None:
        raise no_such_role(call.param("role"))
    return Reply(200, _document(call, role))


def _put(call: Call) -> Reply:
    guid = checks.custom_guid(call)
    properties = checks.given_properties(call)
    now, who = wire_time(call.cloud.clock.now()), call.caller.object_id
    properties |= {"createdOn": now, "updatedOn": now, "createdBy": who, "updatedBy": who}
    with call.cloud.store.transaction():
        existing = call.cloud.store.get(CUSTOM, guid)
        if existing is not None:
            properties |= {key: existing[key] for key in ("createdOn", "createdBy")}
        checks.check_linked_scopes(call, _WRITE, properties, existing)
        checks.check_name(call.cloud, guid, properties["roleName"])
        call.cloud.store.put(CUSTOM, guid, properties)
    return Reply(201, _document(call, custom_role(guid, properties)))


def _delete(call: Call) -> Reply:
    guid = checks.custom_guid(call)
    with call.cloud.store.transaction():
        existing = call.cloud.store.get(CUSTOM, guid)
        if existing is None:
            return Reply(204)
        checks.check_linked_scopes(call, _DELETE, existing, None)
        checks.check_unused(call.cloud, guid)
        document = _document(call, custom_role(guid, existing))
        call.cloud.store.delete(CUSTOM, guid)
    return Reply(200, document)


def _require_read(call: Call) -> None:
    # Below the root everyone of the tenant may read the built-in roles.
    if call.param("scope"):
        call.require(_READ, call.param("scope"))


def _filter(call: Call) -> Callable[[Role], bool]:
    """What the list's scope and its `$filter` let pass."""
    scope, expression = call.param("scope"), call.query("$filter")
    below = "atscopeandbelow()" in expression.lower()

    def at_scope(role: Role) -> bool:
        if not scope:
            return role.assignable_scopes == ("/",)
        return any(
            covers(assignable, scope) or (below and covers(scope, assignable))
            for assignable in role.assignable_scopes
        )

    terms: dict[str, Callable[[str], Callable[[Role], bool]]] = {
        "atScopeAndBelow()": lambda _: lambda _role: True,
        "roleName eq": lambda name: lambda role: role.name.lower() == name.lower(),
        "type eq": lambda kind: lambda role: _kind(role).lower() == kind.lower(),
    }
    fits = filter_test(expression, terms)
    return lambda role: at_scope(role) and fits(role)


def _kind(role: Role) -> str:
    return "CustomRole" if find_role(role.id) is None else "BuiltInRole"


def _document(call: Call, role: Role) -> Json:
    scope = Scope.parse(call.param("scope"))
    dates = call.cloud.store.get(CUSTOM, role.id) or _BUILT_IN
    return {
        "id": definition_id(role, scope.subscription if scope else ""),
        "name": role.id,
        "type": TYPE,
        "properties": {
            "roleName": role.name,
            "type": _kind(role),
            "description": role.description,
            "assignableScopes": list(role.assignable_scopes),
            "permissions": [
                {
                    "actions": list(role.actions),
                    "notActions": list(role.not_actions),
                    "dataActions": list(role.data_actions),
                    "notDataActions": list(role.not_data_actions),
                }
            ],
            **{key: dates[key] for key in _BUILT_IN},
        },
    }
