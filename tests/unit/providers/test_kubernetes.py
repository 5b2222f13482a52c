from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pulumi.runtime.proto import provider_pb2

from rehearsal.providers.codec import UNKNOWN
from rehearsal.providers.kube_live import pruned
from rehearsal.providers.kubernetes import Kubernetes
from tests.support.provider_host import Hosted, RefusedError, hosted
from tests.support.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rehearsal.providers.codec import Json

STACK = "urn:pulumi:dev::aks-entra::"
BINDING = f"{STACK}kubernetes:rbac.authorization.k8s.io/v1:RoleBinding::admins"
CONFIG_MAP = f"{STACK}kubernetes:core/v1:ConfigMap::settings"
NAMESPACE = f"{STACK}kubernetes:core/v1:Namespace::payments"
RBAC: Json = {
    "resources": [
        {"kind": "RoleBinding", "name": "rolebindings", "namespaced": True},
        {"kind": "ClusterRole", "name": "clusterroles", "namespaced": False},
    ]
}
CORE: Json = {
    "resources": [
        {"kind": "Namespace", "name": "namespaces", "namespaced": False},
        {"kind": "Namespace", "name": "namespaces/status", "namespaced": False},
        {"kind": "ConfigMap", "name": "configmaps", "namespaced": True},
    ]
}
BINDING_PATH = "/apis/rbac.authorization.k8s.io/v1/namespaces/payments/rolebindings/admins"
BINDING_INPUTS: Json = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "RoleBinding",
    "metadata": {"name": "admins", "namespace": "payments"},
    "roleRef": {"kind": "Role", "name": "operator"},
}
SCRIPT = """#!/bin/sh
echo called >> "$CALLS"
echo "$XDG_CACHE_HOME" > "$CALLS.cache"
cat "$ANSWER"
"""


def kubeconfig(server: str = "https://localhost:6443", **user: Any) -> str:
    return json.dumps(
        {
            "current-context": "aks",
            "contexts": [{"name": "aks", "context": {"cluster": "aks", "user": "u"}}],
            "clusters": [{"name": "aks", "cluster": {"server": server}}],
            "users": [{"name": "u", "user": user or {"token": "t"}}],
        }
    )


def live(inputs: Json, **more: Any) -> Json:
    metadata = inputs["metadata"] | {"uid": "1", "resourceVersion": "2", "managedFields": []}
    return inputs | {"metadata": metadata} | more


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire()
    yield wire
    wire.done()


@pytest.fixture
def cluster(wire: Wire) -> Iterator[Hosted]:
    with hosted(Kubernetes({}, wire.transport())) as provider:
        provider.configure({"kubeconfig": kubeconfig()})
        yield provider


def test_an_object_is_applied_strictly_under_a_manager_of_its_own(
    cluster: Hosted, wire: Wire
) -> None:
    wire.expect("GET", "/apis/rbac.authorization.k8s.io/v1", 200, RBAC)
    wire.expect("PATCH", BINDING_PATH, 201, live(BINDING_INPUTS))
    made, outputs = cluster.create(BINDING, BINDING_INPUTS)
    assert made == "payments/admins"
    assert outputs["metadata"]["uid"] == "1"
    assert outputs["__inputs"] == BINDING_INPUTS
    assert outputs["__initialApiVersion"] == "rbac.authorization.k8s.io/v1"
    assert outputs["__fieldManager"].startswith("pulumi-kubernetes-")


def test_a_name_is_made_where_the_program_gives_none_and_then_kept(
    cluster: Hosted, wire: Wire
) -> None:
    wire.expect("GET", "/api/v1", 200, CORE)
    inputs, _ = cluster.check(CONFIG_MAP, {"data": {"a": "b"}})
    name = inputs["metadata"]["name"]
    assert name.startswith("settings-")
    assert inputs["metadata"]["annotations"] == {"pulumi.com/autonamed": "true"}
    assert inputs["metadata"]["namespace"] == "default"
    again, _ = cluster.check(CONFIG_MAP, {"data": {"a": "c"}}, olds=inputs, seed=b"other")
    assert again["metadata"]["name"] == name
    changed = cluster.diff(CONFIG_MAP, inputs, again)
    assert list(changed.replaces) == ["data.a"]
    assert changed.deleteBeforeReplace is False, "the new one gets another name"


