"""What a team has behind the entrance."""

from __future__ import annotations

from typing import Any

import pulumi

from components.access import ClusterAccess
from components.roles import BUILT_IN
from components.team import TEAM_LABEL, TeamAccess, TeamAccessArgs
from tests.support.directory_double import SUBSCRIPTION
from tests.support.principals import CLUSTER_ID, principal
from tests.support.program import Run, run

TEAM: dict[str, Any] = {
    "cluster_id": CLUSTER_ID,
    "subscription_id": SUBSCRIPTION,
    "authorization": "kubernetes",
    "namespaces": ["pay", "pay-jobs"],
    "roles": [{"name": name, "rules": rules} for name, rules in BUILT_IN.items()],
    "grants": [
        {"principal": principal("devs"), "role": "developer"},
        {"principal": principal("ann@contoso.example", "User"), "role": "viewer"},
        {"principal": principal("robot", "ServicePrincipal"), "role": "viewer"},
    ],
    "isolated": True,
}


def team(**keys: Any) -> Run:
    """A run of one team behind a provider of its own."""

    def body() -> None:
        access = ClusterAccess(
            "main",
            {
                "cluster_id": CLUSTER_ID,
                "subscription_id": SUBSCRIPTION,
                "authorization": "kubernetes",
                "login": "spn",
                "principals": [],
                "grants": [],
            },
        )
        args = TeamAccessArgs(**(TEAM | keys))
        made = TeamAccess("payments", args, pulumi.ResourceOptions(providers=[access.provider]))
        pulumi.export("access", made.access)

    return run(body)


def test_a_team_has_its_roles_in_each_of_its_namespaces() -> None:
    made = team()
    roles = {
        (each.inputs["metadata"]["namespace"], each.inputs["metadata"]["name"])
        for each in made.of(":Role")
    }
    assert roles == {
        (namespace, role) for namespace in ("pay", "pay-jobs") for role in ("developer", "viewer")
    }, "a role that nobody has is not made"


def test_every_binding_names_a_role_of_its_namespace() -> None:
    made = team()
    roles = {
        (each.inputs["metadata"]["namespace"], each.inputs["metadata"]["name"])
        for each in made.of(":Role")
    }
    for binding in made.of(":RoleBinding"):
        assert binding.inputs["roleRef"]["kind"] == "Role"
        assert (binding.inputs["metadata"]["namespace"], binding.inputs["roleRef"]["name"]) in roles


def test_groups_are_bound_as_groups_people_and_programs_as_users() -> None:
    subjects = {
        (each.inputs["subjects"][0]["kind"], each.inputs["subjects"][0]["name"])
        for each in team().of(":RoleBinding")
    }
    assert subjects == {
        ("Group", "id-of-devs"),
        ("User", "ann@contoso.example"),
        ("User", "id-of-robot"),
    }


def test_namespaces_carry_pod_security_and_the_team() -> None:
    for namespace in team().of(":Namespace"):
        labels = namespace.inputs["metadata"]["labels"]
        assert labels["pod-security.kubernetes.io/enforce"] == "baseline"
        assert labels[TEAM_LABEL] == "payments"


def test_what_lies_in_a_namespace_waits_for_it() -> None:
    made = team()
    namespaces = {each.inputs["metadata"]["name"]: each.urn for each in made.of(":Namespace")}
    inside = [each for each in made.resources if "namespace" in each.inputs.get("metadata", {})]
    assert inside
    for each in inside:
        assert namespaces[each.inputs["metadata"]["namespace"]] in each.dependencies


def test_the_pods_of_an_isolated_namespace_reach_each_other_and_the_dns_only() -> None:
    policies = team().of(":NetworkPolicy")
    assert {each.inputs["metadata"]["namespace"] for each in policies} == {"pay", "pay-jobs"}
    same_namespace: dict[str, Any] = {"podSelector": {}}
    name_servers = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
        "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
    }
    for policy in policies:
        assert policy.inputs["spec"] == {
            "podSelector": {},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": [same_namespace]}],
            "egress": [
                {"to": [same_namespace]},
                {
                    "to": [name_servers],
                    "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
                },
            ],
        }


def test_an_open_team_without_quota_or_limits_has_none_of_their_objects() -> None:
    made = team(isolated=False)
    assert not [*made.of(":NetworkPolicy"), *made.of(":ResourceQuota"), *made.of(":LimitRange")]


def test_quota_and_limits_are_in_kubernetes_terms() -> None:
    made = team(
        namespaces=["pay"],
        quota={"cpu": "20", "memory": "64Gi", "pods": "100"},
        limits={"cpu": "500m", "memory": "512Mi"},
    )
    assert made.one(":ResourceQuota").inputs["spec"]["hard"] == {
        "requests.cpu": "20",
        "requests.memory": "64Gi",
        "pods": "100",
    }
    limits = {"cpu": "500m", "memory": "512Mi"}
    assert made.one(":LimitRange").inputs["spec"]["limits"] == [
        {"type": "Container", "default": limits, "defaultRequest": limits}
    ]


def test_a_team_says_who_may_do_what_where() -> None:
    assert len(team().outputs["access"]) == 6
    assert team().outputs["access"][0] == {
        "who": "devs",
        "kind": "Group",
        "id": "id-of-devs",
        "where": "namespace/pay",
        "role": "developer",
    }
