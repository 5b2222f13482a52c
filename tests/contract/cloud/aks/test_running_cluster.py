"""What a cluster that is ready promises."""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.cloud.aks.runtime_contents import ADMIN_BINDING
from rehearsal.cloud.portal import role_bindings
from rehearsal.cloud.portal.role_bindings import Binding
from tests.support.clusters import ADMIN_GROUP_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.cloud.aks.conftest import RunningCluster

RBAC = "/apis/rbac.authorization.k8s.io/v1"


@pytest.fixture(autouse=True)
def as_specified(running: RunningCluster) -> Iterator[None]:
    """Each test finds the cluster as its spec says."""
    yield
    running.runtime.ensure(running.spec)


def get(running: RunningCluster, path: str, token: str | None = None) -> Any:
    with running.client(token) as client:
        answer = client.get(path)
        assert answer.is_success, answer.text
        return answer.json()


def whoami(running: RunningCluster, token: str) -> dict[str, Any]:
    """The user info that the API server has of a token."""
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    with running.client(token) as client:
        path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
        answer = client.post(path, json=review)
        assert answer.is_success, answer.text
        return answer.json()["status"]["userInfo"]


def test_its_nodes_are_ready_and_show_the_version_that_was_asked_for(
    running: RunningCluster,
) -> None:
    nodes = get(running, "/api/v1/nodes")["items"]
    assert [node["metadata"]["name"] for node in nodes] == [n.name for n in running.spec.nodes]
    for node in nodes:
        assert node["status"]["nodeInfo"]["kubeletVersion"] == "v1.34.2"
        conditions = {each["type"]: each["status"] for each in node["status"]["conditions"]}
        assert conditions["Ready"] == "True"
        assert "taints" not in node["spec"], "a node that is Ready takes pods"


def test_it_emulates_the_version_that_was_asked_for(running: RunningCluster) -> None:
    version = get(running, "/version")
    assert version["emulationMinor"] == "34"


def test_the_aggregated_roles_have_their_rules(running: RunningCluster) -> None:
    for role in ("view", "edit", "admin"):
        assert len(get(running, f"{RBAC}/clusterroles/{role}")["rules"]) > 10


def test_nobody_comes_in_without_a_credential(running: RunningCluster) -> None:
    with running.client(token="guessed") as client:
        assert client.get("/api/v1/nodes").status_code == 401
        client.headers.pop("Authorization")
        assert client.get("/version").status_code == 401


def test_a_token_makes_its_user_known_with_groups_and_object_id(running: RunningCluster) -> None:
    user = whoami(running, running.token(groups=["a-group"]))
    assert user["username"] == "someone@contoso.example"
    assert set(user["groups"]) == {"a-group", "system:authenticated"}
    assert user["extra"]["oid"] == ["44444444-4444-4444-8444-444444444444"]


def test_a_member_of_an_admin_group_may_do_anything_and_others_nothing(
    running: RunningCluster,
) -> None:
    member, other = running.token(groups=[ADMIN_GROUP_ID]), running.token(groups=["a-group"])
    assert get(running, "/api/v1/secrets", member)["kind"] == "SecretList"
    with running.client(other) as client:
        assert client.get("/api/v1/secrets").status_code == 403


def test_the_admin_groups_binding_follows_the_spec(running: RunningCluster) -> None:
    changed = replace(running.spec, admin_group_object_ids=("one", "two"))
    running.runtime.ensure(changed)
    subjects = get(running, f"{RBAC}/clusterrolebindings/{ADMIN_BINDING}")["subjects"]
    assert [(subject["kind"], subject["name"]) for subject in subjects] == [
        ("Group", "one"),
        ("Group", "two"),
    ]
    running.runtime.ensure(replace(running.spec, admin_group_object_ids=()))
    with running.client() as client:
        answer = client.get(f"{RBAC}/clusterrolebindings/{ADMIN_BINDING}")
    assert answer.status_code == 404


def test_a_pool_that_shrinks_loses_its_last_nodes(running: RunningCluster) -> None:
    running.runtime.ensure(replace(running.spec, nodes=running.spec.nodes[:1]))
    assert len(get(running, "/api/v1/nodes")["items"]) == 1


def test_a_change_of_its_contents_restarts_nothing(running: RunningCluster) -> None:
    before = running.runtime.process_ids(running.spec.cluster_id)
    running.runtime.ensure(replace(running.spec, admin_group_object_ids=("one",)))
    assert running.runtime.process_ids(running.spec.cluster_id) == before


def test_a_namespace_that_is_deleted_goes_away(running: RunningCluster) -> None:
    with running.client() as client:
        client.post("/api/v1/namespaces", json={"metadata": {"name": "short-lived"}})
        client.delete("/api/v1/namespaces/short-lived")
        while client.get("/api/v1/namespaces/short-lived").status_code != 404:
            time.sleep(0.1)


@pytest.mark.parametrize("component", ["etcd", "kube-apiserver", "kube-controller-manager"])
def test_a_component_that_dies_is_started_again(running: RunningCluster, component: str) -> None:
    pid = running.runtime.process_ids(running.spec.cluster_id)[component]
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while running.runtime.process_ids(running.spec.cluster_id)[component] in {None, pid}:
        time.sleep(0.05)
    running.runtime.ensure(running.spec)
    assert get(running, "/api/v1/nodes")["items"]


def test_the_audit_log_tells_who_did_what_and_holds_no_secret(running: RunningCluster) -> None:
    token = running.token(groups=[ADMIN_GROUP_ID])
    secret = {"metadata": {"name": "s"}, "stringData": {"key": "very-hidden"}}
    with running.client(token) as client:
        client.post("/api/v1/namespaces/default/secrets", json=secret).raise_for_status()
    log = next(running.cloud.home.clusters.glob("*/kube-audit.log")).read_text()
    events = [json.loads(line) for line in log.splitlines()]
    created = [event for event in events if event.get("objectRef", {}).get("name") == "s"]
    assert [event["user"]["username"] for event in created] == ["someone@contoso.example"]
    assert "very-hidden" not in log
    assert token not in log


def test_the_portal_reads_who_is_bound_inside(running: RunningCluster) -> None:
    rows = role_bindings.listed(running.runtime, running.spec.cluster_id)
    assert rows is not None
    found = role_bindings.bound_to(rows, "nobody", {ADMIN_GROUP_ID})
    assert found == [Binding("", "ClusterRole/cluster-admin", ADMIN_GROUP_ID)]
