"""The errors that rules ask for, each in the envelope of its service.

Entra's numbers are those of https://learn.microsoft.com/entra/identity-platform/
reference-error-codes for a service that is too busy or fails, ARM's texts those of
https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from rehearsal.cloud.arm.errors import arm_error
from rehearsal.cloud.entra import errors as entra
from rehearsal.cloud.faults_rules import plane_of
from rehearsal.cloud.graph.errors import Refusals

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.faults_rules import Effect
    from rehearsal.cloud.web import CloudError, Reply, Request

# Azure always says how long it throttles; a rule may say another number.
THROTTLED_SECONDS = 1
# What a service says with a status unless the rule says it.
_CODES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    412: "PreconditionFailed",
    429: "TooManyRequests",
    500: "InternalServerError",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}
_MESSAGES = {
    429: "The request is being throttled as the limit has been reached. Please try again later.",
    500: "Encountered internal server error.",
    503: "The service is temporarily unavailable. Please try again later.",
}
_ENTRA = {
    429: entra.Fault(
        90055, "temporarily_unavailable", "There are too many incoming requests for the tenant."
    ),
    500: entra.Fault(90033, "server_error", "A transient error has occurred. Please try again."),
}
_ENTRA_UNAVAILABLE = entra.Fault(
    90033, "temporarily_unavailable", "A transient error has occurred. Please try again."
)


def reply(cloud: Cloud, request: Request, effect: Effect) -> Reply:
    """The answer that the effect, which has a status, puts in place of the right one."""
    found = _refusal(cloud, request, effect).reply
    wait = effect.retry_after
    if wait is None and effect.status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = THROTTLED_SECONDS
    if wait is None:
        return found
    return replace(found, headers={**found.headers, "Retry-After": str(wait)})


def _refusal(cloud: Cloud, request: Request, effect: Effect) -> CloudError:
    status = effect.status
    plane = plane_of(request.path)
    if plane == "entra":
        fault = replace(_ENTRA.get(status, _ENTRA_UNAVAILABLE), status=status)
        # Texts of faults are templates; a rule's is not.
        text = effect.message.replace("{", "{{").replace("}", "}}") or fault.text
        fault = replace(fault, error=effect.code or fault.error, text=text)
        return entra.refusal(cloud, request, fault)
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Error"
    code = effect.code or _CODES.get(status, phrase.replace(" ", ""))
    message = effect.message or _MESSAGES.get(status, f"{phrase}.")
    if plane == "graph":
        return Refusals(cloud, request).error(status, code, message)
    return arm_error(status, code, message)
