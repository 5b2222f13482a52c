"""Access tokens: signing them, checking them, and who a request's token says is calling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import jwt

if TYPE_CHECKING:
    from collections.abc import Collection

    from jwt.types import Options

    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json
    from rehearsal.cloud.web import Request

TokenProblem = Literal[
    "missing", "malformed", "signature", "audience", "issuer", "tenant", "expired", "principal"
]
ALGORITHM = "RS256"
SIGNATURE_ONLY: Options = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


class InvalidTokenError(Exception):
    """A token that is refused; `code` says why, and each plane has its own words for it."""

    def __init__(self, code: TokenProblem, message: str) -> None:
        super().__init__(message)
        self.code: TokenProblem = code
        self.message = message


@dataclass(frozen=True)
class Caller:
    """Who sent a request, by its access token."""

    object_id: str
    tenant_id: str
    app_id: str | None
    """The application that asked for the token; a service principal's own id."""
    kind: Literal["User", "ServicePrincipal"]
    upn: str | None
    scopes: frozenset[str]
    """Delegated permissions (`scp`); empty for service principals."""
    roles: frozenset[str]
    """Application permissions (`roles`); empty for users."""


def v1_issuer(tenant_id: str) -> str:
    """`iss` of the tokens that Azure's own APIs (ARM, Graph, AKS) get."""
    return f"https://sts.windows.net/{tenant_id}/"


def v2_issuer(origin: str, tenant_id: str) -> str:
    """`iss` of id tokens and of tokens for APIs that ask for version 2."""
    return f"{origin}/{tenant_id}/v2.0"


def issue(cloud: Cloud, claims: Json) -> str:
    """The claims as a JWT, signed by the current key."""
    key = cloud.keys.current()
    return jwt.encode(claims, key.private_key, ALGORITHM, headers={"kid": key.kid, "x5t": key.kid})


def verify_token(
    cloud: Cloud,
    token: str,
    *,
    audiences: Collection[str],
    issuers: Collection[str],
    tenant_id: str,
) -> Json:
    """The claims of a token that is signed by a published key and meant for the one who asks.

    Args:
        cloud: Its keys and its clock are used.
        token: A compact JWT.
        audiences: Accepted values of `aud`, compared as they are.
        issuers: Accepted values of `iss`.
        tenant_id: The value that `tid` must have.

    Raises:
        InvalidTokenError: any of that fails, or the time is not within `nbf` and `exp`.
    """
    claims = _signed_claims(cloud, token)
    now = cloud.clock.now().timestamp()
    if claims.get("aud") not in audiences:
        raise InvalidTokenError("audience", f"the token is for audience '{claims.get('aud')}'")
    if claims.get("iss") not in issuers:
        raise InvalidTokenError("issuer", f"the token is of issuer '{claims.get('iss')}'")
    if claims.get("tid") != tenant_id:
        raise InvalidTokenError("tenant", f"the token is of tenant '{claims.get('tid')}'")
    expires, starts = claims.get("exp"), claims.get("nbf", 0)
    if not isinstance(expires, int) or not isinstance(starts, int):
        raise InvalidTokenError("malformed", "the token's times are not whole numbers")
    if now >= expires:
        raise InvalidTokenError("expired", "the token has expired")
    if now < starts:
        raise InvalidTokenError("expired", "the token is not valid yet")
    return claims


def _signed_claims(cloud: Cloud, token: str) -> Json:
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        key = cloud.keys.public_key(kid) if isinstance(kid, str) else None
        if key is None:
            raise InvalidTokenError("signature", "the token's key id is not a published key's")
        # Only the signature here: times are checked by the injected clock, the rest by the caller.
        return jwt.decode(token, key, [ALGORITHM], options=SIGNATURE_ONLY)
    except jwt.InvalidSignatureError:
        raise InvalidTokenError("signature", "the token's signature is not valid") from None
    except jwt.PyJWTError as error:
        raise InvalidTokenError("malformed", f"the token is no usable JWT: {error}") from None


def authenticate(cloud: Cloud, request: Request, audiences: Collection[str]) -> Caller:
    """Who calls, by the request's bearer token.

    Raises:
        InvalidTokenError: no token, one that `verify_token` refuses, or one of a principal that
            is not there any more or is disabled.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise InvalidTokenError("missing", "the request has no bearer token")
    tenant_id = cloud.directory.tenant().id
    claims = verify_token(
        cloud,
        token.strip(),
        audiences=audiences,
        issuers=(v1_issuer(tenant_id), v2_issuer(cloud.origin, tenant_id)),
        tenant_id=tenant_id,
    )
    principal = cloud.directory.principal(str(claims.get("oid", "")))
    if principal is None or principal.kind == "Group" or not principal.enabled:
        raise InvalidTokenError("principal", "the token's principal is gone or disabled")
    return Caller(
        object_id=principal.object_id,
        tenant_id=tenant_id,
        app_id=claims.get("appid") or claims.get("azp"),
        kind=principal.kind,
        upn=principal.upn,
        scopes=frozenset(str(claims.get("scp", "")).split()),
        roles=frozenset(claims.get("roles", ())),
    )