def test_an_object_without_a_namespace_gets_none(cluster: Hosted, wire: Wire) -> None:
    wire.expect("GET", "/api/v1", 200, CORE)
    inputs, _ = cluster.check(NAMESPACE, {"metadata": {"name": "payments"}})
    assert inputs["metadata"] == {"name": "payments"}


@pytest.mark.parametrize(
    ("changed", "replaces", "delete_first"),
    [
        ({"roleRef": {"kind": "Role", "name": "viewer"}}, ["roleRef.name"], True),
        ({"metadata": {"name": "x", "namespace": "payments"}}, ["metadata.name"], False),
        ({"metadata": {"name": "admins", "namespace": "x"}}, ["metadata.namespace"], False),
        ({"subjects": [{"kind": "Group", "name": "g"}]}, [], False),
        ({"metadata": {"name": "admins", "namespace": "payments", "labels": {}}}, [], False),
    ],
)
def test_what_the_server_never_changes_replaces_an_object(
    cluster: Hosted, changed: Json, replaces: list[str], *, delete_first: bool
) -> None:
    found = cluster.diff(BINDING, BINDING_INPUTS, BINDING_INPUTS | changed)
    assert list(found.replaces) == replaces
    assert found.deleteBeforeReplace is (delete_first and bool(replaces))


def test_a_changed_config_map_of_a_fixed_name_is_deleted_first(cluster: Hosted) -> None:
    old = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "a", "namespace": "b"},
        "data": {"a": "b"},
    }
    assert cluster.diff(CONFIG_MAP, old, old | {"data": {"a": "c"}}).deleteBeforeReplace


def test_an_equal_object_has_no_changes(cluster: Hosted) -> None:
    found = cluster.diff(BINDING, BINDING_INPUTS, BINDING_INPUTS)
    assert found.changes == provider_pb2.DiffResponse.DIFF_NONE


def test_a_preview_asks_the_server_and_keeps_nothing_that_is_made_at_creation(
    cluster: Hosted, wire: Wire
) -> None:
    wire.expect("GET", "/apis/rbac.authorization.k8s.io/v1", 200, RBAC)
    wire.expect("PATCH", BINDING_PATH, 201, live(BINDING_INPUTS, status={}))
    made, outputs = cluster.create(BINDING, BINDING_INPUTS, preview=True)
    assert made == ""
    assert outputs["metadata"] == BINDING_INPUTS["metadata"]
    assert "status" not in outputs


def test_a_preview_with_unknowns_asks_nobody(cluster: Hosted) -> None:
    inputs = BINDING_INPUTS | {"subjects": [{"name": UNKNOWN}]}
    assert cluster.create(BINDING, inputs, preview=True) == ("", inputs)


def test_a_preview_before_the_namespace_is_there_is_content_with_the_inputs(
    cluster: Hosted, wire: Wire
) -> None:
    wire.expect("GET", "/apis/rbac.authorization.k8s.io/v1", 200, RBAC)
    wire.expect("PATCH", BINDING_PATH, 404, {"reason": "NotFound", "message": "namespaces"})
    assert cluster.create(BINDING, BINDING_INPUTS, preview=True) == ("", BINDING_INPUTS)


def test_a_conflict_names_the_manager_and_the_way_out(cluster: Hosted, wire: Wire) -> None:
    wire.expect("GET", "/apis/rbac.authorization.k8s.io/v1", 200, RBAC)
    conflict = {"reason": "Conflict", "message": "Apply failed with 1 conflict: kubectl"}
    wire.expect("PATCH", BINDING_PATH, 409, conflict)
    with pytest.raises(RefusedError, match=r"apply conflict.*kubectl.*pulumi.com/patchForce"):
        cluster.create(BINDING, BINDING_INPUTS)


def test_a_forbidden_object_is_refused_in_the_servers_words(cluster: Hosted, wire: Wire) -> None:
    wire.expect("GET", "/apis/rbac.authorization.k8s.io/v1", 200, RBAC)
    message = 'User "x" cannot patch resource "rolebindings"'
    wire.expect("PATCH", BINDING_PATH, 403, {"reason": "Forbidden", "message": message})
    with pytest.raises(RefusedError, match=r"RoleBinding 'payments/admins'.*User \"x\" cannot"):
        cluster.create(BINDING, BINDING_INPUTS)


