from __future__ import annotations

import pytest

from ops.review.guard import dangers
from ops.review.model import Change, Kind, Preview
from tests.support.previews import BINDING, CLUSTER, GROUP, PROVIDER, URN


def found(*changes: Change) -> list[str]:
    return list(dangers(Preview(changes=changes)))


@pytest.mark.parametrize(
    ("urn", "what"),
    [
        (CLUSTER, "the cluster (aks-entra-cluster)"),
        (GROUP, "the resource group (aks-entra-rg)"),
        (PROVIDER, "the Kubernetes provider (aks-entra-k8s)"),
    ],
)
def test_what_everything_stands_on_is_neither_replaced_nor_deleted(urn: str, what: str) -> None:
    assert found(Change("replace", urn, ("location",))) == [
        f"{what} would be replaced, because of location"
    ]
    assert found(Change("replace", urn)) == [f"{what} would be replaced"]
    assert found(Change("delete", urn)) == [f"{what} would be deleted"]
    assert found(Change("update", urn, ("location",)), Change("create", urn)) == []


@pytest.mark.parametrize(("kind", "verb"), [("replace", "replaced"), ("delete", "deleted")])
def test_the_namespace_of_a_team_goes_by_hand_only(kind: Kind, verb: str) -> None:
    urn = f"{URN}aks-entra:index:TeamAccess$kubernetes:core/v1:Namespace::pay.payments-jobs"
    assert found(Change(kind, urn)) == [
        f"the namespace payments-jobs, with all that is in it, would be {verb}"
    ]
    assert found(Change("update", urn, changed=("metadata.labels",))) == []


@pytest.mark.parametrize(
    "token",
    [
        "azure-native:containerservice/v20250801:ManagedCluster",
        "azure-native:containerservice/v20240102preview:ManagedCluster",
        "azure-native_containerservice_v20250801:containerservice:ManagedCluster",
    ],
)
def test_every_spelling_of_the_cluster_is_guarded(token: str) -> None:
    assert found(Change("delete", f"{URN}{token}::it")) == ["the cluster (it) would be deleted"]


@pytest.mark.parametrize(
    "urn",
    [
        BINDING,
        f"{URN}azure-native:containerservice:AgentPool::work",
        f"{URN}azure-native:containerservice:ManagedClusterSnapshot::x",
        f"{URN}pulumi:providers:azure-native::other",
        f"{URN}aks-entra:index:EntraCluster::aks-entra",
        "not a urn",
    ],
)
def test_other_resources_come_and_go(urn: str) -> None:
    assert found(Change("replace", urn), Change("delete", urn)) == []


def test_counts_without_names_are_not_trusted() -> None:
    (danger,) = dangers(Preview(complete=False, counts={"replace": 1, "delete": 2, "same": 9}))
    assert danger.startswith("3 resource(s) would be replaced or deleted")
    assert list(dangers(Preview(complete=False, counts={"create": 1, "update": 2}))) == []
