"""Which data actions of Azure a request to a cluster's API server asks for.

As kubeguard/guard maps them (authz/providers/azure/rbac/checkaccessreqhelper.go) with discovery of
resources and custom resource types switched on: `<prefix>/<group>/<resource>/<read|write|delete>`,
subresources count as their resource except `pods/exec`, and what Azure has no operation for is a
`customresources`. A request for `*` asks for all the operations that it covers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]

PREFIX = "Microsoft.ContainerService/managedClusters"
_FILE = Path(__file__).with_name("authorizer_operations.yaml")
_VERBS = {
    "get": "read",
    "list": "read",
    "watch": "read",
    "create": "write",
    "patch": "write",
    "update": "write",
    "delete": "delete",
    "deletecollection": "delete",
    "bind": "bind/action",
    "escalate": "escalate/action",
    "use": "use/action",
    "impersonate": "impersonate/action",
}
_USUAL = ("read", "write", "delete")


class NoOperationError(Exception):
    """Azure has no operation for what is asked; the message says for what."""


@dataclass(frozen=True)
class _Operation:
    """What one resource has, by its API group; `verbs` are the ends of its actions."""

    group: str
    resource: str
    verbs: tuple[str, ...]
    namespaced: bool


def data_actions(spec: Json) -> list[str]:
    """The actions that all have to be allowed, of a SubjectAccessReview's `spec`.

    Raises:
        NoOperationError: there is none for a request with `*`, or for that verb.
    """
    resource: Json | None = spec.get("resourceAttributes")
    if resource is None:
        other: Json = spec.get("nonResourceAttributes") or {}
        return [_joined(PREFIX, other.get("path", ""), _VERBS.get(other.get("verb", ""), ""))]
    group, name, verb = (resource.get(key) or "" for key in ("group", "resource", "verb"))
    if group not in {"", "*"} and not _known(group, name):
        return _of_custom_resource(verb)
    if "*" in {group, name, verb}:
        return _covered(group, name, verb, in_namespace=bool(resource.get("namespace")))
    if (name, resource.get("subresource")) == ("pods", "exec"):
        return [_joined(PREFIX, group, "pods/exec/action")]
    return [_joined(PREFIX, group, name, _VERBS.get(verb, ""))]


def is_discovery(spec: Json) -> bool:
    """Whether the request reads what every client has to, which guard allows everyone."""
    other: Json = spec.get("nonResourceAttributes") or {}
    starts = ("/api", "/openapi", "/version", "/healthz")
    return str(other.get("verb")).lower() == "get" and (
        str(other.get("path")).lower().startswith(starts)
    )


def _known(group: str, resource: str) -> bool:
    return any(
        operation.group == group and resource in {"*", operation.resource}
        for operation in _operations()
    )


def _of_custom_resource(verb: str) -> list[str]:
    ends = _USUAL if verb == "*" else (_VERBS.get(verb, ""),)
    if not set(ends) <= {*_USUAL}:
        raise NoOperationError(f"No actions found for verb: {verb}")
    return [_joined(PREFIX, "customresources", end) for end in ends]


def _covered(group: str, resource: str, verb: str, *, in_namespace: bool) -> list[str]:
    """The actions of all operations that a request with a `*` somewhere covers."""
    wanted = _VERBS.get(verb, "")
    found = [
        _joined(PREFIX, operation.group, operation.resource, end)
        for operation in _operations()
        if group in {"*", operation.group}
        and resource in {"*", operation.resource}
        and (operation.namespaced or resource != "*" or not in_namespace)
        for end in operation.verbs
        if verb == "*" or end == wanted
    ]
    if not found:
        raise NoOperationError(
            f"No operations were found for Group: {group}, Resource: {resource}, Verb: {verb}"
        )
    return found


@cache
def _operations() -> tuple[_Operation, ...]:
    listed: Json = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    further: list[str] = listed["actions"]

    def operation(group: str, resource: str, *, namespaced: bool) -> _Operation:
        start = f"{_joined(group, resource)}/"
        own = tuple(action.removeprefix(start) for action in further if action.startswith(start))
        return _Operation(group, resource, (*_USUAL, *own), namespaced)

    return tuple(
        operation(group, resource, namespaced=key == "namespaced")
        for key in ("namespaced", "clusterWide")
        for group, resources in listed[key].items()
        for resource in resources
    )


def _joined(*parts: str) -> str:
    """The parts with one slash between them; empty ones are left out."""
    return "/".join(part.strip("/") for part in parts if part.strip("/"))
