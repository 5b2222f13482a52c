"""A real API server takes every object that the program sends, in the strictest way it has."""

from __future__ import annotations

import copy
import json
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest

from rehearsal import toolchain
from rehearsal.cloud.aks.runtime_local import LocalRuntime
from rehearsal.home import Home
from tests.support.clusters import cluster_spec
from tests.support.recorded_runs import RUNS, run_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Path = tuple[str | int, ...]

FREE = {"annotations", "default", "defaultRequest", "hard", "labels", "matchLabels"}
"""Properties whose own keys are anybody's to choose."""
SERVER = "https://localhost:1"
"""Nobody is there: the local admin needs no Azure."""


def objects(name: str) -> list[dict[str, Any]]:
    return [
        each.inputs
        for each in run_of(name).resources
        if each.type.startswith("kubernetes:") and not each.type.startswith("kubernetes:index")
    ]


@dataclass(frozen=True)
class ApiServer:
    """An API server, and who asks it: the local admin."""

    client: httpx.Client
    kinds: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """What the server has told of its kinds, by path and kind."""

    def dry_run(self, given: dict[str, Any]) -> httpx.Response:
        """The answer to a server-side apply that fails on whatever the server does not know."""
        return self._apply(given, {"dryRun": "All"})

    def make(self, given: dict[str, Any]) -> None:
        """Apply it for good."""
        self._apply(given, {}).raise_for_status()

    def has(self, path: str) -> bool:
        """Whether there is an object."""
        return self.client.get(path).is_success

    def _apply(self, given: dict[str, Any], more: dict[str, str]) -> httpx.Response:
        return self.client.patch(
            self._path(given),
            params={"fieldManager": "contract", "fieldValidation": "Strict", "force": "true"}
            | more,
            headers={"Content-Type": "application/apply-patch+yaml"},
            content=json.dumps(given),
        )

    def _path(self, given: dict[str, Any]) -> str:
        version = str(given["apiVersion"])
        base = f"/apis/{version}" if "/" in version else f"/api/{version}"
        if base not in self.kinds:
            resources = self.client.get(base).json()["resources"]
            # One with a slash is a subresource.
            self.kinds[base] = {k["kind"]: k for k in resources if "/" not in k["name"]}
        kind = self.kinds[base][given["kind"]]
        if kind["namespaced"]:
            base += f"/namespaces/{given['metadata']['namespace']}"
        return f"{base}/{kind['name']}/{given['metadata']['name']}"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """An API server in which the namespaces of every run are there."""
    scratch = tmp_path_factory.mktemp("api")
    runtime = LocalRuntime(Home(scratch / "home").create(), toolchain.find(), SERVER)
    spec = cluster_spec(nodes=1)
    try:
        runtime.ensure(spec)
        endpoint = runtime.endpoint(spec.cluster_id)
        pair = scratch / "admin.pem"
        pair.write_bytes(b"".join(runtime.admin_certificate(spec.cluster_id)))
        trust = ssl.create_default_context(cadata=endpoint.ca_certificate.decode())
        trust.load_cert_chain(pair)
        with httpx.Client(base_url=endpoint.server, verify=trust, timeout=30) as client:
            server = ApiServer(client)
            for name in RUNS:
                for each in objects(name):
                    if each["kind"] == "Namespace":
                        server.make(each)
            yield server
    finally:
        runtime.stop_all()


@pytest.mark.parametrize("name", RUNS)
def test_the_api_server_takes_every_object(api: ApiServer, name: str) -> None:
    refused = {
        f"{each['kind']} {each['metadata']['name']}": answer.text
        for each in objects(name)
        if (answer := api.dry_run(each)).is_error
    }
    assert not refused


def test_every_cluster_role_that_is_bound_is_there(api: ApiServer) -> None:
    bound = {
        each["roleRef"]["name"]
        for name in RUNS
        for each in objects(name)
        if each["kind"] in {"ClusterRoleBinding", "RoleBinding"}
        and each["roleRef"]["kind"] == "ClusterRole"
    }
    assert bound
    for role in bound:
        assert api.has(f"/apis/rbac.authorization.k8s.io/v1/clusterroles/{role}"), role


def one_of_each_kind() -> dict[str, dict[str, Any]]:
    """For each kind that the program makes, the object that says most."""
    found: dict[str, dict[str, Any]] = {}
    for each in [given for name in RUNS for given in objects(name)]:
        longest = found.setdefault(each["kind"], each)
        found[each["kind"]] = max(longest, each, key=lambda given: len(json.dumps(given)))
    return found


def paths_of(value: Any, path: Path = ()) -> list[Path]:
    """The path of each property, but those that anybody may choose."""
    found: list[Path] = []
    if isinstance(value, dict):
        for key, below in cast("dict[str, Any]", value).items():
            if not path or path[-1] not in FREE:
                found += [(*path, key), *paths_of(below, (*path, key))]
    elif isinstance(value, list):
        for index, below in enumerate(cast("list[Any]", value)):
            found += paths_of(below, (*path, index))
    return found


def misspelt(given: dict[str, Any], path: Path) -> dict[str, Any]:
    """The object with one property's name ending in an x."""
    whole = copy.deepcopy(given)
    place: Any = whole
    for step in path[:-1]:
        place = place[step]
    place[f"{path[-1]}x"] = place.pop(path[-1])
    return whole


def test_the_runs_together_make_every_kind_of_object() -> None:
    assert set(one_of_each_kind()) >= {
        "ClusterRoleBinding",
        "LimitRange",
        "Namespace",
        "NetworkPolicy",
        "ResourceQuota",
        "Role",
        "RoleBinding",
    }


def test_a_misspelt_property_is_refused_wherever_it_stands(api: ApiServer) -> None:
    addressed = {("apiVersion",), ("kind",), ("metadata",)}
    names = {("metadata", "name"), ("metadata", "namespace")}
    taken: list[str] = []
    tried = 0
    for kind, given in one_of_each_kind().items():
        for path in paths_of(given):
            if path in addressed | names:
                continue
            tried += 1
            if not api.dry_run(misspelt(given, path)).is_error:
                taken.append(f"{kind}: {'.'.join(map(str, path))}")
    assert tried > len(one_of_each_kind())
    assert not taken


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("Namespace", ("metadata", "labels", "pod-security.kubernetes.io/enforce"), "basline"),
        ("NetworkPolicy", ("spec", "policyTypes", 0), "ingress"),
        ("ResourceQuota", ("spec", "hard"), {"pods": "a lot"}),
        ("LimitRange", ("spec", "limits", 0, "type"), "container"),
        ("Role", ("rules", 0, "verbs"), "get"),
        ("RoleBinding", ("subjects", 0, "kind"), "group"),
        ("RoleBinding", ("roleRef", "kind"), "role"),
        ("ClusterRoleBinding", ("roleRef", "apiGroup"), "rbac"),
    ],
)
def test_a_value_that_kubernetes_does_not_take_is_refused(
    api: ApiServer, kind: str, path: Path, value: Any
) -> None:
    given = copy.deepcopy(one_of_each_kind()[kind])
    place: Any = given
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert api.dry_run(given).is_error
