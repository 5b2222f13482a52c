"""The authentication webhook of the clusters: who does a token belong to?

It decides as the authenticator that AKS runs (https://github.com/kubeguard/guard, auth/providers/
azure): a TokenReview is always answered with HTTP 200, since an API server shows its log nothing of
another status; what is wrong with a token goes into `status.error` and into the cluster's guard
log.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from rehearsal.cloud.aks.kubeconfig import SERVER_APP_ID
from rehearsal.cloud.aks.webhook import asking_cluster, bad_review, log_decision, review_spec
from rehearsal.cloud.entra.tokens import InvalidTokenError, v1_issuer, verify_token
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.aks.runtime_files import ClusterFiles
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Request

Json = dict[str, Any]

_AUDIENCES = (SERVER_APP_ID, f"spn:{SERVER_APP_ID}")
_API_VERSION = "authentication.k8s.io/v1"


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
    cloud.router.add(
        "POST", "/_aks/{key}/tokenreview", "AKS.TokenReview", partial(_token_review, cloud)
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


def _token_review(cloud: Cloud, request: Request) -> Reply:
    """401 for a stranger, 400 for what is no TokenReview, else always 200."""
    files = asking_cluster(cloud, request)
    token = review_spec(request, _API_VERSION, "TokenReview").get("token")
    if not isinstance(token, str):
        raise bad_review("the TokenReview has no spec.token")
    try:
        user, claims = _verified(cloud, files, token)
    except (InvalidTokenError, RefusedError) as refusal:
        status: Json = {"authenticated": False, "error": str(refusal)}
        log_decision(cloud, files, status)
    else:
        status = {"authenticated": True, "user": user.as_status()}
        said = {"user": user.username, "oid": user.object_id, "groups": len(user.groups)}
        log_decision(cloud, files, {"authenticated": True, **said, "uti": claims.get("uti")})
    return Reply(200, {"apiVersion": _API_VERSION, "kind": "TokenReview", "status": status})


def _verified(cloud: Cloud, files: ClusterFiles, token: str) -> tuple[UserInfo, Json]:
    tenant_id = str((files.spec() or {}).get("tenant_id"))
    claims = verify_token(
        cloud,
        token,
        audiences=_AUDIENCES,
        issuers=(v1_issuer(tenant_id),),
        tenant_id=tenant_id,
    )
    return user_info(cloud, claims), claims
