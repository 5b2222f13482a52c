"""The documents of resource groups and resources, and what is the same for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.locations import REGIONS, region
from rehearsal.cloud.arm.role_lag import ASSIGNMENTS
from rehearsal.cloud.arm.scopes import covers
from rehearsal.cloud.clock import wire_time

if TYPE_CHECKING:
    from collections.abc import Collection

    from rehearsal.cloud.arm.dispatch import Call
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json

GROUPS = "arm/resourceGroup"
RESOURCES = "arm/resource"
"""Kinds of the store's documents: key the id in lower case, body as ARM shows it."""


def group_id(subscription: str, name: str) -> str:
    """Id of a resource group."""
    return f"/subscriptions/{subscription}/resourceGroups/{name}"


def find_group(call: Call) -> Json:
    """The resource group of the call's path.

    Raises:
        CloudError: 404 ResourceGroupNotFound.
    """
    name = call.param("group")
    found = call.cloud.store.get(GROUPS, group_id(call.param("subscription"), name).lower())
    if found is None:
        raise errors.resource_group_not_found(name)
    return found


def group_to_write_in(call: Call) -> Json:
    """As `find_group`, for a call that is to put something into the group.

    Raises:
        CloudError: 404 ResourceGroupNotFound, 409 ResourceGroupBeingDeleted.
    """
    found = find_group(call)
    if found["properties"]["provisioningState"] == "Deleting":
        raise errors.resource_group_being_deleted(found["name"])
    return found


def system_data(call: Call, existing: Json | None) -> Json:
    """`systemData`: who made the resource, and who changed it last, which is the caller."""
    caller = call.caller
    kind = "User" if caller.kind == "User" else "Application"
    now = wire_time(call.cloud.clock.now())
    who = {"By": caller.upn or caller.app_id or caller.object_id, "ByType": kind, "At": now}
    made: Json = {f"created{key}": value for key, value in who.items()}
    kept: Json = {} if existing is None else existing["systemData"]
    changed = {f"lastModified{key}": value for key, value in who.items()}
    return {**made, **kept, **changed}


def resources_in(cloud: Cloud, scope: str) -> list[Json]:
    """All resources at or below a scope, ordered by id."""
    return [body for key, body in cloud.store.all(RESOURCES) if covers(scope, key)]


def drop_resource(cloud: Cloud, resource_id: str) -> None:
    """Delete a resource with all below it: its children, what extends it, and its roles."""
    for row in resources_in(cloud, resource_id):
        cloud.store.delete(RESOURCES, row["id"].lower())
    drop_assignments(cloud, resource_id)


def drop_assignments(cloud: Cloud, scope: str) -> None:
    """Delete the role assignments at and below something that is gone, as Azure does."""
    for key, assignment in cloud.store.all(ASSIGNMENTS):
        if covers(scope, assignment["properties"]["scope"]):
            cloud.store.delete(ASSIGNMENTS, key)


def checked_location(body: Json, resource_type: str) -> str:
    """The region's name that a body gives as its location.

    Raises:
        CloudError: 400, there is none or no such region.
    """
    given = body.get("location")
    if not isinstance(given, str) or not given.strip():
        raise errors.location_required(resource_type)
    name = region(given)
    if name is None:
        raise errors.location_not_available(resource_type, given, REGIONS)
    return name


def refuse_move(existing: Json, location: str) -> None:
    """Refuse to take a resource to another region.

    Raises:
        CloudError: 409 InvalidResourceLocation.
    """
    if location != existing["location"]:
        raise errors.arm_error(
            409,
            "InvalidResourceLocation",
            f"The resource '{existing['name']}' already exists in location"
            f" '{existing['location']}' in resource group '{existing['id'].split('/')[4]}'. A"
            f" resource with the same name cannot be created in location '{location}'. Please"
            " select a new resource name.",
        )


def checked_tags(body: Json) -> dict[str, str] | None:
    """The tags of a body; None where it has none.

    Raises:
        CloudError: 400, they are no object of texts.
    """
    given: Any = body.get("tags")
    if given is None:
        return None
    if isinstance(given, dict):
        tags = cast("dict[str, Any]", given)
        if all(isinstance(tag, str) for tag in tags.values()):
            return tags
    raise errors.invalid_request_content("tags has to be an object whose values are texts")


def refuse_unknown_members(body: Json, known: Collection[str], where: str = "") -> None:
    """Refuse a body with a member that ARM would not know; names are compared without case.

    Raises:
        CloudError: 400 InvalidRequestContent.
    """
    names = {name.lower() for name in known}
    for name in body:
        if name.lower() not in names:
            path = f"{where}.{name}" if where else name
            message = f"Could not find member '{name}' on object of this type. Path '{path}'"
            raise errors.invalid_request_content(message)
