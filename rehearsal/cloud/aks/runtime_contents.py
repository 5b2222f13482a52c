"""What AKS keeps true inside a cluster: the admin groups' binding, the nodes, the default roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rehearsal.cloud.aks.nodes import node_objects

if TYPE_CHECKING:
    from rehearsal.cloud.aks.runtime import ClusterSpec
    from rehearsal.cloud.aks.runtime_api import AdminClient

Json = dict[str, Any]

ADMIN_BINDING = "aks-cluster-admin-binding-aad"
_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_NODES = "/api/v1/nodes"
_AGENTS = "labelSelector=kubernetes.azure.com/role=agent"
_AGGREGATED = ("view", "edit", "admin")


def reconcile(client: AdminClient, spec: ClusterSpec) -> str:
    """Bring the admin groups' binding and the nodes in line with `spec`; may be repeated.

    Returns:
        What is still lacking: nothing.

    Raises:
        ApiError: the API server refused something.
    """
    _bind_admin_groups(client, spec)
    _make_nodes(client, spec)
    return ""


def _bind_admin_groups(client: AdminClient, spec: ClusterSpec) -> None:
    path = f"{_RBAC}/clusterrolebindings/{ADMIN_BINDING}"
    groups = spec.admin_group_object_ids if spec.entra else ()
    if not groups:
        client.delete(path)
        return
    api_group = "rbac.authorization.k8s.io"
    subjects = [{"kind": "Group", "name": group, "apiGroup": api_group} for group in groups]
    binding: Json = {
        "apiVersion": f"{api_group}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {
            "name": ADMIN_BINDING,
            "labels": {"addonmanager.kubernetes.io/mode": "Reconcile"},
        },
        "roleRef": {"apiGroup": api_group, "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": subjects,
    }
    client.apply(path, binding)


def _make_nodes(client: AdminClient, spec: ClusterSpec) -> None:
    for index, node in enumerate(spec.nodes):
        body, status = node_objects(spec, node, index)
        client.apply(f"{_NODES}/{node.name}", body)
        client.apply(f"{_NODES}/{node.name}/status", status)
    wanted = {node.name for node in spec.nodes}
    listed = client.get(f"{_NODES}?{_AGENTS}") or {"items": []}
    for item in listed["items"]:
        name = item["metadata"]["name"]
        if name not in wanted:
            client.delete(f"{_NODES}/{name}")


def incomplete_roles(client: AdminClient) -> str:
    """Which of view, edit and admin lack rules of the roles they are made of; empty for none."""
    listed = client.get(f"{_RBAC}/clusterroles") or {"items": []}
    roles: dict[str, Json] = {item["metadata"]["name"]: item for item in listed["items"]}
    incomplete = [name for name in _AGGREGATED if not _is_complete(name, roles)]
    return f"the ClusterRoles {', '.join(incomplete)} lack rules" if incomplete else ""


def _is_complete(name: str, roles: dict[str, Json]) -> bool:
    role = roles.get(name, {})
    rules: list[Json] = role.get("rules") or []
    aggregation: Json = role.get("aggregationRule") or {}
    selectors: list[Json] = aggregation.get("clusterRoleSelectors") or []
    parts = [
        other
        for other in roles.values()
        if any(_carries(other, selector.get("matchLabels") or {}) for selector in selectors)
    ]
    wanted: list[list[Json]] = [part.get("rules") or [] for part in parts]
    return bool(rules) and all(rule in rules for part in wanted for rule in part)


def _carries(role: Json, labels: dict[str, str]) -> bool:
    return labels.items() <= (role["metadata"].get("labels") or {}).items()
