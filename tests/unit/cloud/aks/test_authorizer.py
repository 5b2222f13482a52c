from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.cloud.aks.authorizer import (
    CHECK_FAILED,
    DENIED,
    NO_OPINION,
    NO_OPINION_OF_STRANGERS,
)
from rehearsal.cloud.arm import role_assignments
from rehearsal.cloud.arm.roles import role_named
from rehearsal.cloud.arm.scopes import Scope
from tests.support.clusters import cluster_id
from tests.support.identity import SG_PAYMENTS, WORLD

if TYPE_CHECKING:
    from tests.support.webhook import ApiServer

DEV = WORLD.account("payments-dev")
CLUSTER = cluster_id()
GROUP = CLUSTER.partition("/providers/")[0]
SUBSCRIPTION = CLUSTER.partition("/resourcegroups/")[0]
NAMESPACE = f"{CLUSTER}/namespaces/payments"
READER = "Azure Kubernetes Service RBAC Reader"
WRITER = "Azure Kubernetes Service RBAC Writer"
ADMIN = "Azure Kubernetes Service RBAC Admin"
CLUSTER_ADMIN = "Azure Kubernetes Service RBAC Cluster Admin"


def give(api_server: ApiServer, role: str, scope: str, principal: str = DEV.object_id) -> str:
    """Assign a role; the assignment's id."""
    document = role_assignments.put(
        api_server.cloud,
        scope=scope,
        role=role_named(role),
        principal_id=principal,
        principal_type="Group" if principal == SG_PAYMENTS else "User",
        subscription_id=(Scope.parse(scope) or Scope()).subscription,
    )
    return document["id"]


def ask(
    api_server: ApiServer,
    verb: str = "get",
    resource: str = "pods",
    namespace: str = "payments",
    group: str = "",
    **spec: Any,
) -> dict[str, Any]:
    """The decision on a request of payments-dev, whose token has no groups."""
    attributes = {"verb": verb, "resource": resource, "namespace": namespace, "group": group}
    user = {"user": DEV.upn, "groups": ["system:authenticated"], "extra": {"oid": [DEV.object_id]}}
    return api_server.authorize(**{**user, "resourceAttributes": attributes, **spec})


def test_without_a_role_the_user_is_denied_in_azures_words(api_server: ApiServer) -> None:
    assert ask(api_server) == {"allowed": False, "denied": True, "reason": DENIED}


def test_a_role_at_the_namespace_holds_there_and_nowhere_else(api_server: ApiServer) -> None:
    given = give(api_server, READER, NAMESPACE)

    assert ask(api_server)["allowed"] is True
    assert given in ask(api_server)["reason"]
    for other in ("shop", "payments-jobs", ""):
        assert ask(api_server, namespace=other)["denied"] is True


@pytest.mark.parametrize("scope", [CLUSTER, GROUP, SUBSCRIPTION, "/"])
def test_a_role_above_holds_in_every_namespace_and_outside(
    api_server: ApiServer, scope: str
) -> None:
    give(api_server, READER, scope)

    assert ask(api_server)["allowed"] is True
    assert ask(api_server, resource="namespaces", namespace="")["allowed"] is True
    assert ask(api_server, verb="delete")["allowed"] is False


@pytest.mark.parametrize(
    ("role", "asked", "allowed"),
    [
        (READER, "get secrets", False),
        (READER, "get roles.rbac.authorization.k8s.io", False),
        (READER, "create deployments.apps", False),
        (WRITER, "create deployments.apps", True),
        (WRITER, "get secrets", True),
        (WRITER, "create rolebindings.rbac.authorization.k8s.io", False),
        (WRITER, "create widgets.example.com", False),
        (ADMIN, "create rolebindings.rbac.authorization.k8s.io", True),
        (ADMIN, "create widgets.example.com", True),
        (ADMIN, "create resourcequotas", False),
        (ADMIN, "get resourcequotas", True),
        (ADMIN, "* *.*", False),
        (CLUSTER_ADMIN, "create resourcequotas", True),
        (CLUSTER_ADMIN, "* *.*", True),
        ("Owner", "get pods", False),
        ("Azure Kubernetes Service Cluster Admin Role", "get pods", False),
    ],
)
def test_each_role_allows_its_data_actions(
    api_server: ApiServer, role: str, asked: str, *, allowed: bool
) -> None:
    give(api_server, role, CLUSTER)
    verb, _, resource = asked.partition(" ")
    name, _, group = resource.partition(".")

    assert ask(api_server, verb, name, group=group)["allowed"] is allowed


