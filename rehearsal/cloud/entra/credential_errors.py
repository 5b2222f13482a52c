"""Entra's refusals of an application's own credential, or for want of one.

Numbers as in https://learn.microsoft.com/entra/identity-platform/reference-error-codes; those of
federated credentials, which that page lacks, and the texts as the service was seen to send them:
https://github.com/Azure/azure-workload-identity/issues/1200 (issuer), Azure/login issues 482 and
515 (subject, its case), Azure/azure-workload-identity issues 605 and 1232 (keys).
"""

from __future__ import annotations

from rehearsal.cloud.entra.errors import UNAUTHORIZED, Fault

CLIENT_ASSERTIONS = "https://learn.microsoft.com/entra/identity-platform/certificate-credentials"
FEDERATION = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation"

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
PUBLIC_CLIENT_WITH_CREDENTIAL = Fault(
    700025,
    "invalid_client",
    "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    UNAUTHORIZED,
)
ASSERTION_MALFORMED = Fault(
    50027, "invalid_client", "JWT token is invalid or malformed.", UNAUTHORIZED
)
ASSERTION_SIGNATURE = Fault(
    700027,
    "invalid_client",
    "Client assertion contains an invalid signature. [Reason - {reason}]",
    UNAUTHORIZED,
)
ASSERTION_TIME = Fault(
    700024,
    "invalid_client",
    "Client assertion is not within its valid time range. Current time: {now}, assertion valid from"
    " {start}, expiry time of assertion {end}. Review the documentation at"
    f" {CLIENT_ASSERTIONS} .",
    UNAUTHORIZED,
)
ASSERTION_AUDIENCE = Fault(
    700023,
    "invalid_client",
    "Client assertion audience claim does not match Realm issuer. Review the documentation at"
    f" {CLIENT_ASSERTIONS} .",
    UNAUTHORIZED,
)
ASSERTION_CLIENT = Fault(
    700021,
    "invalid_client",
    "Client assertion application identifier doesn't match 'client_id' parameter. Review the"
    f" documentation at {CLIENT_ASSERTIONS} .",
    UNAUTHORIZED,
)
NO_FEDERATED_CREDENTIAL = Fault(
    70025,
    "invalid_client",
    "The client '{name}'({client}) has no configured federated identity credentials.",
    UNAUTHORIZED,
)
_NO_MATCH = "No matching federated identity record found for presented assertion"
_CHECK = (
    "Check your federated identity credential Subject, Audience and Issuer against the presented"
    f" assertion. {FEDERATION}"
)
FEDERATED_ISSUER = Fault(
    700211, "invalid_client", f"{_NO_MATCH} issuer '{{presented}}'. {_CHECK}", UNAUTHORIZED
)
FEDERATED_AUDIENCE = Fault(
    700212, "invalid_client", f"{_NO_MATCH} audience '{{presented}}'. {_CHECK}", UNAUTHORIZED
)
FEDERATED_SUBJECT = Fault(
    700213, "invalid_client", f"{_NO_MATCH} subject '{{presented}}'. {_CHECK}", UNAUTHORIZED
)
FEDERATED_SUBJECT_CASE = Fault(
    7002138,
    "invalid_client",
    f"{_NO_MATCH} subject '{{presented}}'. The subject matches with case-insensitive comparison,"
    f" but not with case-sensitive comparison. {_CHECK}",
    UNAUTHORIZED,
)
FEDERATED_KEY = Fault(
    7000272,
    "invalid_client",
    "The certificate with identifier {kid} used to sign the federated credential could not be found"
    " in the metadata of identity provider {issuer}. Please validate that your Identity Provider's"
    " metadata exposes the key used to sign the incoming token.",
    UNAUTHORIZED,
)
ISSUER_UNREACHABLE = Fault(
    50166, "invalid_request", "Request to External OIDC endpoint failed. {reason}"
)
