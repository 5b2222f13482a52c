"""Role definitions as ARM shows them; only Azure's built-in ones are there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.roles import Role, built_in_roles, find_role
from rehearsal.cloud.arm.scopes import Scope
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.cloud.arm.dispatch import Call, Routes
    from rehearsal.cloud.store import Json

TYPE = "Microsoft.Authorization/roleDefinitions"
_READ = f"{TYPE}/read"


def add_routes(routes: Routes) -> None:
    """Add the operations; a scope goes before `/providers`, none is the root."""
    many = f"{{scope*}}/providers/{TYPE}"
    routes.add("GET", many, "RoleDefinitions_List", _list)
    routes.add("GET", f"{many}/{{role}}", "RoleDefinitions_Get", _get)


def definition_id(role: Role, subscription: str) -> str:
    """Id of the definition; that of the tenant where there is no subscription."""
    prefix = f"/subscriptions/{subscription}" if subscription else ""
    return f"{prefix}/providers/{TYPE}/{role.id}"


def _list(call: Call) -> Reply:
    _require_read(call)
    fits = _filter(call.query("$filter"))
    return Reply(200, {"value": [_document(call, r) for r in built_in_roles() if fits(r)]})


def _get(call: Call) -> Reply:
    _require_read(call)
    role = find_role(call.param("role"))
    if role is None:
        raise no_such_role(call.param("role"))
    return Reply(200, _document(call, role))


def no_such_role(reference: str) -> Exception:
    """404 for a role definition that is not there."""
    guid = reference.rstrip("/").rsplit("/", 1)[-1].replace("-", "")
    message = f"The specified role definition with ID '{guid}' does not exist."
    return errors.arm_error(404, "RoleDefinitionDoesNotExist", message)


def _require_read(call: Call) -> None:
    # Below the root everyone of the tenant may read the built-in roles.
    if call.param("scope"):
        call.require(_READ, call.param("scope"))


def _filter(expression: str) -> Callable[[Role], bool]:
    """The test that a `$filter` asks for."""
    if not expression or re.fullmatch(r"atScopeAndBelow\(\)", expression, re.IGNORECASE):
        return lambda _role: True
    if found := re.fullmatch(r"roleName eq '([^']*)'", expression, re.IGNORECASE):
        return lambda role: role.name.lower() == found[1].lower()
    if found := re.fullmatch(r"type eq '(\w+)'", expression, re.IGNORECASE):
        return lambda _role: found[1].lower() == "builtinrole"
    message = f"The filter '{expression}' is not one of roleName eq, type eq, atScopeAndBelow()."
    raise errors.arm_error(400, "UnsupportedQuery", message)


def _document(call: Call, role: Role) -> Json:
    scope = Scope.parse(call.param("scope"))
    return {
        "id": definition_id(role, scope.subscription if scope else ""),
        "name": role.id,
        "type": TYPE,
        "properties": {
            "roleName": role.name,
            "type": "BuiltInRole",
            "description": role.description,
            "assignableScopes": ["/"],
            "permissions": [
                {
                    "actions": list(role.actions),
                    "notActions": list(role.not_actions),
                    "dataActions": list(role.data_actions),
                    "notDataActions": list(role.not_data_actions),
                }
            ],
            "createdOn": "2015-02-02T21:55:09.8806423Z",
            "updatedOn": "2021-11-11T20:13:28.6061853Z",
            "createdBy": None,
            "updatedBy": None,
        },
    }
