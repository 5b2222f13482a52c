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


TENANT_NOT_FOUND = Fault(
    90002,
    "invalid_request",
    "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing"
    " into the correct cloud. Check with your subscription administrator, this may happen if there"
    " are no active subscriptions for the tenant.",
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
CLIENT_DISABLED = Fault(7000112, "unauthorized_client", "Application '{client}' is disabled.")
CREDENTIAL_REQUIRED = Fault(
    7000216,
    "invalid_client",
    "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials'"
    " grant type.",
    UNAUTHORIZED,
)
CLIENT_NOT_PUBLIC = Fault(
    7000218,
    "invalid_client",
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    UNAUTHORIZED,
)
WRONG_SECRET = Fault(
    7000215,
    "invalid_client",
    "Invalid client secret provided. Ensure the secret being sent in the request is the client"
    " secret value, not the client secret ID, for a secret added to app '{client}'.",
    UNAUTHORIZED,
)
EXPIRED_SECRET = Fault(
    7000222,
    "invalid_client",
    "The provided client secret keys for app '{client}' are expired.",
    UNAUTHORIZED,
)
WRONG_ASSERTION = Fault(
    700027,
    "invalid_client",
    "The certificate with identifier used to sign the client assertion is not registered on"
    " application, or the assertion is not valid: {reason}.",
    UNAUTHORIZED,
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
SCOPE_NOT_DEFAULT = Fault(
    1002012,
    "invalid_scope",
    "The provided value for scope {scope} is not valid. Client credential flows must have a scope"
    " value with /.default suffixed to the resource identifier (application ID URI).",
)
CONSENT_REQUIRED = Fault(
    65001,
    "invalid_grant",
    "The user or administrator has not consented to use the application with ID '{client}' for"
    " '{scope}'. Send an interactive authorization request for this user and resource.",
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
REFRESH_EXPIRED = Fault(700082, "invalid_grant", "The refresh token has expired due to inactivity.")
REFRESH_UNKNOWN = Fault(
    9002313, "invalid_grant", "Invalid request. Request is malformed or invalid."
)
REFRESH_REVOKED = Fault(
    50173,
    "invalid_grant",
    "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
)
DEVICE_PENDING = Fault(
    70016,
    "authorization_pending",
    "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
)
DEVICE_EXPIRED = Fault(
    70020, "expired_token", "The device code has expired. Have the user retry the sign-in."
)
DEVICE_DECLINED = Fault(
    70017, "authorization_declined", "The user declined the request to sign in on the device."
)
DEVICE_UNKNOWN = Fault(
    70018,
    "bad_verification_code",
    "Invalid verification code: '{code}' is none that was given out.",
)
CODE_INVALID = Fault(
    70008,
    "invalid_grant",
    "The provided authorization code or refresh token has expired or was used already. Send a new"
    " interactive authorization request for this user and resource.",
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


def refusal(cloud: Cloud, request: Request, fault: Fault, **places: str) -> CloudError:
    """The error to raise for `fault`; `places` fill its text."""
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
    return CloudError(Reply(fault.status, body))
