"""A real API server and kubectl on a cluster where Azure's role assignments decide too."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from azure.identity import WorkloadIdentityCredential

from rehearsal.cloud.aks.authorizer import DENIED, NO_OPINION
from rehearsal.cloud.aks.issuer import issuer_url
from rehearsal.cloud.world import World
from tests.contract.cloud.aks.conftest import Person
from tests.support.clusters import ADMIN_GROUP_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.cloud.aks.conftest import RunningCluster

READER = "Azure Kubernetes Service RBAC Reader"
WRITER = "Azure Kubernetes Service RBAC Writer"
CLUSTER_ADMIN = "Azure Kubernetes Service RBAC Cluster Admin"
EXCHANGE = "api://AzureADTokenExchange"
CI = World.load().account("ci")


@pytest.fixture(scope="module")
def spec_changes() -> dict[str, Any]:
    return {"azure_rbac": True, "oidc_issuer": True}


@pytest.fixture(scope="module")
def cluster(running: RunningCluster) -> RunningCluster:
    """The module's cluster, with two namespaces."""
    with running.client() as client:
        for name in ("payments", "shop"):
            body = {"metadata": {"name": name}}
            client.post("/api/v1/namespaces", json=body).raise_for_status()
    return running


@pytest.fixture(autouse=True)
def as_specified(cluster: RunningCluster) -> Iterator[None]:
    """Each test finds the cluster as its spec says, and no faults."""
    yield
    cluster.cloud.faults.replace({})
    cluster.runtime.ensure(cluster.spec)


def test_a_reader_of_a_namespace_reads_there_and_nowhere_else_and_no_secrets(
    cluster: RunningCluster,
) -> None:
    person = Person(cluster).given(READER, "payments")

    assert person.kubectl("get", "pods", "-n", "payments").code == 0
    for words in (
        ["get", "pods", "-n", "shop"],
        ["get", "pods", "-A"],
        ["get", "secrets", "-n", "payments"],
        ["create", "configmap", "mine", "-n", "payments"],
    ):
        said = person.kubectl(*words)
        assert said.code == 1, words
        assert "Forbidden" in said.error or "forbidden" in said.error
        assert DENIED in said.error


def test_a_writer_creates_deployments_and_no_role_bindings(cluster: RunningCluster) -> None:
    person = Person(cluster).given(WRITER, "payments")

    made = person.kubectl("create", "deployment", "web", "--image=nginx", "-n", "payments")
    assert made.code == 0, made.error
    bound = person.kubectl(
        "create", "rolebinding", "mine", "--clusterrole=admin", "--user=me", "-n", "payments"
    )
    assert DENIED in bound.error


def test_a_cluster_admin_by_role_may_do_anything_custom_resources_too(
    cluster: RunningCluster,
) -> None:
    person = Person(cluster).given(CLUSTER_ADMIN)

    assert person.kubectl("auth", "can-i", "*", "*", "-A").out.strip() == "yes"
    assert person.kubectl("auth", "can-i", "create", "widgets.example.com").out.strip() == "yes"
    assert person.kubectl("create", "namespace", "made-by-role").code == 0


def test_a_role_binding_works_beside_it(cluster: RunningCluster) -> None:
    group = str(uuid.uuid4())
    binding = {
        "metadata": {"name": group},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "view",
        },
        "subjects": [{"kind": "Group", "name": group, "apiGroup": "rbac.authorization.k8s.io"}],
    }
    path = "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings"
    with cluster.client() as client:
        client.post(path, json=binding).raise_for_status()
    person = Person(cluster, groups=(group,)).given(READER, "payments")

    assert person.kubectl("get", "pods", "-n", "shop").code == 0
    assert person.kubectl("get", "pods", "-n", "payments").code == 0
    may_delete = person.kubectl("auth", "can-i", "delete", "pods", "-n", "shop")
    assert may_delete.out.strip() == f"no - {DENIED}"


def test_members_of_admin_groups_and_the_local_admin_need_no_role(cluster: RunningCluster) -> None:
    member = Person(cluster, groups=(ADMIN_GROUP_ID,))

    assert member.kubectl("auth", "can-i", "*", "*", "-A").out.strip() == "yes"
    assert member.kubectl("get", "secrets", "-A").code == 0
    with cluster.client() as client:
        assert client.get("/api/v1/secrets").is_success


