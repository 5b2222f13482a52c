"""Entra's refusals: OAuth error bodies with AADSTS numbers.

Numbers and texts follow https://learn.microsoft.com/entra/identity-platform/reference-error-codes
and what the service was seen to send.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rehearsal.cloud.clock import wire_time
from rehearsal.cloud.web import CloudError, Reply

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json
    from rehearsal.cloud.web import Request

UNAUTHORIZED = 401


@dataclass(frozen=True)
class Fault:
    """One kind of refusal; `text` has the places that `refusal` fills."""

    number: int
    error: str
    text: str
    status: int = 400
    suberror: str = ""


TENANT_NOT_FOUND = Fault(
    90002,
    "invalid_request",
    "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing"
    " into the correct cloud. Check with your subscription administrator, this may happen if there"
    " are no active subscriptions for the tenant.",
)
TENANT_NAME_INVALID = Fault(
    900023,
    "invalid_request",
    "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external"
    " domain.",
)
NO_TENANT = Fault(
    50059,
    "invalid_request",
    "No tenant-identifying information found in either the request or implied by any provided"
    " credentials.",
)
MISSING_PARAMETER = Fault(
    900144,
    "invalid_request",
    "The request body must contain the following parameter: '{parameter}'.",
)
UNSUPPORTED_GRANT = Fault(
    70003,
    "unsupported_grant_type",
    "The app requested an unsupported grant type '{grant}'.",
)
CLIENT_NOT_FOUND = Fault(
    700016,
    "unauthorized_client",
    "Application with identifier '{client}' was not found in the directory '{tenant}'. This can"
    " happen if the application has not been installed by the administrator of the tenant or"
    " consented to by any user in the tenant. You may have sent your authentication request to the"
    " wrong tenant.",
)
RESOURCE_NOT_FOUND = Fault(
    500011,
    "invalid_resource",
    "The resource principal named {resource} was not found in the tenant named {tenant}. This can"
    " happen if the application has not been installed by the administrator of the tenant or"
    " consented to by any user in the tenant. You might have sent your authentication request to"
    " the wrong tenant.",
)
SEVERAL_RESOURCES = Fault(
    28000,
    "invalid_scope",
    "Provided value for the input parameter scope is not valid because it contains more than one"
    " resource. Scope {scope} is not valid.",
)
DEFAULT_SCOPE_NOT_ALONE = Fault(
    70011,
    "invalid_scope",
    "The provided request must include a 'scope' input parameter. The provided value for the input"
    " parameter 'scope' is not valid. The scope {scope} is not valid. .default scope can't be"
    " combined with resource-specific scopes.",
)
SCOPE_NOT_DEFAULT = Fault(
    1002012,
    "invalid_scope",
    "The provided value for scope {scope} is not valid. Client credential flows must have a scope"
    " value with /.default suffixed to the resource identifier (application ID URI).",
)
CONSENT_REQUIRED = Fault(
    65001,
    "invalid_grant",
    "The user or administrator has not consented to use the application with ID '{client}' named"
    " '{name}'. Send an interactive authorization request for this user and resource.",
    suberror="consent_required",
)
USER_NOT_FOUND = Fault(
    50034,
    "invalid_grant",
    "The user account {user} does not exist in the {tenant} directory. To sign into this"
    " application, the account must be added to the directory.",
)
WRONG_PASSWORD = Fault(
    50126, "invalid_grant", "Error validating credentials due to invalid username or password."
)
USER_DISABLED = Fault(50057, "invalid_grant", "The user account is disabled.")
USER_DELETED = Fault(
    500341,
    "invalid_grant",
    "The user account {user} has been deleted from the {tenant} directory. To sign into this"
    " application, the account must be added to the directory.",
)
MFA_REQUIRED = Fault(
    50076,
    "invalid_grant",
    "Due to a configuration change made by your administrator, or because you moved to a new"
    " location, you must use multi-factor authentication to access '{resource}'.",
    suberror="basic_action",
)
MFA_ENROLLMENT = Fault(
    50079,
    "invalid_grant",
    "Due to a configuration change made by your administrator, or because you moved to a new"
    " location, you must enroll in multi-factor authentication to access '{resource}'.",
    suberror="basic_action",
)
ACCESS_BLOCKED = Fault(
    53003,
    "invalid_grant",
    "Access has been blocked by Conditional Access policies. The access policy does not allow"
    " token issuance.",
    suberror="message_only",
)
REFRESH_EXPIRED = Fault(
    700082,
    "invalid_grant",
    "The refresh token has expired due to inactivity. The token was issued on {issued} and was"
    " inactive for {inactive}.",
)
GRANT_MALFORMED = Fault(
    9002313, "invalid_grant", "Invalid request. Request is malformed or invalid."
)
REFRESH_REVOKED = Fault(
    50173,
    "invalid_grant",
    "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user"
    " might have changed or reset their password. The grant was issued on '{issued}' and the"
    " TokensValidFrom date (before which tokens are not valid) for this user is '{valid_from}'.",
)
DEVICE_PENDING = Fault(
    70016,
    "authorization_pending",
    "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
)
DEVICE_EXPIRED = Fault(
    70020, "expired_token", "The device code has expired. Have the user retry the sign-in."
)
# The names by which clients of either version know it.
DEVICE_EXPIRED_V1 = Fault(
    70019, "code_expired", "Verification code expired. Have the user retry the sign-in."
)
DEVICE_DECLINED = Fault(
    70017, "authorization_declined", "The user declined the request to sign in on the device."
)
DEVICE_UNKNOWN = Fault(
    70018,
    "bad_verification_code",
    "Invalid verification code: '{code}' is none that was given out.",
)
CODE_EXPIRED = Fault(
    70008,
    "invalid_grant",
    "The provided authorization code or refresh token has expired due to inactivity. Send a new"
    " interactive authorization request for this user and resource.",
)
CODE_REDEEMED = Fault(
    54005,
    "invalid_grant",
    "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an"
    " existing refresh token.",
)
VERIFIER_MISMATCH = Fault(
    501481, "invalid_grant", "The Code_Verifier does not match the code_challenge supplied."
)
REDIRECT_MISMATCH = Fault(
    50011,
    "invalid_request",
    "The redirect URI '{redirect}' specified in the request does not match the redirect URIs"
    " configured for the application '{client}'.",
)
UNKNOWN_INSTANCE = Fault(50049, "invalid_instance", "Unknown or invalid instance.")


def message(fault: Fault, **places: str) -> str:
    """The fault's text with its number, as people see it on a page."""
    return f"AADSTS{fault.number}: {fault.text.format(**places)}"


def refusal(
    cloud: Cloud, request: Request, fault: Fault, extra: Json | None = None, /, **places: str
) -> CloudError:
    """The error to raise for `fault`; `places` fill its text, `extra` has further members."""
    timestamp = wire_time(cloud.clock.now()).replace("T", " ")
    correlation = request.headers.get("client-request-id") or str(uuid.uuid4())
    body: Json = {
        "error": fault.error,
        "error_description": (
            f"{message(fault, **places)} Trace ID: {request.request_id}"
            f" Correlation ID: {correlation} Timestamp: {timestamp}"
        ),
        "error_codes": [fault.number],
        "timestamp": timestamp,
        "trace_id": request.request_id,
        "correlation_id": correlation,
        "error_uri": f"{cloud.origin}/error?code={fault.number}",
    }
    if fault.suberror:
        body["suberror"] = fault.suberror
    body |= extra or {}
    return CloudError(Reply(fault.status, body))
