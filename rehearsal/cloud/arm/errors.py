"""ARM's refusals, in ARM's words.

Each function gives the exception to raise. Where the wording comes from a published reply, the
function's comment says where it was seen; the rest is Microsoft's documentation of common errors
(https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rehearsal.cloud.web import CloudError, Reply

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def arm_error(
    status: int,
    code: str,
    message: str,
    *,
    target: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> CloudError:
    """A refusal in ARM's envelope, `{"error": {"code", "message"}}`."""
    error: dict[str, Any] = {"code": code, "message": message}
    if target is not None:
        error["target"] = target
    return CloudError(Reply(status, {"error": error}, headers or {}))


def provider_error(status: int, code: str, message: str) -> CloudError:
    """A refusal as the AKS resource provider sends it, without the envelope.

    Seen in Azure/terraform-azurerm-aks#604.
    """
    body: dict[str, Any] = {"code": code, "details": None, "message": message, "subcode": ""}
    return CloudError(Reply(status, body))


def unauthorized(origin: str, tenant_id: str, code: str, message: str) -> CloudError:
    """401 with the challenge that tells a client where to log in."""
    challenge = f'Bearer authorization_uri="{origin}/{tenant_id}"'
    if code != "AuthenticationFailed":
        challenge += f', error="invalid_token", error_description="{message}"'
    return arm_error(401, code, message, headers={"WWW-Authenticate": challenge})


def authorization_failed(client: str, object_id: str, action: str, scope: str) -> CloudError:
    """403: no role assignment of the caller or of its groups allows the action there."""
    return arm_error(
        403,
        "AuthorizationFailed",
        f"The client '{client}' with object id '{object_id}' does not have authorization to"
        f" perform action '{action}' over scope '{scope}' or the scope is invalid. If access was"
        " recently granted, please refresh your credentials.",
    )


def linked_authorization_failed(  # noqa: PLR0913 - each is one part of the sentence
    client: str,
    object_id: str,
    *,
    action: str,
    scope: str,
    linked_action: str,
    linked_scope: str,
) -> CloudError:
    """403: the caller may write the resource, but not make use of the one that it names."""
    return arm_error(
        403,
        "LinkedAuthorizationFailed",
        f"The client '{client}' with object id '{object_id}' has permission to perform action"
        f" '{action}' on scope '{scope}'; however, it does not have permission to perform action(s)"
        f" '{linked_action}' on the linked scope(s) '{linked_scope}' or the linked scope(s) are"
        " invalid.",
    )


def denied(  # noqa: PLR0913 - each is one part of the sentence
    client: str, object_id: str, *, action: str, scope: str, denial: str, denied_scope: str
) -> CloudError:
    """403: the caller's role allows it, but a deny assignment does not; the text from memory."""
    return arm_error(
        403,
        "DenyAssignmentAuthorizationFailed",
        f"The client '{client}' with object id '{object_id}' has permission to perform action"
        f" '{action}' on scope '{scope}'; however, the access is denied because of the deny"
        f" assignment with name 'Deny assignment' and Id '{denial}' at scope"
        f" '{denied_scope}'.",
    )


def scope_locked(scope: str, verb: str, locked: Collection[str]) -> CloudError:
    """409; `verb` is `write` or `delete`.

    Seen in Azure/apiops#606.
    """
    return arm_error(
        409,
        "ScopeLocked",
        f"The scope '{scope}' cannot perform {verb} operation because following scope(s) are"
        f" locked: '{','.join(locked)}'. Please remove the lock and try again.",
    )


def missing_api_version() -> CloudError:
    """400: every call names its api-version."""
    return arm_error(
        400,
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
    )


def invalid_api_version(given: str, supported: str) -> CloudError:
    """400: not a date, or older than anything the operation has had."""
    return arm_error(
        400,
        "InvalidApiVersionParameter",
        f"The api-version '{given}' is invalid. The supported versions are '{supported}'.",
    )


def no_registered_provider(resource_type: str, given: str, supported: str) -> CloudError:
    """400: a version that ARM knows, but not for this type, which is written without namespace.

    Seen in Azure/azure-cli#32101.
    """
    return arm_error(
        400,
        "NoRegisteredProviderFound",
        f"No registered resource provider found for location '' and API version '{given}' for type"
        f" '{resource_type}'. The supported api-versions are '{supported}'. The supported locations"
        " are ''.",
    )


def subscription_not_found(subscription: str) -> CloudError:
    """404."""
    message = f"The subscription '{subscription}' could not be found."
    return arm_error(404, "SubscriptionNotFound", message)


def invalid_subscription_id(subscription: str) -> CloudError:
    """400: the path's subscription is no GUID."""
    return arm_error(
        400,
        "InvalidSubscriptionId",
        f"The provided subscription identifier '{subscription}' is malformed or invalid.",
    )


def resource_group_not_found(name: str) -> CloudError:
    """404."""
    return arm_error(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")


def resource_group_being_deleted(name: str) -> CloudError:
    """409: nothing may be put into a group that is going away."""
    return arm_error(
        409,
        "ResourceGroupBeingDeleted",
        f"The resource group '{name}' is in deprovisioning state and cannot perform this"
        " operation.",
    )


def resource_not_found(resource_type: str, name: str, group: str) -> CloudError:
    """404; `resource_type` with its namespace."""
    return arm_error(
        404,
        "ResourceNotFound",
        f"The Resource '{resource_type}/{name}' under resource group '{group}' was not found. For"
        " more details please go to https://aka.ms/ARMResourceNotFoundFix",
    )


def invalid_request_content(problem: str) -> CloudError:
    """400: the body is no JSON object, or has a member that does not exist."""
    message = f"The request content was invalid and could not be deserialized: '{problem}'."
    return arm_error(400, "InvalidRequestContent", message)


def location_required(resource_type: str) -> CloudError:
    """400."""
    return arm_error(
        400,
        "LocationRequired",
        f"The location property is required for this definition: '{resource_type}'.",
    )


def location_not_available(resource_type: str, location: str, known: Collection[str]) -> CloudError:
    """400: there is no such region."""
    return arm_error(
        400,
        "LocationNotAvailableForResourceType",
        f"The provided location '{location}' is not available for resource type"
        f" '{resource_type}'. List of available regions for the resource type is"
        f" '{','.join(sorted(known))}'.",
    )


def missing_subscription_registration(namespace: str) -> CloudError:
    """409: clients take the namespace from the last quoted text, register it and try again."""
    return arm_error(
        409,
        "MissingSubscriptionRegistration",
        "The subscription is not registered to use namespace"
        f" '{namespace}'. See https://aka.ms/rps-not-found for how to register subscriptions.",
        target=namespace,
    )


def operation_in_progress(what: str) -> CloudError:
    """409 of the AKS provider; `what` as in `aks-dev - Creating`.

    Seen in Azure/azure-workload-identity#417.
    """
    return provider_error(
        409,
        "OperationNotAllowed",
        f"Operation is not allowed: Another operation ({what}) is in progress, please wait for it"
        " to finish before starting a new operation. See"
        " https://aka.ms/aks-pending-operation for more details",
    )


def bad_request(message: str) -> CloudError:
    """400 of the AKS provider with its most general code."""
    return provider_error(400, "BadRequest", message)
