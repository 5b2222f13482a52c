"""What stands in the tokens: access tokens of both versions, id tokens, the group claims.

Claims as listed in https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
and id-token-claims-reference.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import TYPE_CHECKING

from rehearsal.cloud.entra.policies import lifetimes
from rehearsal.cloud.entra.tokens import v1_issuer, v2_issuer
from rehearsal.cloud.graph.first_party import GRAPH

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.entra.clients import Client
    from rehearsal.cloud.entra.resources import Target
    from rehearsal.cloud.graph.directory import Principal
    from rehearsal.cloud.store import Json

# Entra dates tokens back, so that a clock a little behind takes them.
BACKDATED_SECONDS = 300
# Above this a JWT names no groups:
# https://learn.microsoft.com/entra/identity-platform/optional-claims#configure-groups-optional-claims
GROUPS_LIMIT = 200
PROOFS = {"none": "0", "secret": "1", "assertion": "2"}


def access_claims(
    cloud: Cloud, subject: Principal, client: Client, target: Target, *, mfa: bool = False
) -> Json:
    """The claims of an access token.

    Args:
        cloud: The local Azure.
        subject: The person, or the client's own service principal.
        client: The application that the token is given to.
        target: The API that the token is for.
        mfa: Whether the person gave a second factor.
    """
    resource = target.resource
    tenant_id = cloud.directory.tenant().id
    version_1 = resource.token_version == 1
    claims = _times(cloud) | {
        "aud": resource.audience,
        "iss": v1_issuer(tenant_id) if version_1 else v2_issuer(cloud.origin, tenant_id),
        "oid": subject.object_id,
        "tid": tenant_id,
        "uti": _random(),
        "ver": "1.0" if version_1 else "2.0",
        ("appid" if version_1 else "azp"): client.app_id,
        ("appidacr" if version_1 else "azpacr"): PROOFS[client.proof],
    }
    if subject.kind == "User":
        claims |= _person(cloud, subject, version=resource.token_version)
        claims |= {
            "acr": "1",
            "amr": ["pwd", "mfa"] if mfa else ["pwd"],
            "idtyp": "user",
            "ipaddr": "127.0.0.1",
            "scp": " ".join(target.scopes),
            "sub": _pairwise(subject.object_id, resource.audience),
        }
    else:
        claims |= {"idp": v1_issuer(tenant_id), "idtyp": "app", "sub": subject.object_id}
        roles = cloud.directory.permissions(subject.object_id)
        if roles and GRAPH in resource.app_ids:
            claims["roles"] = sorted(roles)
    if resource.group_claims:
        claims |= group_claims(cloud, subject)
    return claims


def group_claims(cloud: Cloud, subject: Principal) -> Json:
    """`groups`: object ids of the subject's security groups, nested ones too; or where to ask."""
    groups = cloud.directory.transitive_group_ids(subject.object_id, security_enabled_only=True)
    if not groups:
        return {}
    if len(groups) <= GROUPS_LIMIT:
        return {"groups": sorted(groups)}
    plural = "users" if subject.kind == "User" else "servicePrincipals"
    endpoint = f"{cloud.origin}/v1.0/{plural}/{subject.object_id}/getMemberObjects"
    return {
        "_claim_names": {"groups": "src1"},
        "_claim_sources": {"src1": {"endpoint": endpoint}},
    }


def id_claims(
    cloud: Cloud, subject: Principal, client: Client, *, version: int, nonce: str | None
) -> Json:
    """The claims of a person's id token, which is for the client itself."""
    tenant_id = cloud.directory.tenant().id
    claims = _times(cloud) | {
        "aud": client.app_id,
        "iss": v1_issuer(tenant_id) if version == 1 else v2_issuer(cloud.origin, tenant_id),
        "oid": subject.object_id,
        "tid": tenant_id,
        "sub": _pairwise(subject.object_id, client.app_id),
        "uti": _random(),
        "ver": f"{version}.0",
    }
    claims |= _person(cloud, subject, version=version)
    return claims | ({"nonce": nonce} if nonce else {})


def _times(cloud: Cloud) -> Json:
    now = int(cloud.clock.now().timestamp())
    start = now - BACKDATED_SECONDS
    lifetime = int(lifetimes(cloud.store).access.total_seconds())
    return {"iat": start, "nbf": start, "exp": now + lifetime}


def _person(cloud: Cloud, subject: Principal, *, version: int) -> Json:
    """Names of a person; a guest has no `upn`, and comes with the address it was invited by."""
    document = cloud.directory.get("User", subject.object_id) or {}
    name = document["mail"] if subject.guest else subject.upn
    claims: Json = {"name": subject.display_name}
    if version == 1:
        claims["unique_name"] = name
        if not subject.guest:
            claims["upn"] = name
    else:
        claims["preferred_username"] = name
    if subject.guest:
        claims |= {"email": name, "idp": "mail"}
    return claims


def _pairwise(object_id: str, audience: str) -> str:
    digest = hashlib.sha256(f"{object_id} {audience}".encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _random() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()
