"""The authentication webhook of the clusters: who does a token belong to?

It decides as the authenticator that AKS runs (https://github.com/kubeguard/guard, auth/providers/
azure): a TokenReview is always answered with HTTP 200, since an API server shows its log nothing of
another status; what is wrong with a token goes into `status.error` and into the cluster's guard
log. The cluster's API server shows itself by a bearer token of its own.
"""

from __future__ import annotations

import hmac
import json
import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rehearsal.cloud.aks.kubeconfig import SERVER_APP_ID
from rehearsal.cloud.aks.runtime_files import ClusterFiles
from rehearsal.cloud.clock import wire_time
from rehearsal.cloud.entra.tokens import InvalidTokenError, v1_issuer, verify_token
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Request

Json = dict[str, Any]

_AUDIENCES = (SERVER_APP_ID, f"spn:{SERVER_APP_ID}")
_API_VERSION = "authentication.k8s.io/v1"
_KEY = re.compile("[a-z0-9-]+")


class RefusedError(Exception):
    """The token is good, but nobody can be let in by it; the message says why."""


@dataclass(frozen=True)
class UserInfo:
    """Who a token belongs to, as Kubernetes is told."""

    username: str
    """The user principal name; for those without one (service principals, guests) the object id."""
    object_id: str
    groups: tuple[str, ...]
    """Object ids."""

    def as_status(self) -> Json:
        """The `status.user` of a TokenReview."""
        extra = {"oid": [self.object_id]}
        return {"username": self.username, "groups": list(self.groups), "extra": extra}


def register(cloud: Cloud) -> None:
    """Add the webhook's route."""
    authenticator = Authenticator(cloud)
    cloud.router.add(
        "POST", "/_aks/{key}/tokenreview", "AKS.TokenReview", authenticator.token_review
    )


def user_info(cloud: Cloud, claims: Json) -> UserInfo:
    """Who the claims of a verified token name.

    Groups are taken from the claim as they are; where it was left out because there are too many,
    the directory is asked about a user. Without the claim and without that sign there are none.

    Raises:
        RefusedError: the token has no object id, or is a service principal's with too many groups.
    """
    object_id = claims.get("oid")
    if not isinstance(object_id, str) or not object_id:
        raise RefusedError("the token has no oid claim")
    username = claims.get("upn") or object_id
    if "groups" in claims:
        groups = [str(group) for group in claims["groups"]]
    elif "groups" not in claims.get("_claim_names", {}):
        groups = []
    elif claims.get("idtyp") == "app":
        raise RefusedError(
            f"the service principal {object_id} is in too many groups for its token;"
            " AKS cannot look up the groups of service principals:"
            " take it out of some, so that 200 remain"
        )
    else:
        groups = sorted(cloud.directory.transitive_group_ids(object_id))
    return UserInfo(str(username), object_id, tuple(groups))


class Authenticator:
    """Answers the TokenReviews of all clusters."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._log_lock = threading.Lock()

    def token_review(self, request: Request) -> Reply:
        """The reply to a TokenReview: 401 for a stranger, 400 if it is none, else always 200."""
        key = request.params["key"]
        files = ClusterFiles(self._cloud.home.clusters / key)
        if not _KEY.fullmatch(key) or not _is_api_server(files, request):
            return Reply(401, {"error": {"code": "Unauthorized", "message": "not an API server"}})
        token = _token(request.body)
        if token is None:
            message = f"the body is not a TokenReview of {_API_VERSION} with spec.token"
            return Reply(400, {"error": {"code": "BadRequest", "message": message}})
        spec = files.spec() or {}
        tenant_id = str(spec.get("tenant_id"))
        try:
            claims = verify_token(
                self._cloud,
                token,
                audiences=_AUDIENCES,
                issuers=(v1_issuer(tenant_id),),
                tenant_id=tenant_id,
            )
            user = user_info(self._cloud, claims)
        except (InvalidTokenError, RefusedError) as refusal:
            self._log(files, {"authenticated": False, "error": str(refusal)})
            return _answer({"authenticated": False, "error": str(refusal)})
        self._log(
            files,
            {
                "authenticated": True,
                "user": user.username,
                "oid": user.object_id,
                "groups": len(user.groups),
                "uti": claims.get("uti"),
            },
        )
        return _answer({"authenticated": True, "user": user.as_status()})

    def _log(self, files: ClusterFiles, entry: Json) -> None:
        line = json.dumps({"time": wire_time(self._cloud.clock.now()), **entry})
        with self._log_lock, files.guard_log.open("a") as log:
            log.write(f"{line}\n")


def _is_api_server(files: ClusterFiles, request: Request) -> bool:
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    try:
        expected = files.webhook_token.read_bytes()
    except OSError:
        return False
    return scheme.lower() == "bearer" and hmac.compare_digest(shown.encode(), expected)


def _token(body: bytes) -> str | None:
    try:
        review: Any = json.loads(body)
        if review["apiVersion"] == _API_VERSION and review["kind"] == "TokenReview":
            token = review["spec"]["token"]
            return token if isinstance(token, str) else None
    except (ValueError, KeyError, TypeError):
        pass
    return None


def _answer(status: Json) -> Reply:
    return Reply(200, {"apiVersion": _API_VERSION, "kind": "TokenReview", "status": status})
