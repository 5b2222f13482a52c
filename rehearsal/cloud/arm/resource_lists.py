"""The lists of all resources, whatever their type."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.resources import find_group, resources_in
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.cloud.arm.dispatch import Call, Routes
    from rehearsal.cloud.store import Json


def _tags(row: Json) -> dict[str, str]:
    return row.get("tags") or {}


_FIELDS: dict[str, Callable[[Json], list[str]]] = {
    "resourcetype": lambda row: [row["type"].lower()],
    "name": lambda row: [row["name"].lower()],
    "location": lambda row: [row["location"]],
    "resourcegroup": lambda row: [row["id"].split("/")[4].lower()],
    "tagname": lambda row: [name.lower() for name in _tags(row)],
    "tagvalue": lambda row: [value.lower() for value in _tags(row).values()],
}
"""What a field of a filter is compared with, in lower case."""


def add_routes(routes: Routes) -> None:
    """Add the operations."""
    subscription = "/subscriptions/{subscription}"
    by_group = f"{subscription}/resourceGroups/{{group}}/resources"
    routes.add("GET", by_group, "Resources_ListByResourceGroup", _resources)
    routes.add("GET", f"{subscription}/resources", "Resources_List", _resources)


def _resources(call: Call) -> Reply:
    """Resources of a group or of the subscription that the caller may read."""
    scope = f"/subscriptions/{call.param('subscription')}"
    if "group" in call.request.params:
        scope = find_group(call)["id"]
    fits = _filter(call.query("$filter"))
    shown = ("id", "name", "type", "location", "tags", "sku", "kind", "identity", "managedBy")
    rows = [
        {key: row[key] for key in shown if key in row}
        for row in resources_in(call.cloud, scope)
        # What has no location lies below another resource, and is listed there.
        if "location" in row and fits(row) and call.may(f"{row['type']}/read", row["id"])
    ]
    return Reply(200, {"value": rows})


def _filter(expression: str) -> Callable[[Json], bool]:
    """The test that a `$filter` asks for: terms `<field> eq '<value>'`, joined by `and`."""
    terms: list[tuple[str, str]] = []
    for term in re.split(r"\s+and\s+", expression, flags=re.IGNORECASE) if expression else ():
        found = re.fullmatch(r"(\w+) eq '([^']*)'", term.strip(), re.IGNORECASE)
        if found is None or found[1].lower() not in _FIELDS:
            message = f"The filter '{term}' is not one of {', '.join(_FIELDS)}"
            raise errors.arm_error(400, "InvalidFilterInQueryString", message)
        terms.append((found[1].lower(), found[2].lower()))
    return lambda row: all(value in _FIELDS[field](row) for field, value in terms)
