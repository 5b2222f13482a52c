"""What is refused when a custom role is made, changed or deleted, and in which words.

Codes and texts: https://learn.microsoft.com/azure/role-based-access-control/troubleshooting and
.../custom-roles; where they are not published, the text is this project's own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.bodies import check, conformed
from rehearsal.cloud.arm.dispatch import SUBSCRIPTIONS
from rehearsal.cloud.arm.role_lag import ASSIGNMENTS
from rehearsal.cloud.arm.roles import all_roles, find_role, guid_of
from rehearsal.cloud.arm.scopes import Scope, is_guid

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json

_ACTIONS = ("actions", "notActions", "dataActions", "notDataActions")
_TEXTS: Json = {"type": "array", "items": {"type": "string"}}
_READ_ONLY: Json = {"readOnly": True}
_SCHEMA: Json = {
    "type": "object",
    "required": ["roleName", "permissions", "assignableScopes"],
    "properties": {
        "roleName": {"type": "string", "minLength": 1, "maxLength": 128},
        "description": {"type": "string", "maxLength": 1024},
        "type": {"enum": ["CustomRole"]},
        "assignableScopes": {**_TEXTS, "minItems": 1},
        "permissions": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    **dict.fromkeys(_ACTIONS, _TEXTS),
                    "condition": _READ_ONLY,
                    "conditionVersion": _READ_ONLY,
                },
            },
        },
        **dict.fromkeys(("createdOn", "updatedOn", "createdBy", "updatedBy"), _READ_ONLY),
    },
}
_BODY: Json = {
    "type": "object",
    "required": ["properties"],
    "properties": {
        **dict.fromkeys(("id", "name", "type"), _READ_ONLY),
        "properties": _SCHEMA,
    },
}
# `*`, or a provider's namespace and at least one further segment.
_ACTION = re.compile(r"\*|(\*|[a-z0-9]+\.[a-z0-9.*]+)(/[a-z0-9._*-]+)+", re.IGNORECASE)


def custom_guid(call: Call) -> str:
    """The lower-case GUID of the path, which no built-in role has.

    Raises:
        CloudError: 400, it is none, or a built-in role's.
    """
    name = call.param("role")
    if not is_guid(name):
        message = f"The role definition ID '{name}' is not valid. The role definition ID must be a"
        raise errors.arm_error(400, "InvalidRoleDefinitionId", f"{message} GUID.")
    if find_role(name) is not None:
        message = f"The role definition '{name}' is built in; only custom roles can be changed."
        raise errors.arm_error(400, "RoleDefinitionUpdateNotPermitted", message)
    return name.lower()


def given_properties(call: Call) -> Json:
    """The body's `properties`, complete and with every list of actions there.

    Raises:
        CloudError: 400, something is missing, unknown or not a valid action or scope.
    """
    body = conformed(call.body(), _BODY, "")
    check(body, _BODY, "")
    properties: Json = body["properties"]
    permissions: Json = {name: properties["permissions"][0].get(name, []) for name in _ACTIONS}
    for action in (action for name in _ACTIONS for action in permissions[name]):
        if not _ACTION.fullmatch(action):
            message = f"'{action}' does not match any of the actions supported by the providers."
            raise errors.arm_error(400, "InvalidActionOrNotAction", message)
    for scope in properties["assignableScopes"]:
        _check_assignable_scope(call, scope)
    return {
        "roleName": properties["roleName"],
        "type": "CustomRole",
        "description": properties.get("description", ""),
        "assignableScopes": properties["assignableScopes"],
        "permissions": [permissions],
    }


def _check_assignable_scope(call: Call, scope: str) -> None:
    parsed = Scope.parse(scope)
    known = call.cloud.store.get(SUBSCRIPTIONS, parsed.subscription.lower()) if parsed else None
    if known is None or not scope.startswith("/") or "*" in scope:
        message = (
            f"The assignable scope '{scope}' is not valid for a custom role: it has to be a"
            " subscription of this tenant, or a resource group or resource in one."
        )
        raise errors.arm_error(400, "InvalidAssignableScope", message)


def check_linked_scopes(call: Call, action: str, new: Json, old: Json | None) -> None:
    """The caller has to be allowed the same at every scope that the role is for, or was for.

    Raises:
        CloudError: 403 LinkedAuthorizationFailed.
    """
    scopes = {*new["assignableScopes"], *(old or {}).get("assignableScopes", ())}
    for scope in sorted(scopes):
        call.require_linked(action, action, scope)


def check_name(cloud: Cloud, guid: str, name: str) -> None:
    """A role's name is its own in the whole directory.

    Raises:
        CloudError: 409 RoleDefinitionWithSameNameExists.
    """
    if any(role.name.lower() == name.lower() and role.id != guid for role in all_roles(cloud)):
        message = "A custom role with the same name already exists in this directory. Use a"
        code = "RoleDefinitionWithSameNameExists"
        raise errors.arm_error(409, code, f"{message} different name.")


def check_unused(cloud: Cloud, guid: str) -> None:
    """A role that is assigned stays.

    Raises:
        CloudError: 400 RoleDefinitionHasAssignments.
    """

    def role_id(assignment: dict[str, Any]) -> str:
        return guid_of(assignment["properties"]["roleDefinitionId"])

    if any(role_id(assignment) == guid for _, assignment in cloud.store.all(ASSIGNMENTS)):
        message = "There are existing role assignments referencing role."
        raise errors.arm_error(400, "RoleDefinitionHasAssignments", message)
