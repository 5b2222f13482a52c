"""Why can somebody not get in? Their page has the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.cloud.portal import role_bindings
from rehearsal.cloud.portal.membership import member_tree, memberships
from tests.support.arm import (
    CLUSTER_USER,
    SG_ADMINS,
    SG_PAYMENTS,
    SUBSCRIPTION,
    WORLD,
    Arm,
    RecordingRuntime,
    cluster_body,
)

if TYPE_CHECKING:
    from rehearsal.cloud.store import Json
    from tests.unit.cloud.portal.conftest import Portal

SG_SHOP = "0a1b2c3d-0000-4000-8000-000000000403"

RBAC_READER = "7f6c6a51-bcf8-42ba-9220-52d62157d7db"


def page_of(portal: Portal, who: str) -> str:
    account = WORLD.account(who)
    folder = "users" if account.kind == "User" else "servicePrincipals"
    return portal.text(f"/_portal/{folder}/{account.object_id}")


def binding(kind: str, subject: str, namespace: str | None = None) -> Json:
    return {
        "metadata": {"namespace": namespace} if namespace else {},
        "roleRef": {"kind": "ClusterRole", "name": "view"},
        "subjects": [{"kind": kind, "name": subject}],
    }


@pytest.fixture
def bindings(monkeypatch: pytest.MonkeyPatch) -> list[Json]:
    """What the cluster answers when it is asked for its role bindings; empty at first."""
    rows: list[Json] = []

    def listed(*_arguments: Any) -> list[Json]:
        return rows

    monkeypatch.setattr(role_bindings, "listed", listed)
    return rows


@pytest.mark.usefixtures("cluster", "bindings")
def test_an_outsider_has_no_role_no_group_and_no_binding(portal: Portal) -> None:
    text = page_of(portal, "outsider")
    assert "Gets into aks-dev ? no rights inside" in text
    assert "May not fetch the kubeconfig: no role at the cluster or above it" in text
    assert "Is in no admin group of the cluster" in text
    assert "No role binding inside the cluster names the user outsider@contoso.example" in text


@pytest.mark.usefixtures("bindings")
def test_a_role_reaches_through_nested_groups(portal: Portal, arm: Arm, cluster: str) -> None:
    arm.cloud.directory.add("members", SG_PAYMENTS, SG_SHOP)
    assert arm.assign(cluster.rsplit("/providers/", 1)[0], CLUSTER_USER, SG_PAYMENTS).status == 201
    text = page_of(portal, "shop-dev")
    assert (
        "yes May fetch the kubeconfig: Azure Kubernetes Service Cluster User Role, given to"
        " sg-payments at rg-aks-dev resource group" in text
    )
    assert "sg-payments through sg-shop" in text


@pytest.mark.usefixtures("cluster", "bindings")
def test_a_member_of_an_admin_group_is_cluster_admin(portal: Portal) -> None:
    text = page_of(portal, "platform-admin")
    assert "? yes, as cluster-admin, with a kubeconfig from elsewhere" in text
    assert "Is cluster-admin inside: sg-platform-admins (direct) is an admin group" in text


@pytest.mark.usefixtures("cluster")
def test_a_role_binding_to_a_group_is_found(portal: Portal, bindings: list[Json]) -> None:
    bindings += [binding("Group", SG_PAYMENTS, "payments"), binding("Group", SG_SHOP, "shop")]
    text = page_of(portal, "payments-dev")
    assert "ClusterRole/view in namespace payments, by a role binding to sg-payments" in text
    assert "namespace shop" not in text


@pytest.mark.usefixtures("cluster")
def test_a_service_principal_is_bound_by_its_object_id(
    portal: Portal, bindings: list[Json]
) -> None:
    bindings += [binding("User", WORLD.account("ci").object_id)]
    text = page_of(portal, "ci")
    assert "ClusterRole/view in the whole cluster, by a role binding to" in text


@pytest.mark.usefixtures("cluster")
def test_a_guest_is_not_bound_by_its_name(portal: Portal, bindings: list[Json]) -> None:
    account = WORLD.account("guest")
    bindings += [binding("User", account.upn)]
    text = page_of(portal, "guest")
    assert f"No role binding inside the cluster names the user {account.object_id}" in text


@pytest.mark.usefixtures("cluster")
def test_a_cluster_that_does_not_answer_leaves_the_question_open(portal: Portal) -> None:
    text = page_of(portal, "outsider")
    assert "Gets into aks-dev ? not known" in text
    assert "The cluster does not answer" in text


@pytest.mark.usefixtures("cluster")
def test_a_disabled_account_does_not_get_in(portal: Portal, arm: Arm) -> None:
    account = WORLD.account("platform-admin")
    document = arm.cloud.directory.get("User", account.object_id)
    assert document is not None
    arm.cloud.directory.put("User", {**document, "accountEnabled": False})
    text = page_of(portal, "platform-admin")
    assert "Gets into aks-dev ? no no The account is disabled" in text


def test_a_cluster_without_entra_lets_no_account_in(portal: Portal, arm: Arm) -> None:
    arm.cluster(arm.group(), aadProfile=None, disableLocalAccounts=False)
    assert "The cluster does not use Entra" in page_of(portal, "platform-admin")


@pytest.mark.usefixtures("bindings")
def test_azure_rbac_counts_inside_only_where_it_is_on(
    portal: Portal, arm: Arm, cluster: str
) -> None:
    assert arm.assign(f"{cluster}/namespaces/shop", RBAC_READER, SG_SHOP).status == 201
    text = page_of(portal, "shop-dev")
    assert "by Azure RBAC" not in text
    entra = {"managed": True, "adminGroupObjectIDs": [SG_ADMINS], "enableAzureRBAC": True}
    reply = arm.call("PUT", cluster, cluster_body(aadProfile=entra))
    assert arm.done(reply)["status"] == "Succeeded"
    text = page_of(portal, "shop-dev")
    assert "Azure Kubernetes Service RBAC Reader inside, by Azure RBAC: given to sg-shop" in text
    assert "managedClusters in rg-aks-dev, namespaces/shop" in text


def test_groups_in_a_circle_are_shown_once(portal: Portal, arm: Arm) -> None:
    directory = arm.cloud.directory
    directory.add("members", SG_PAYMENTS, SG_SHOP)
    directory.add("members", SG_SHOP, SG_PAYMENTS)
    names = [found.group["displayName"] for found in memberships(directory, SG_SHOP)]
    assert names == ["sg-payments", "sg-shop"]
    tree = member_tree(directory, SG_PAYMENTS)
    shop = next(member for member in tree if member.principal.kind == "Group")
    assert [member.members for member in shop.members] == [(), ()]
    assert portal.get(f"/_portal/groups/{SG_SHOP}").status == 200


def test_a_group_shows_what_it_administers_and_who_it_brings(
    portal: Portal, arm: Arm, cluster: str
) -> None:
    arm.cloud.directory.add("members", SG_ADMINS, SG_SHOP)
    text = portal.text(f"/_portal/groups/{SG_ADMINS}")
    assert "sg-shop group Shop Developer user" in text
    assert f"Admin group of {cluster.rsplit('/', 1)[-1]}" in text


def test_a_runtime_without_the_cluster_does_not_answer() -> None:
    assert role_bindings.listed(RecordingRuntime(), f"{SUBSCRIPTION}/x") is None


@pytest.mark.usefixtures("bindings")
def test_an_assignment_that_azure_does_not_know_yet_lets_nobody_in(
    portal: Portal, arm: Arm, cluster: str
) -> None:
    arm.cloud.faults.replace({"lag": {"roleAssignments": 60}})
    assert arm.assign(cluster, CLUSTER_USER, SG_PAYMENTS).status == 201
    text = page_of(portal, "payments-dev")
    assert "Azure Kubernetes Service Cluster User Role not yet in effect" in text
    assert "May not fetch the kubeconfig" in text
    arm.cloud.faults.replace({})
    assert "yes May fetch the kubeconfig" in page_of(portal, "payments-dev")


@pytest.mark.usefixtures("cluster", "bindings")
def test_a_policy_that_blocks_or_wants_a_second_factor_is_told(portal: Portal) -> None:
    blocked = page_of(portal, "contractor")
    assert "Gets into aks-dev ? no no A conditional access policy gives them no token" in blocked
    careful = page_of(portal, "security-officer")
    assert "With a second factor, as a policy wants" in careful
    assert "conditional access" not in page_of(portal, "payments-dev")
