"""What is refused when a role is assigned, and in which words.

Refusals and their order follow
https://learn.microsoft.com/azure/role-based-access-control/troubleshooting.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.resources import GROUPS, RESOURCES, group_id, refuse_unknown_members
from rehearsal.cloud.arm.role_lag import ASSIGNMENTS
from rehearsal.cloud.arm.scopes import Scope, covers, is_guid, normalized

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call
    from rehearsal.cloud.arm.roles import Role
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json

_KINDS = ("User", "Group", "ServicePrincipal", "ForeignGroup", "Device")
_MEMBERS = (
    "roleDefinitionId",
    "principalId",
    "principalType",
    "canDelegate",
    "description",
    "condition",
    "conditionVersion",
    "delegatedManagedIdentityResourceId",
    "scope",
)

_TAKEN_FOR_GRANTED = re.compile(r".*/providers/microsoft\.network/.+", re.IGNORECASE)
"""Networks and DNS zones, which this plane has not: each that somebody names is there."""


def existing_scope(call: Call) -> str:
    """The path's scope, if what it names is there, or is what this plane takes for granted.

    Raises:
        CloudError: 400 for what is no scope, 404 for a group or resource that is not there.
    """
    scope = call.param("scope")
    parsed = Scope.parse(scope)
    if parsed is None:
        message = f"The scope '{scope}' is not valid."
        raise errors.arm_error(400, "InvalidScope", message)
    if _TAKEN_FOR_GRANTED.fullmatch(parsed.resource):
        return scope
    store = call.cloud.store
    group = group_id(parsed.subscription, parsed.resource_group)
    if parsed.resource_group and store.get(GROUPS, group.lower()) is None:
        raise errors.resource_group_not_found(parsed.resource_group)
    if parsed.resource and store.get(RESOURCES, parsed.resource.lower()) is None:
        resource_type, _, name = parsed.resource.partition("/providers/")[2].rpartition("/")
        raise errors.resource_not_found(resource_type, name, parsed.resource_group)
    return scope


def given_properties(call: Call) -> Json:
    """The body's `properties`: of known members, with a role and a principal.

    Raises:
        CloudError: 400, they are anything else.
    """
    body = call.body()
    refuse_unknown_members(body, ("id", "name", "type", "properties"))
    properties = body.get("properties")
    if not isinstance(properties, dict):
        raise errors.invalid_request_content("Required property 'properties' not found in JSON")
    given = cast("Json", properties)
    refuse_unknown_members(given, _MEMBERS, "properties")
    for key in ("roleDefinitionId", "principalId"):
        value: Any = given.get(key)
        if not isinstance(value, str) or not value:
            problem = f"Required property '{key}' not found in JSON. Path 'properties'"
            raise errors.invalid_request_content(problem)
    if not is_guid(given["principalId"]):
        message = f"The Principal ID '{given['principalId']}' is not valid. Principal ID must be a"
        raise errors.arm_error(400, "InvalidPrincipalId", f"{message} GUID.")
    kind = given.get("principalType")
    if kind is not None and kind not in _KINDS:
        problem = f"Error converting value \"{kind}\" to type 'PrincipalType'"
        raise errors.invalid_request_content(problem)
    return dict(given)


def check_principal(call: Call, given: Json) -> None:
    """Look the principal up, and write its type into `given`.

    Only one whose type the caller vouches for may be unknown yet.

    Raises:
        CloudError: 400 PrincipalNotFound or UnmatchedPrincipalType.
    """
    principal = call.cloud.directory.principal(given["principalId"])
    stated = given.get("principalType")
    if principal is None:
        if stated is None:
            raise _principal_not_found(call, given["principalId"])
        return
    if stated is not None and stated != principal.kind:
        raise errors.arm_error(
            400,
            "UnmatchedPrincipalType",
            f"The PrincipalId '{given['principalId'].replace('-', '')}' has type"
            f" '{principal.kind}' , which is different from specified PrinciaplType '{stated}'.",
        )
    given["principalType"] = principal.kind


def check_assignable(role: Role, scope: str) -> None:
    """A role is given only where it can be assigned.

    Raises:
        CloudError: 400 RoleAssignmentScopeNotAssignableToRoleDefinition.
    """
    if not any(covers(assignable, scope) for assignable in role.assignable_scopes):
        raise errors.arm_error(
            400,
            "RoleAssignmentScopeNotAssignableToRoleDefinition",
            f"The role assignment scope '{scope}' is not assignable to role definition"
            f" '{role.id}'. Its assignable scopes are '{', '.join(role.assignable_scopes)}'.",
        )


def _principal_not_found(call: Call, principal_id: str) -> Exception:
    # Wording seen in MicrosoftDocs/azure-docs#103085.
    return errors.arm_error(
        400,
        "PrincipalNotFound",
        f"Principal {principal_id.replace('-', '')} does not exist in the directory"
        f" {call.cloud.directory.tenant().id}. Check that you have the correct principal ID. If you"
        " are creating this principal and then immediately assigning a role, this error might be"
        " related to a replication delay. In this case, set the role assignment principalType"
        " property to a value, such as ServicePrincipal, User, or Group.  See"
        " https://aka.ms/docs-principaltype",
    )


def check_same(existing: Json, document: Json) -> None:
    """An assignment keeps its role, principal and scope for as long as it has its name.

    Raises:
        CloudError: 400 RoleAssignmentUpdateNotPermitted.
    """
    keys = ("roleDefinitionId", "principalId", "scope")
    if any(_text(existing, key) != _text(document, key) for key in keys):
        raise errors.arm_error(
            400,
            "RoleAssignmentUpdateNotPermitted",
            "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
        )


def check_no_twin(cloud: Cloud, document: Json) -> None:
    """The same role for the same principal at the same scope is there at most once.

    Raises:
        CloudError: 409 RoleAssignmentExists.
    """
    keys = ("roleDefinitionId", "principalId", "scope")
    for key, other in cloud.store.all(ASSIGNMENTS):
        if key != document["id"].lower() and all(
            _text(other, k) == _text(document, k) for k in keys
        ):
            raise errors.arm_error(
                409,
                "RoleAssignmentExists",
                "The role assignment already exists. The ID of the existing role assignment is"
                f" {other['name'].replace('-', '')}.",
            )


def _text(document: Json, key: str) -> str:
    value = document["properties"][key].lower()
    return value.rsplit("/", 1)[-1] if key == "roleDefinitionId" else normalized(value)
