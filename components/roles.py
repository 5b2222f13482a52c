"""What the built-in roles of a team allow in its namespaces.

Each role contains the one before it and none holds a wildcard. None reads Secrets, writes RBAC
objects or gets tokens of service accounts. Who may create Pods (developer, operator) can still
mount any Secret and use any service account of that namespace: Kubernetes has no way to allow the
one without the other, so what one team must not see belongs in another namespace.

The resources are those of Kubernetes' own `view` and `edit` roles, less what is said above
(https://kubernetes.io/docs/reference/access-authn-authz/rbac/, 2026-11).
"""

from typing import NotRequired, TypedDict


class RoleRule(TypedDict):
    """One Kubernetes PolicyRule of a namespaced Role."""

    api_groups: list[str]
    """API groups; the empty text is the core group."""
    resources: list[str]
    """Resources and subresources, such as `pods` and `pods/log`."""
    verbs: list[str]
    """Verbs, such as `get`."""
    resource_names: NotRequired[list[str]]
    """Names of the only objects meant; all if left out."""


_READ = ["get", "list", "watch"]
_WRITE = ["create", "delete", "patch", "update"]

_CORE = ["configmaps", "persistentvolumeclaims", "pods", "services"]
_APPS = ["daemonsets", "deployments", "statefulsets"]
_BATCH = ["cronjobs", "jobs"]
_SCALABLE = ["deployments/scale", "replicasets/scale", "statefulsets/scale"]


def _rule(api_group: str, resources: list[str], verbs: list[str]) -> RoleRule:
    return {"api_groups": [api_group], "resources": resources, "verbs": verbs}


_VIEWER = [
    _rule(
        "",
        [*_CORE, "endpoints", "events", "limitranges", "pods/log", "resourcequotas"],
        _READ,
    ),
    _rule("apps", [*_APPS, "replicasets"], _READ),
    _rule("autoscaling", ["horizontalpodautoscalers"], _READ),
    _rule("batch", _BATCH, _READ),
    _rule("discovery.k8s.io", ["endpointslices"], _READ),
    _rule("networking.k8s.io", ["ingresses", "networkpolicies"], _READ),
    _rule("policy", ["poddisruptionbudgets"], _READ),
]

_DEVELOPER = [
    *_VIEWER,
    _rule("", _CORE, _WRITE),
    _rule("apps", _APPS, _WRITE),
    _rule("autoscaling", ["horizontalpodautoscalers"], _WRITE),
    _rule("batch", _BATCH, _WRITE),
    _rule("networking.k8s.io", ["ingresses"], _WRITE),
    _rule("policy", ["poddisruptionbudgets"], _WRITE),
]

_OPERATOR = [
    *_DEVELOPER,
    # kubectl opens these as WebSockets, which are GET requests, and falls back to POST.
    _rule("", ["pods/exec", "pods/portforward"], ["create", "get"]),
    _rule("", ["pods/eviction"], ["create"]),
    _rule("apps", _SCALABLE, ["get", "patch", "update"]),
]

BUILT_IN: dict[str, list[RoleRule]] = {
    "viewer": _VIEWER,
    "developer": _DEVELOPER,
    "operator": _OPERATOR,
}
"""The built-in roles by name, from the least to the most powerful."""