def service_account_token(cluster: RunningCluster, *words: str) -> str:
    """A token that a member of the admin group asks for the default account of payments."""
    admin = Person(cluster, groups=(ADMIN_GROUP_ID,))
    said = admin.kubectl("create", "token", "default", "-n", "payments", *words)
    assert said.code == 0, said.error
    return said.out.strip()


def test_on_a_service_account_azure_has_no_opinion(cluster: RunningCluster) -> None:
    token = service_account_token(cluster)

    said = cluster.kubectl(token, "get", "pods", "-n", "payments")

    assert said.code == 1
    assert said.error.rstrip().endswith(NO_OPINION)


def test_switched_off_by_an_upgrade_and_on_again_its_data_and_tokens_stay_good(
    cluster: RunningCluster,
) -> None:
    person = Person(cluster).given(READER)
    member = Person(cluster, groups=(ADMIN_GROUP_ID,))
    get_pods = ("get", "pods", "-n", "payments")
    assert person.kubectl(*get_pods).code == 0

    off = {"azure_rbac": False, "oidc_issuer": False}
    cluster.runtime.ensure(replace(cluster.spec, kubernetes_version="1.35.0", **off))

    refused = person.kubectl(*get_pods)
    assert "forbidden" in refused.error
    assert DENIED not in refused.error
    assert member.kubectl(*get_pods).code == 0
    assert json.loads(member.kubectl("get", "--raw", "/version").out)["emulationMinor"] == "35"
    assert "v1.35.0" in member.kubectl("get", "nodes").out
    cluster.runtime.ensure(cluster.spec)
    assert person.kubectl(*get_pods).code == 0


def test_when_azure_is_away_for_a_moment_the_api_server_asks_again(
    cluster: RunningCluster,
) -> None:
    person = Person(cluster).given(READER)
    cluster.cloud.faults.replace(
        {"rules": [{"route": "/_aks/*/subjectaccessreview", "status": 500, "count": 2}]}
    )

    assert person.kubectl("get", "pods", "-A").code == 0
    (rule,) = cluster.cloud.faults.describe()["rules"]
    assert rule["acted"] == 2


def served(cluster: RunningCluster, path: str) -> Any:
    """What the local Azure publishes at the cluster's issuer."""
    issuer = issuer_url(cluster.cloud.origin, cluster.spec.cluster_id)
    with cluster.azure() as client:
        answer = client.get(f"{issuer}{path}")
        assert answer.is_success, answer.text
        return answer.json()


def test_a_service_accounts_token_verifies_by_what_its_issuer_publishes(
    cluster: RunningCluster,
) -> None:
    token = service_account_token(cluster, "--audience", EXCHANGE)
    document = served(cluster, ".well-known/openid-configuration")
    keys = jwt.PyJWKSet.from_dict(served(cluster, "openid/v1/jwks"))

    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, ["RS256"], audience=EXCHANGE, issuer=document["issuer"])

    assert claims["sub"] == "system:serviceaccount:payments:default"


def test_a_service_accounts_token_buys_an_applications_token_from_entra(
    cluster: RunningCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = cluster.cloud
    trusted = {
        "id": "one",
        "name": "one",
        "issuer": issuer_url(cloud.origin, cluster.spec.cluster_id),
        "subject": "system:serviceaccount:payments:default",
        "audiences": [EXCHANGE],
        "description": None,
    }
    cloud.store.put("graph/federatedCredential", f"{CI.app_id.lower()}/one", trusted)
    file = cloud.home.root / "projected-token"
    file.write_text(service_account_token(cluster, "--audience", EXCHANGE))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(cloud.home.ca_certificate))
    with WorkloadIdentityCredential(
        tenant_id=cloud.directory.tenant().id,
        client_id=CI.app_id,
        token_file_path=str(file),
        authority=cloud.origin,
        disable_instance_discovery=True,
    ) as credential:
        token = credential.get_token(f"{cloud.origin}/.default").token

    headers = {"Authorization": f"Bearer {token}"}
    with cluster.azure() as client:
        address = f"{cloud.origin}/subscriptions?api-version=2022-12-01"
        assert client.get(address, headers=headers).is_success
    oid = jwt.decode(token, options={"verify_signature": False})["oid"]
    assert oid == CI.object_id
