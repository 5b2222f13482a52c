"""Where clients ask how a long-running operation is getting on.

Two forms, as resource providers have them: `Azure-AsyncOperation` answers 200 with a status,
`Location` answers 202 until it is over. Both ask for another try after one second, since clients
wait up to 30 seconds otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.operations import OPERATIONS
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call, Routes
    from rehearsal.cloud.store import Json

_AKS = "Microsoft.ContainerService"


def add_routes(routes: Routes) -> None:
    """Add the operations; whoever has the address may ask, as in Azure."""
    subscription = "/subscriptions/{subscription}"
    location = f"{subscription}/providers/{_AKS}/locations/{{location}}"
    routes.add("GET", f"{location}/operations/{{id}}", "OperationStatus_Get", _status)
    routes.add("GET", f"{location}/operationresults/{{id}}", "OperationStatus_GetResult", _result)
    routes.add("GET", f"{subscription}/operationresults/{{id}}", "OperationResults_Get", _result)


def poll_headers(
    call: Call, operation: Json, *, status: bool = True, result: bool = True
) -> dict[str, str]:
    """The headers that send a client polling.

    Args:
        call: The call that started the operation; its api-version goes into the addresses.
        operation: What it started.
        status: Whether to name `Azure-AsyncOperation`.
        result: Whether to name `Location`.
    """
    base = f"{call.cloud.origin}/subscriptions/{call.param('subscription')}"
    if operation["location"]:
        base += f"/providers/{_AKS}/locations/{operation['location']}"
    version = f"{operation['id']}?api-version={call.api_version}"
    # go-azure-sdk chooses its poller by the content type, also of an answer without a body.
    headers = {"Retry-After": "1", "Content-Type": "application/json; charset=utf-8"}
    if status:
        headers["Azure-AsyncOperation"] = f"{base}/operations/{version}"
    if result:
        headers["Location"] = f"{base}/operationresults/{version}"
    return headers


def _find(call: Call) -> Json:
    found = call.cloud.store.get(OPERATIONS, call.param("id").lower())
    if found is None:
        message = f"The operation '{call.param('id')}' could not be found."
        raise errors.arm_error(404, "OperationNotFound", message)
    return found


def _status(call: Call) -> Reply:
    operation = _find(call)
    shown = ("status", "startTime", "endTime", "error")
    body = {key: operation[key] for key in shown if key in operation}
    return Reply(200, {"name": operation["id"], **body}, {"Retry-After": "1"})


def _result(call: Call) -> Reply:
    operation = _find(call)
    if operation["status"] == "InProgress":
        return Reply(202, None, poll_headers(call, operation, status=False))
    if operation["status"] == "Failed":
        error = operation["error"]
        raise errors.arm_error(409, error["code"], error["message"])
    return Reply(204 if operation["location"] else 200)
