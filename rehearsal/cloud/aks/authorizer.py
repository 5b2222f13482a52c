"""The authorisation webhook of clusters with `enableAzureRBAC`: do Azure's roles allow a request?

It decides as guard in AKS does (https://github.com/kubeguard/guard, authz/providers/azure): Azure
has an opinion on those whose token Entra issued, and denies them what no role assignment allows
at the cluster or at the namespace (`<cluster>/namespaces/<name>`). The API server asks last, when
Kubernetes RBAC has not allowed the request.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from rehearsal.cloud.aks.authorizer_actions import NoOperationError, data_actions, is_discovery
from rehearsal.cloud.aks.webhook import asking_cluster, bad_review, log_decision, review_spec
from rehearsal.cloud.arm.authorization import decide, grants, identities
from rehearsal.cloud.arm.scopes import is_guid
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Request

Json = dict[str, Any]

_API_VERSION = "authorization.k8s.io/v1"
_KIND = "SubjectAccessReview"
_TEXT = {"type": ["string", "null"]}
_TEXTS = {"type": ["array", "null"], "items": {"type": "string"}}
_RESOURCE = ("namespace", "verb", "group", "version", "resource", "subresource", "name")


def _object(*names: str) -> Json:
    return {"type": ["object", "null"], "properties": dict.fromkeys(names, _TEXT)}


# The members that are read; Kubernetes adds others now and then.
_SPEC: Any = Draft202012Validator(
    {
        "properties": {
            "user": _TEXT,
            "groups": _TEXTS,
            "extra": {"type": ["object", "null"], "additionalProperties": _TEXTS},
            "resourceAttributes": _object(*_RESOURCE),
            "nonResourceAttributes": _object("path", "verb"),
        }
    }
)

# Guard's words (authz/providers/azure/rbac/checkaccessreqhelper.go).
NO_OPINION = "Azure does not have opinion for this user."
NO_OPINION_OF_STRANGERS = (
    "Azure does not have opinion for this non AAD user. If you are an AAD user, please set"
    " Extra:oid parameter for impersonated user in the kubeconfig"
)
DENIED = (
    "User does not have access to the resource in Azure. Update role assignment to allow access."
)
ALLOWED = "Access allowed by Azure RBAC"
CHECK_FAILED = "Access denied due to Azure RBAC check failure. Please retry later."


def register(cloud: Cloud) -> None:
    """Add the webhook's route."""
    path = "/_aks/{key}/subjectaccessreview"
    cloud.router.add("POST", path, "AKS.SubjectAccessReview", partial(_review, cloud))


def _review(cloud: Cloud, request: Request) -> Reply:
    """401 for a stranger, 400 for what is no SubjectAccessReview, else 200 with the decision."""
    files = asking_cluster(cloud, request)
    spec = review_spec(request, _API_VERSION, _KIND)
    if not _SPEC.is_valid(spec):
        raise bad_review(f"the spec is not that of a {_KIND}")
    cluster_id = str((files.spec() or {}).get("cluster_id"))
    status = decision(cloud, cluster_id, spec)
    if status["allowed"] or status.get("denied"):
        what = spec.get("resourceAttributes") or spec.get("nonResourceAttributes")
        log_decision(cloud, files, {"user": spec.get("user"), "request": what, **status})
    return Reply(200, {"apiVersion": _API_VERSION, "kind": _KIND, "status": status})


def decision(cloud: Cloud, cluster_id: str, spec: Json) -> Json:
    """The `status` of a SubjectAccessReview on a cluster.

    `denied` is left out where Azure has no opinion; then Kubernetes RBAC alone has decided.
    """
    user = str(spec.get("user") or "")
    if user.lower().startswith("system:"):
        return _status(NO_OPINION)
    extra: Json = spec.get("extra") or {}
    object_ids: list[str] = extra.get("oid") or []
    if not object_ids:
        return _status(NO_OPINION_OF_STRANGERS)
    if is_discovery(spec):
        return _status(ALLOWED, allowed=True)
    if len(object_ids) != 1 or not is_guid(object_ids[0]):
        return _status(CHECK_FAILED, denied=True)
    try:
        actions = data_actions(spec)
    except NoOperationError as problem:
        return _status(f"{CHECK_FAILED} {problem}", denied=True)
    return _by_role_assignments(cloud, cluster_id, spec, object_ids[0], actions)


def _by_role_assignments(
    cloud: Cloud, cluster_id: str, spec: Json, object_id: str, actions: list[str]
) -> Json:
    resource: Json = spec.get("resourceAttributes") or {}
    namespace = resource.get("namespace")
    scope = f"{cluster_id}/namespaces/{namespace}" if namespace else cluster_id
    # The groups of the token, as guard passes them on; Azure looks them up where there are none.
    named: list[str] = spec.get("groups") or []
    groups = [group.lower() for group in named if is_guid(group)]
    principals = {object_id.lower(), *groups} if groups else identities(cloud, object_id)
    given = grants(cloud)
    found = [decide(given, principals, action, scope, data=True) for action in actions]
    first = found[0]
    if first is None or None in found:
        return _status(DENIED, denied=True)
    return _status(
        f"{ALLOWED} Role Assignment {first.id} of Role {first.role.id} to user {spec.get('user')}",
        allowed=True,
    )


def _status(reason: str, *, allowed: bool = False, denied: bool = False) -> Json:
    return {"allowed": allowed, **({"denied": True} if denied else {}), "reason": reason}
