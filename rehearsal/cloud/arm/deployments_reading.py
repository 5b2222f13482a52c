"""Deployments as they are read: their records, operations and templates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.deployments_record import DEPLOYMENTS
from rehearsal.cloud.arm.deployments_request import TYPE, scope_of
from rehearsal.cloud.arm.operations import OPERATIONS
from rehearsal.cloud.arm.resources import find_group
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call
    from rehearsal.cloud.store import Json


def deployment_id(call: Call) -> str:
    """Id of the deployment that a call is about."""
    return f"{scope_of(call)}/providers/{TYPE}/{call.param('name')}"


def find(call: Call) -> Json:
    """What is kept of the call's deployment.

    Raises:
        CloudError: 404, there is no such deployment or resource group.
    """
    if "group" in call.request.params:
        find_group(call)
    found = call.cloud.store.get(DEPLOYMENTS, deployment_id(call).lower())
    if found is None:
        message = f"Deployment '{call.param('name')}' could not be found."
        raise errors.arm_error(404, "DeploymentNotFound", message)
    return found


def list_all(call: Call) -> Reply:
    """The deployments at the scope itself, not those below."""
    if "group" in call.request.params:
        find_group(call)
    state = _state_filter(call.query("$filter"))
    prefix = f"{scope_of(call)}/providers/{TYPE}/".lower()
    rows = [row["document"] for _, row in call.cloud.store.all(DEPLOYMENTS, prefix)]
    fitting = [row for row in rows if state in {"", row["properties"]["provisioningState"].lower()}]
    return Reply(200, {"value": fitting[: _top(call)]})


def _state_filter(expression: str) -> str:
    """The state that `provisioningState eq 'Failed'` asks for; it is the only filter."""
    found = re.fullmatch(r"provisioningstate eq '([^']*)'", expression, re.IGNORECASE)
    if expression and found is None:
        message = f"The filter '{expression}' is not one of provisioningState"
        raise errors.arm_error(400, "InvalidFilterInQueryString", message)
    return found[1].lower() if found else ""


def _top(call: Call) -> int | None:
    given = call.query("$top")
    if given and not re.fullmatch("[0-9]{1,9}", given):
        message = f"The value '{given}' of $top is no whole number."
        raise errors.arm_error(400, "InvalidTopInQueryString", message)
    return int(given) if given else None


def get(call: Call) -> Reply:
    """The deployment."""
    return Reply(200, find(call)["document"])


def head(call: Call) -> Reply:
    """Whether there is such a deployment."""
    found = call.cloud.store.get(DEPLOYMENTS, deployment_id(call).lower())
    return Reply(404 if found is None else 204)


def export(call: Call) -> Reply:
    """The template as it was sent."""
    return Reply(200, {"template": find(call)["template"]})


def _shown(entry: Json) -> Json:
    return {key: entry[key] for key in ("id", "operationId", "properties")}


def list_operations(call: Call) -> Reply:
    """What the deployment has done, a row for each resource and one for the outputs."""
    rows = [_shown(entry) for entry in find(call)["operations"]]
    return Reply(200, {"value": rows[: _top(call)]})


def get_operation(call: Call) -> Reply:
    """One of them."""
    given = call.param("operation")
    for entry in find(call)["operations"]:
        if entry["operationId"].lower() == given.lower():
            return Reply(200, _shown(entry))
    message = f"The deployment operation '{given}' could not be found."
    raise errors.arm_error(404, "DeploymentOperationNotFound", message)


def status(call: Call) -> Reply:
    """Where clients ask how it is getting on; whoever has the address may."""
    operation = call.cloud.store.get(OPERATIONS, call.param("id").lower())
    if operation is None or operation["target"].lower() != deployment_id(call).lower():
        message = f"The operation '{call.param('id')}' could not be found."
        raise errors.arm_error(404, "OperationNotFound", message)
    if operation["status"] == "InProgress":
        return Reply(200, {"status": "Running"}, {"Retry-After": "1"})
    told = {key: operation[key] for key in ("status", "error") if key in operation}
    return Reply(200, told)
