"""Resource groups, which are deleted with all that is in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.deployments_record import DEPLOYMENTS
from rehearsal.cloud.arm.locations import REGIONS, region
from rehearsal.cloud.arm.operation_status import poll_headers
from rehearsal.cloud.arm.operations import Operations, Work
from rehearsal.cloud.arm.resources import (
    GROUPS,
    checked_tags,
    drop_assignments,
    drop_resource,
    find_group,
    group_id,
    group_to_write_in,
    refuse_unknown_members,
    resources_in,
)
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rehearsal.cloud.arm.dispatch import Call, Routes
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json

TYPE = "Microsoft.Resources/resourceGroups"
DELETE = "resourceGroup/delete"
_ACTION = "Microsoft.Resources/subscriptions/resourceGroups"
_MEMBERS = ("id", "name", "type", "location", "tags", "properties", "managedBy")
_NAME_LENGTH = 90

Remover = Callable[["Cloud", "Json"], None]


def add_routes(routes: Routes) -> None:
    """Add the operations."""
    subscription = "/subscriptions/{subscription}"
    many, one = f"{subscription}/resourcegroups", f"{subscription}/resourcegroups/{{group}}"
    scope = f"{subscription}/resourceGroups/{{group}}"
    read, write = f"{_ACTION}/read", f"{_ACTION}/write"
    routes.add("GET", many, "ResourceGroups_List", _list)
    routes.add("GET", one, "ResourceGroups_Get", _get, action=read, scope=scope)
    routes.add("HEAD", one, "ResourceGroups_CheckExistence", _head, action=read, scope=scope)
    routes.add("PUT", one, "ResourceGroups_CreateOrUpdate", _put, action=write, scope=scope)
    routes.add("PATCH", one, "ResourceGroups_Update", _patch, action=write, scope=scope)
    routes.add(
        "DELETE", one, "ResourceGroups_Delete", _delete, action=f"{_ACTION}/delete", scope=scope
    )


def define_work(operations: Operations, removers: Mapping[str, Remover]) -> None:
    """Say how a group is deleted.

    Args:
        operations: Where it is said.
        removers: What takes a resource apart, by its type; others are only forgotten.
    """

    def delete_contents(cloud: Cloud, operation: Json) -> None:
        """Take everything in the group apart, after whatever is still being done to it."""
        for resource in resources_in(cloud, operation["target"]):
            with cloud.operations.alone(resource["id"]):
                remover = removers.get(resource["type"])
                if remover is not None:
                    remover(cloud, resource)
                drop_resource(cloud, resource["id"])

    operations.define(DELETE, Work(delete_contents, _forget))


def _list(call: Call) -> Reply:
    """The groups that the caller may read; nobody is refused, some see none."""
    subscription = f"/subscriptions/{call.param('subscription')}"
    fits = _tag_filter(call.query("$filter"))
    rows = [
        row
        for _, row in call.cloud.store.all(GROUPS, f"{subscription.lower()}/")
        if fits(row.get("tags") or {}) and call.may(f"{_ACTION}/read", row["id"])
    ]
    return Reply(200, {"value": rows})


def _tag_filter(expression: str) -> Callable[[dict[str, str]], bool]:
    """The test that `tagName eq 'a' and tagValue eq 'b'` asks for; it is the only filter."""
    if not expression:
        return lambda _tags: True
    form = r"tagname eq '([^']*)'(?: and tagvalue eq '([^']*)')?"
    found = re.fullmatch(form, expression, re.IGNORECASE)
    if found is None:
        message = f"The filter '{expression}' is not one of tagName and tagValue"
        raise errors.arm_error(400, "InvalidFilterInQueryString", message)
    name, value = found.groups()
    return lambda tags: name in tags and value in {None, tags[name]}


def _get(call: Call) -> Reply:
    return Reply(200, find_group(call))


def _head(call: Call) -> Reply:
    key = group_id(call.param("subscription"), call.param("group")).lower()
    return Reply(404 if call.cloud.store.get(GROUPS, key) is None else 204)


def _put(call: Call) -> Reply:
    name, subscription = call.param("group"), call.param("subscription")
    _check_name(name)
    body = call.body()
    refuse_unknown_members(body, _MEMBERS)
    location = _location(body)
    key = group_id(subscription, name).lower()
    with call.cloud.store.transaction():
        existing = call.cloud.store.get(GROUPS, key)
        if existing is not None:
            _check_update(existing, location)
        document = new_group(
            subscription,
            existing["name"] if existing else name,
            location,
            tags=checked_tags(body),
            managed_by=body.get("managedBy"),
        )
        call.cloud.store.put(GROUPS, key, document)
    return Reply(201 if existing is None else 200, document)


def new_group(
    subscription: str,
    name: str,
    location: str,
    *,
    tags: dict[str, str] | None = None,
    managed_by: str | None = None,
) -> Json:
    """The document of a resource group that is ready."""
    document: Json = {
        "id": group_id(subscription, name),
        "name": name,
        "type": TYPE,
        "location": location,
        "properties": {"provisioningState": "Succeeded"},
    }
    if tags is not None:
        document["tags"] = tags
    if managed_by:
        document["managedBy"] = managed_by
    return document


def _location(body: Json) -> str:
    given = body.get("location")
    if not isinstance(given, str) or not given.strip():
        raise errors.location_required(TYPE)
    name = region(given)
    if name is None:
        raise errors.arm_error(
            400,
            "LocationNotAvailableForResourceGroup",
            f"The provided location '{given}' is not available for resource group. List of"
            f" available regions is '{','.join(REGIONS)}'.",
        )
    return name


def _check_name(name: str) -> None:
    """Refuse a name that a resource group cannot have (1-90 of letters, digits, `-._()`)."""
    wrong = "".join(dict.fromkeys(c for c in name if not (c.isalnum() or c in "-._()")))
    if wrong:
        problem = (
            f"The provided resource group name '{name}' has these invalid characters: '{wrong}'."
            " The name can only be a letter, digit, '-', '.', '(', ')' or '_'."
        )
    elif len(name) > _NAME_LENGTH:
        problem = f"The provided resource group name '{name}' exceeds the maximum length of 90."
    elif name.endswith("."):
        problem = f"The provided resource group name '{name}' ends with a period."
    else:
        return
    raise errors.arm_error(400, "InvalidResourceGroup", problem)


def _check_update(existing: Json, location: str) -> None:
    name = existing["name"]
    if existing["properties"]["provisioningState"] == "Deleting":
        raise errors.resource_group_being_deleted(name)
    if existing["location"] != location:
        raise errors.arm_error(
            409,
            "InvalidResourceGroupLocation",
            f"Invalid resource group location '{location}'. The Resource group already exists in"
            f" location '{existing['location']}'.",
        )


def _patch(call: Call) -> Reply:
    body = call.body()
    refuse_unknown_members(body, ("name", "tags", "properties", "managedBy"))
    with call.cloud.store.transaction():
        document = group_to_write_in(call)
        tags = checked_tags(body)
        if tags is not None:
            document["tags"] = tags
        call.cloud.store.put(GROUPS, document["id"].lower(), document)
    return Reply(200, document)


def _delete(call: Call) -> Reply:
    with call.cloud.store.transaction():
        document = find_group(call)
        operation = call.cloud.operations.running(call.cloud, document["id"])
        launch = operation is None
        if operation is None:
            operation = call.cloud.operations.begin(call.cloud, DELETE, document["id"])
            document["properties"]["provisioningState"] = "Deleting"
            call.cloud.store.put(GROUPS, document["id"].lower(), document)
    if launch:
        call.cloud.operations.launch(call.cloud, operation)
    return Reply(202, None, poll_headers(call, operation, status=False))


def _forget(cloud: Cloud, operation: Json) -> None:
    key = operation["target"].lower()
    if operation["status"] == "Succeeded":
        cloud.store.delete(GROUPS, key)
        for deployment, _ in cloud.store.all(DEPLOYMENTS, f"{key}/"):
            cloud.store.delete(DEPLOYMENTS, deployment)
        drop_assignments(cloud, key)
        return
    document = cloud.store.get(GROUPS, key)
    if document is not None:
        document["properties"]["provisioningState"] = "Failed"
        cloud.store.put(GROUPS, key, document)