def test_a_deletion_waits_until_the_object_is_gone(cluster: Hosted, wire: Wire) -> None:
    wire.expect("GET", "/apis/rbac.authorization.k8s.io/v1", 200, RBAC)
    wire.expect("GET", BINDING_PATH, 200, live(BINDING_INPUTS))
    wire.expect("DELETE", BINDING_PATH, 200)
    wire.expect("GET", BINDING_PATH, 200, live(BINDING_INPUTS))
    wire.expect("GET", BINDING_PATH, 404)
    cluster.delete(BINDING, "payments/admins", BINDING_INPUTS)
    assert wire.bodies[2]["propagationPolicy"] == "Foreground"


def test_an_object_that_stays_is_named_with_what_holds_it(cluster: Hosted, wire: Wire) -> None:
    held = live(BINDING_INPUTS)
    held["metadata"]["finalizers"] = ["example.com/hold"]
    wire.expect("GET", "/apis/rbac.authorization.k8s.io/v1", 200, RBAC)
    wire.expect("GET", BINDING_PATH, 200, held)
    wire.expect("DELETE", BINDING_PATH, 200)
    for _ in range(2):
        wire.expect("GET", BINDING_PATH, 200, held)
    with pytest.raises(RefusedError, match=r"timed out.*example.com/hold"):
        cluster.delete(BINDING, "payments/admins", BINDING_INPUTS, timeout=0.1)


def test_drift_shows_in_what_the_program_states(cluster: Hosted, wire: Wire) -> None:
    wire.expect("GET", "/apis/rbac.authorization.k8s.io/v1", 200, RBAC)
    found = live(BINDING_INPUTS | {"roleRef": {"kind": "Role", "name": "x", "apiGroup": "rbac"}})
    wire.expect("GET", BINDING_PATH, 200, found)
    _, outputs, inputs = cluster.read(BINDING, "payments/admins", BINDING_INPUTS, {})
    assert inputs["roleRef"] == {"kind": "Role", "name": "x"}
    assert outputs["roleRef"]["apiGroup"] == "rbac"


@pytest.mark.parametrize(("stated", "answered"), [("1000m", "1"), ("1Gi", "1073741824"), (2, "2")])
def test_an_equal_quantity_is_no_drift(stated: object, answered: object) -> None:
    assert pruned({"cpu": stated}, {"cpu": answered}) == {"cpu": stated}


@pytest.mark.parametrize(("stated", "answered"), [("1", "2"), (True, False), ("a", "b")])
def test_another_value_is_drift(stated: object, answered: object) -> None:
    assert pruned([stated], [answered]) == [answered]


def exec_user(tmp_path: Path, answer: Json, status: int = 0) -> tuple[str, dict[str, str]]:
    """A kubeconfig whose user runs a script, and the environment for it."""
    program = tmp_path / "kubelogin"
    program.write_text(SCRIPT + f"echo 'login: wrong hunter2' >&2; exit {status}\n")
    program.chmod(0o755)
    (tmp_path / "answer").write_text(json.dumps(answer))
    environment = {
        "PATH": f"{tmp_path}:{os.defpath}",
        "ANSWER": str(tmp_path / "answer"),
        "CALLS": str(tmp_path / "calls"),
        "ARM_CLIENT_SECRET": "hunter2",
    }
    entry = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "kubelogin"}
    return kubeconfig(exec=entry), environment


def test_the_login_command_is_run_once_and_again_only_after_a_401(
    tmp_path: Path, wire: Wire
) -> None:
    config, environment = exec_user(tmp_path, {"status": {"token": "t"}})
    wire.expect("GET", "/apis/rbac.authorization.k8s.io/v1", 200, RBAC)
    wire.expect("GET", BINDING_PATH, 404)
    wire.expect("GET", BINDING_PATH, 401)
    wire.expect("GET", BINDING_PATH, 404)
    with hosted(Kubernetes(environment, wire.transport())) as provider:
        provider.configure({"kubeconfig": config})
        for _ in range(2):
            assert provider.read(BINDING, "payments/admins", BINDING_INPUTS)[0] == ""
    assert (tmp_path / "calls").read_text() == "called\ncalled\n"


def test_a_login_does_not_see_the_tokens_of_other_runs(tmp_path: Path, wire: Wire) -> None:
    config, environment = exec_user(tmp_path, {"status": {"token": "t"}})
    wire.expect("GET", "/apis/rbac.authorization.k8s.io/v1", 200, RBAC)
    wire.expect("GET", BINDING_PATH, 404)
    with hosted(Kubernetes(environment, wire.transport())) as provider:
        provider.configure({"kubeconfig": config})
        provider.read(BINDING, "payments/admins", BINDING_INPUTS)
        cache = Path((tmp_path / "calls.cache").read_text().strip())
        assert cache.is_dir()
        assert not list(cache.iterdir())


