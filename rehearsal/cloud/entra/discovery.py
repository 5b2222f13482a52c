"""What clients read before they log in: OpenID configuration, keys, instance and user realm."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rehearsal.cloud.entra.errors import (
    TENANT_NAME_INVALID,
    TENANT_NOT_FOUND,
    UNKNOWN_INSTANCE,
    refusal,
)
from rehearsal.cloud.entra.tokens import v1_issuer, v2_issuer
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json
    from rehearsal.cloud.web import Request

# Names that stand for "the tenant of whoever logs in".
ANY_TENANT = ("common", "organizations")
GUID_OR_DOMAIN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z0-9-]+(\.[a-z0-9-]+)+")


def tenant_id(cloud: Cloud, request: Request) -> str:
    """The tenant that the request's path names: by id, by domain, or by `common`.

    Raises:
        CloudError: AADSTS90002, there is no such tenant; AADSTS900023, the text can name none.
    """
    tenant = cloud.directory.tenant()
    named = request.params["tenant"].lower()
    if named in (tenant.id, tenant.domain.lower(), *ANY_TENANT):
        return tenant.id
    fault = TENANT_NOT_FOUND if GUID_OR_DOMAIN.fullmatch(named) else TENANT_NAME_INVALID
    if request.method == "GET":
        # Seen: the documents have this error, the token endpoint `invalid_request`.
        fault = replace(fault, error="invalid_tenant")
    raise refusal(cloud, request, fault, tenant=request.params["tenant"])


def openid_v2(cloud: Cloud, request: Request) -> Reply:
    """The v2.0 OpenID configuration; for `common` the issuer has a placeholder, as Entra's has."""
    found = tenant_id(cloud, request)
    named = request.params["tenant"]
    issuer_tenant = "{tenantid}" if named.lower() in ANY_TENANT else found
    path_tenant = named if named.lower() in ANY_TENANT else found
    base = f"{cloud.origin}/{path_tenant}"
    document = _common_members(cloud) | {
        "issuer": v2_issuer(cloud.origin, issuer_tenant),
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "kerberos_endpoint": f"{base}/kerberos",
        "userinfo_endpoint": f"{cloud.origin}/oidc/userinfo",
    }
    return Reply(200, document)


def openid_v1(cloud: Cloud, request: Request) -> Reply:
    """The v1 OpenID configuration, whose issuer is that of the tokens for Azure's own APIs."""
    found = tenant_id(cloud, request)
    named = request.params["tenant"]
    issuer_tenant = "{tenantid}" if named.lower() in ANY_TENANT else found
    base = f"{cloud.origin}/{named if named.lower() in ANY_TENANT else found}"
    document = _common_members(cloud) | {
        "issuer": v1_issuer(issuer_tenant),
        "authorization_endpoint": f"{base}/oauth2/authorize",
        "token_endpoint": f"{base}/oauth2/token",
        "device_authorization_endpoint": f"{base}/oauth2/devicecode",
        "end_session_endpoint": f"{base}/oauth2/logout",
        "jwks_uri": f"{cloud.origin}/common/discovery/keys",
        "userinfo_endpoint": f"{base}/openid/userinfo",
    }
    return Reply(200, document)


def _common_members(cloud: Cloud) -> Json:
    return {
        "token_endpoint_auth_methods_supported": [
            "client_secret_post",
            "private_key_jwt",
            "client_secret_basic",
        ],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "request_uri_parameter_supported": False,
        "http_logout_supported": False,
        "claims_supported": [
            *("sub", "iss", "cloud_instance_name", "cloud_instance_host_name"),
            *("cloud_graph_host_name", "msgraph_host", "aud", "exp", "iat", "auth_time", "acr"),
            *("nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email"),
        ],
        "tenant_region_scope": "EU",
        "cloud_instance_name": cloud.origin.removeprefix("https://"),
        "cloud_graph_host_name": cloud.origin.removeprefix("https://"),
        "msgraph_host": cloud.origin.removeprefix("https://"),
        "rbac_url": cloud.origin,
    }


def keys(cloud: Cloud, request: Request) -> Reply:
    """The public keys of both token versions."""
    tenant_id(cloud, request)
    return Reply(200, cloud.keys.jwks())


def instance(cloud: Cloud, request: Request) -> Reply:
    """Which hosts belong to this cloud: this one alone."""
    endpoint = request.query.get("authorization_endpoint", "")
    if not endpoint.startswith(f"{cloud.origin}/"):
        raise refusal(cloud, request, UNKNOWN_INSTANCE)
    tenant = endpoint.removeprefix(f"{cloud.origin}/").partition("/")[0]
    host = cloud.origin.removeprefix("https://")
    document: Json = {
        "tenant_discovery_endpoint": (
            f"{cloud.origin}/{tenant}/v2.0/.well-known/openid-configuration"
        ),
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }
    return Reply(200, document)


def user_realm(cloud: Cloud, request: Request) -> Reply:
    """How a person of this name logs in: here, if the domain is the tenant's."""
    name = request.params["upn"]
    domain = name.rpartition("@")[2]
    tenant = cloud.directory.tenant()
    if domain.lower() != tenant.domain.lower():
        return Reply(200, {"ver": "1.0", "account_type": "Unknown"})
    document: Json = {
        "ver": "1.0",
        "account_type": "Managed",
        "domain_name": tenant.domain,
        "cloud_instance_name": cloud.origin.removeprefix("https://"),
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    }
    return Reply(200, document)
