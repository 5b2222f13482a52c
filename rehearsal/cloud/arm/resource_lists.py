"""The lists of all resources, whatever their type."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.resources import find_group, resources_in
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call, Routes


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
    wanted = re.fullmatch(r"resourcetype eq '([^']*)'", call.query("$filter"), re.IGNORECASE)
    if call.query("$filter") and wanted is None:
        message = f"The filter '{call.query('$filter')}' is not one of resourceType"
        raise errors.arm_error(400, "InvalidFilterInQueryString", message)
    shown = ("id", "name", "type", "location", "tags", "sku", "identity")
    rows = [
        {key: row[key] for key in shown if key in row}
        for row in resources_in(call.cloud, scope)
        if call.may(f"{row['type']}/read", row["id"])
        and (wanted is None or wanted[1].lower() == row["type"].lower())
    ]
    return Reply(200, {"value": rows})