def test_an_expired_token_is_asked_for_again(tmp_path: Path, wire: Wire) -> None:
    status = {"token": "t", "expirationTimestamp": "2020-01-01T00:00:00Z"}
    config, environment = exec_user(tmp_path, {"status": status})
    wire.expect("GET", "/apis/rbac.authorization.k8s.io/v1", 200, RBAC)
    wire.expect("GET", BINDING_PATH, 404)
    with hosted(Kubernetes(environment, wire.transport())) as provider:
        provider.configure({"kubeconfig": config})
        provider.read(BINDING, "payments/admins", BINDING_INPUTS)
    assert (tmp_path / "calls").read_text() == "called\ncalled\n"


def test_a_failed_login_shows_the_commands_last_line_without_the_secret(tmp_path: Path) -> None:
    config, environment = exec_user(tmp_path, {}, status=1)
    with hosted(Kubernetes(environment)) as provider:
        provider.configure({"kubeconfig": config})
        with pytest.raises(RefusedError, match=r"'kubelogin' could not log in: login: wrong \[sec"):
            provider.create(BINDING, BINDING_INPUTS)


def test_a_missing_login_command_is_named_with_its_remedy() -> None:
    config = kubeconfig(exec={"command": "kubelogin"})
    with hosted(Kubernetes({"PATH": "/nowhere"})) as provider:
        provider.configure({"kubeconfig": config})
        with pytest.raises(RefusedError, match=r"'kubelogin', which is not on PATH.*make setup"):
            provider.create(BINDING, BINDING_INPUTS)


def test_a_cluster_on_another_machine_is_refused() -> None:
    with (
        hosted(Kubernetes({})) as provider,
        pytest.raises(RefusedError, match="never touches a real cloud"),
    ):
        provider.configure({"kubeconfig": kubeconfig("https://192.0.2.1:443")})


def test_a_cluster_that_does_not_answer_says_how_to_go_on() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused", request=request)

    for environment in ({}, {"PULUMI_K8S_DELETE_UNREACHABLE": "true"}):
        with hosted(Kubernetes(environment, httpx.MockTransport(refuse))) as provider:
            provider.configure({"kubeconfig": kubeconfig()})
            if environment:
                provider.delete(BINDING, "payments/admins", BINDING_INPUTS)
                continue
            with pytest.raises(RefusedError, match=r"unreachable.*DELETE_UNREACHABLE=true"):
                provider.delete(BINDING, "payments/admins", BINDING_INPUTS)


@pytest.mark.parametrize(
    ("old", "new", "replaces"),
    [
        ({"clusterIdentifier": "a"}, {"clusterIdentifier": "a", "kubeconfig": UNKNOWN}, []),
        ({"clusterIdentifier": "a"}, {"clusterIdentifier": "b"}, ["clusterIdentifier"]),
        ({}, {"kubeconfig": UNKNOWN}, ["kubeconfig"]),
        (
            {"kubeconfig": kubeconfig()},
            {"kubeconfig": kubeconfig("https://localhost:1")},
            ["kubeconfig"],
        ),
        ({"kubeconfig": kubeconfig()}, {"kubeconfig": kubeconfig(token="u")}, []),
        (
            {"kubeconfig": kubeconfig(), "clusterIdentifier": "a"},
            {"kubeconfig": kubeconfig("https://localhost:1"), "clusterIdentifier": "a"},
            [],
        ),
    ],
)
def test_only_another_cluster_replaces_the_provider(
    cluster: Hosted, old: Json, new: Json, replaces: list[str]
) -> None:
    assert list(cluster.diff_config(old, new).replaces) == replaces


@pytest.mark.parametrize(
    "token",
    [
        "kubernetes:helm.sh/v3:Release",
        "kubernetes:yaml/v2:ConfigFile",
        "kubernetes:core/v1:ConfigMapPatch",
    ],
)
def test_what_is_not_rehearsed_is_refused_by_name(cluster: Hosted, token: str) -> None:
    with pytest.raises(RefusedError, match="no resource type"):
        cluster.check(f"{STACK}{token}::x", {})