def test_a_role_of_a_group_counts_by_the_groups_of_the_token(api_server: ApiServer) -> None:
    give(api_server, READER, NAMESPACE, SG_PAYMENTS)

    assert ask(api_server, groups=["system:authenticated", SG_PAYMENTS])["allowed"] is True
    assert ask(api_server, groups=[WORLD.account("deployer").object_id])["denied"] is True


def test_groups_that_the_token_does_not_tell_are_looked_up(api_server: ApiServer) -> None:
    give(api_server, READER, NAMESPACE, SG_PAYMENTS)

    assert ask(api_server)["allowed"] is True


@pytest.mark.parametrize(
    ("user", "reason"),
    [
        ("system:serviceaccount:payments:builder", NO_OPINION),
        ("system:kube-controller-manager", NO_OPINION),
        ("masterclient", NO_OPINION_OF_STRANGERS),
    ],
)
def test_azure_has_no_opinion_on_those_it_does_not_know(
    api_server: ApiServer, user: str, reason: str
) -> None:
    status = ask(api_server, user=user, extra=None)

    assert status == {"allowed": False, "reason": reason}


def test_discovery_is_open_to_everyone_of_the_tenant(api_server: ApiServer) -> None:
    def path(name: str) -> dict[str, Any]:
        attributes = {"path": name, "verb": "get"}
        return ask(api_server, resourceAttributes=None, nonResourceAttributes=attributes)

    assert path("/apis/apps/v1")["allowed"] is True
    assert path("/metrics")["denied"] is True
    give(api_server, CLUSTER_ADMIN, CLUSTER)
    assert path("/metrics")["allowed"] is True


@pytest.mark.parametrize("extra", [{"oid": ["me"]}, {"oid": [DEV.object_id, DEV.object_id]}])
def test_an_object_id_that_is_none_is_denied(api_server: ApiServer, extra: Any) -> None:
    give(api_server, CLUSTER_ADMIN, CLUSTER)

    assert ask(api_server, extra=extra)["reason"] == CHECK_FAILED


def test_what_azure_has_no_operation_for_is_denied(api_server: ApiServer) -> None:
    give(api_server, CLUSTER_ADMIN, CLUSTER)

    assert ask(api_server, "*", "gadgets")["denied"] is True


def test_nobody_but_the_api_server_may_ask(api_server: ApiServer) -> None:
    for bearer in ("guessed", ""):
        assert api_server.send("subjectaccessreview", {}, bearer=bearer).status == 401


@pytest.mark.parametrize(
    "body",
    [[], {"apiVersion": "authorization.k8s.io/v1beta1", "kind": "SubjectAccessReview", "spec": {}}],
)
def test_what_is_no_review_is_a_bad_request(api_server: ApiServer, body: Any) -> None:
    assert api_server.send("subjectaccessreview", body).status == 400


def test_the_guard_log_tells_whom_azure_denied_and_not_on_whom_it_has_no_opinion(
    api_server: ApiServer,
) -> None:
    ask(api_server, user="system:node:one")
    ask(api_server)

    (entry,) = api_server.guard_log()
    assert entry["user"] == DEV.upn
    assert entry["reason"] == DENIED
    assert entry["request"]["resource"] == "pods"
