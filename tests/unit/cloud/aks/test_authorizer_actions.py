"""Facts of the mapping that guard's own tests hold (authz/providers/azure/rbac), told anew."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.cloud.aks.authorizer_actions import (
    PREFIX,
    NoOperationError,
    data_actions,
    is_discovery,
)


def of_resource(verb: str, resource: str, group: str = "", **more: str) -> list[str]:
    """The actions, without their common prefix."""
    attributes = {"verb": verb, "resource": resource, "group": group, **more}
    actions = data_actions({"resourceAttributes": attributes})
    assert all(action.startswith(f"{PREFIX}/") for action in actions)
    return [action.removeprefix(f"{PREFIX}/") for action in actions]


@pytest.mark.parametrize(
    ("verb", "resource", "group", "subresource", "action"),
    [
        ("get", "pods", "", "", "pods/read"),
        ("list", "pods", "", "", "pods/read"),
        ("watch", "deployments", "apps", "", "apps/deployments/read"),
        ("create", "deployments", "apps", "", "apps/deployments/write"),
        ("update", "deployments", "apps", "scale", "apps/deployments/write"),
        ("patch", "nodes", "", "", "nodes/write"),
        ("delete", "secrets", "", "", "secrets/delete"),
        ("deletecollection", "jobs", "batch", "", "batch/jobs/delete"),
        ("get", "pods", "", "log", "pods/read"),
        ("create", "pods", "", "portforward", "pods/write"),
        ("create", "pods", "", "exec", "pods/exec/action"),
        ("get", "pods", "", "exec", "pods/exec/action"),
        ("get", "pods", "metrics.k8s.io", "", "metrics.k8s.io/pods/read"),
        ("impersonate", "users", "", "", "users/impersonate/action"),
        (
            "bind",
            "clusterroles",
            "rbac.authorization.k8s.io",
            "",
            "rbac.authorization.k8s.io/clusterroles/bind/action",
        ),
        (
            "escalate",
            "roles",
            "rbac.authorization.k8s.io",
            "",
            "rbac.authorization.k8s.io/roles/escalate/action",
        ),
        ("approve", "pods", "", "", "pods"),
    ],
)
def test_a_verb_on_a_resource_is_one_action(
    verb: str, resource: str, group: str, subresource: str, action: str
) -> None:
    assert of_resource(verb, resource, group, subresource=subresource) == [action]


@pytest.mark.parametrize(
    ("verb", "actions"),
    [
        ("get", ["read"]),
        ("patch", ["write"]),
        ("deletecollection", ["delete"]),
        ("*", ["read", "write", "delete"]),
    ],
)
def test_what_azure_has_no_operation_for_is_a_custom_resource(
    verb: str, actions: list[str]
) -> None:
    expected = [f"customresources/{action}" for action in actions]
    assert of_resource(verb, "widgets", "example.com") == expected
    assert of_resource(verb, "*", "example.com") == expected


@pytest.mark.parametrize(
    ("path", "verb", "action"),
    [("/logs/", "get", "logs/read"), ("/metrics", "get", "metrics/read"), ("/x", "post", "x")],
)
def test_a_path_is_an_action_of_its_own(path: str, verb: str, action: str) -> None:
    spec: dict[str, Any] = {"nonResourceAttributes": {"path": path, "verb": verb}}
    assert data_actions(spec) == [f"{PREFIX}/{action}"]


def test_a_star_asks_for_all_that_it_covers() -> None:
    everything = of_resource("*", "*", "*")
    assert {"pods/read", "nodes/delete", "pods/exec/action"} <= {*everything}
    assert set(of_resource("list", "*", "apps")) == {
        f"apps/{resource}/read"
        for resource in (
            "controllerrevisions",
            "daemonsets",
            "deployments",
            "replicasets",
            "statefulsets",
        )
    }
    assert set(of_resource("get", "pods", "*")) == {"pods/read", "metrics.k8s.io/pods/read"}
    assert "secrets/read" in of_resource("*", "secrets")
    assert "apps/deployments/write" not in of_resource("create", "*")


def test_a_star_within_a_namespace_leaves_out_what_is_in_none() -> None:
    within = of_resource("get", "*", "*", namespace="payments")
    assert "pods/read" in within
    assert "nodes/read" not in within


@pytest.mark.parametrize(
    ("verb", "resource", "group"),
    [("bind", "widgets", "example.com"), ("*", "gadgets", ""), ("approve", "*", "apps")],
)
def test_what_has_no_operation_at_all_is_refused(verb: str, resource: str, group: str) -> None:
    with pytest.raises(NoOperationError, match=verb if verb != "*" else resource):
        of_resource(verb, resource, group)


@pytest.mark.parametrize(
    ("path", "verb", "answer"),
    [
        ("/api", "get", True),
        ("/apis/apps/v1", "GET", True),
        ("/openapi/v3", "get", True),
        ("/version", "get", True),
        ("/healthz", "get", True),
        ("/livez", "get", False),
        ("/metrics", "get", False),
        ("/api", "post", False),
    ],
)
def test_reading_what_every_client_needs_is_discovery(
    path: str, verb: str, *, answer: bool
) -> None:
    assert is_discovery({"nonResourceAttributes": {"path": path, "verb": verb}}) is answer
