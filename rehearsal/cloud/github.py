"""Plays GitHub Actions as an OpenID Connect issuer, for workflows that log in without a secret.

A real workflow gets `ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN`, adds
`&audience=...` and gets `{"value": token}`:
https://docs.github.com/actions/reference/security/oidc. Here the address names the token's subject
too, which GitHub takes from the job; who may ask is whoever can read the rehearsal's home.
"""

from __future__ import annotations

import hmac
import secrets
import uuid
from typing import TYPE_CHECKING

import jwt

from rehearsal.cloud.files import write
from rehearsal.cloud.keys import SigningKeys
from rehearsal.cloud.web import CloudError, Reply

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json
    from rehearsal.cloud.web import Request
    from rehearsal.home import Home

PREFIX = "/_github"
LIFETIME_SECONDS = 300
ALGORITHM = "RS256"


def issuer(origin: str) -> str:
    """`iss` of the tokens; the real one is `https://token.actions.githubusercontent.com`."""
    return f"{origin}{PREFIX}"


def request_token(home: Home) -> str:
    """The value of `ACTIONS_ID_TOKEN_REQUEST_TOKEN`; made at the first call."""
    path = home.root / "github-request-token"
    if not path.exists():
        write(path, secrets.token_urlsafe(32).encode())
    return path.read_text(encoding="utf-8")


def request_address(origin: str, subject: str) -> str:
    """The value of `ACTIONS_ID_TOKEN_REQUEST_URL` for a job with that subject."""
    return f"{origin}{PREFIX}/token?api-version=2.0&subject={subject}"


def job_environment(home: Home, origin: str, subject: str) -> dict[str, str]:
    """The variables of a job with that subject that may ask for a token (`id-token: write`)."""
    return {
        "ACTIONS_ID_TOKEN_REQUEST_URL": request_address(origin, subject),
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": request_token(home),
    }


def register(cloud: Cloud) -> None:
    """Add its routes, which have to be tried before Entra's."""
    keys = SigningKeys(cloud.store, cloud.clock, kind="github-signing-key")
    address = issuer(cloud.origin)

    def configuration(_request: Request) -> Reply:
        return Reply(200, _configuration(address))

    def published(_request: Request) -> Reply:
        keys.current()
        return Reply(200, keys.jwks())

    def token(request: Request) -> Reply:
        _check_bearer(cloud, request)
        claims = _claims(cloud, address, request)
        key = keys.current()
        signed = jwt.encode(claims, key.private_key, ALGORITHM, headers={"kid": key.kid})
        return Reply(200, {"value": signed})

    for path, operation, handler in (
        ("/.well-known/openid-configuration", "GitHub_Configuration", configuration),
        ("/.well-known/jwks", "GitHub_Keys", published),
        ("/token", "GitHub_Token", token),
    ):
        cloud.router.add("GET", f"{PREFIX}{path}", operation, handler)


def _configuration(address: str) -> Json:
    return {
        "issuer": address,
        "jwks_uri": f"{address}/.well-known/jwks",
        "subject_types_supported": ["public", "pairwise"],
        "response_types_supported": ["id_token"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "scopes_supported": ["openid"],
    }


def _check_bearer(cloud: Cloud, request: Request) -> None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    wanted = request_token(cloud.home).encode()
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), wanted):
        message = "The bearer token is not the one in the rehearsal's home."
        raise CloudError(Reply(401, {"message": message}))


def _claims(cloud: Cloud, address: str, request: Request) -> Json:
    """Claims of a job's token: the subject's parts stand in claims of their own, too."""
    subject = request.query.get("subject", "")
    parts = subject.split(":")
    if parts[0] != "repo" or len(parts) < 3 or "/" not in parts[1]:  # noqa: PLR2004 -- its grammar
        message = (
            f"subject '{subject}' is not of the form repo:OWNER/NAME:environment:ENVIRONMENT or"
            " repo:OWNER/NAME:ref:refs/heads/BRANCH"
        )
        raise CloudError(Reply(400, {"message": message}))
    repository = parts[1]
    owner = repository.partition("/")[0]
    now = int(cloud.clock.now().timestamp())
    claims: Json = {
        "iss": address,
        "sub": subject,
        "aud": request.query.get("audience") or f"https://github.com/{owner}",
        "jti": str(uuid.uuid4()),
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME_SECONDS,
        "repository": repository,
        "repository_owner": owner,
        "event_name": "workflow_dispatch",
        "ref": "refs/heads/main",
    }
    kind, value = parts[2], ":".join(parts[3:])
    return claims | ({kind: value} if kind in ("environment", "ref") else {})
