from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.providers.conftest import STACK, Made
from tests.support.provider_host import Hosted, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rehearsal.providers.codec import Json

RBAC = "rbac.authorization.k8s.io"


OBJECTS: list[tuple[str, dict[str, Any]]] = [
    ("core/v1:ResourceQuota", {"spec": {"hard": {"cpu": "20000m", "memory": "64Gi"}}}),
    (
        "core/v1:LimitRange",
        {"spec": {"limits": [{"type": "Container", "default": {"cpu": "500m"}}]}},
    ),
    (
        "networking.k8s.io/v1:NetworkPolicy",
        {"spec": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{}]}},
    ),
    (
        f"{RBAC}/v1:Role",
        {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]},
    ),
    (
        f"{RBAC}/v1:RoleBinding",
        {
            "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": "reader"},
            "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": "g"}],
        },
    ),
    ("core/v1:ServiceAccount", {}),
    ("core/v1:ConfigMap", {"data": {"a": "b"}}),
]


@pytest.fixture(scope="session")
def namespace(cluster_objects: Hosted) -> Iterator[Made]:
    inputs = {"metadata": {"name": "payments"}}
    made = Made.make(cluster_objects, "kubernetes:core/v1:Namespace", "payments", inputs)
    yield made
    made.delete()


@pytest.mark.parametrize(("token", "inputs"), OBJECTS)
def test_an_object_is_made_once_without_drift_and_deleted(
    cluster_objects: Hosted, namespace: Made, token: str, inputs: Json
) -> None:
    given = inputs | {"metadata": {"namespace": namespace.id, "name": "it"}}
    made = Made.make(cluster_objects, f"kubernetes:{token}", "it", given)
    assert made.id == "payments/it"
    assert made.again() == made.id
    assert made.drift() == set()
    made.delete()


def test_an_update_also_removes_what_is_no_longer_stated(
    cluster_objects: Hosted, namespace: Made
) -> None:
    metadata = {"namespace": namespace.id, "name": "labelled", "labels": {"a": "b", "c": "d"}}
    made = Made.make(
        cluster_objects, "kubernetes:core/v1:ConfigMap", "labelled", {"metadata": metadata}
    )
    outputs = made.change(metadata=made.inputs["metadata"] | {"labels": {"a": "x"}})
    assert outputs["metadata"]["labels"] == {"a": "x"}
    made.delete()


def test_a_member_of_no_kind_is_refused(cluster_objects: Hosted, namespace: Made) -> None:
    inputs = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "x", "namespace": namespace.id},
        "dta": {},
    }
    with pytest.raises(RefusedError, match="field not declared in schema"):
        cluster_objects.create(f"{STACK}kubernetes:core/v1:ConfigMap::x", inputs)
