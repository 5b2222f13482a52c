from __future__ import annotations

import pytest

from components.roles import BUILT_IN


def grants(role: str) -> set[tuple[str, str, str]]:
    return {
        (group, resource, verb)
        for rule in BUILT_IN[role]
        for group in rule["api_groups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


@pytest.mark.parametrize("role", BUILT_IN)
def test_no_built_in_role_holds_a_wildcard(role: str) -> None:
    assert not {grant for grant in grants(role) if "*" in "".join(grant)}


@pytest.mark.parametrize("role", BUILT_IN)
def test_no_built_in_role_reaches_secrets_rbac_or_tokens(role: str) -> None:
    resources = {resource for _, resource, _ in grants(role)}
    groups = {group for group, _, _ in grants(role)}
    assert not resources & {"secrets", "serviceaccounts", "serviceaccounts/token", "nodes/proxy"}
    assert "rbac.authorization.k8s.io" not in groups


@pytest.mark.parametrize("role", BUILT_IN)
def test_no_built_in_role_changes_what_holds_the_team_in(role: str) -> None:
    writable = {
        resource for _, resource, verb in grants(role) if verb not in {"get", "list", "watch"}
    }
    assert not writable & {"resourcequotas", "limitranges", "networkpolicies", "namespaces"}


def test_each_role_contains_the_one_before_it() -> None:
    assert grants("viewer") < grants("developer") < grants("operator")


def test_a_viewer_only_reads() -> None:
    assert {verb for _, _, verb in grants("viewer")} == {"get", "list", "watch"}


@pytest.mark.parametrize(
    "grant",
    [
        ("apps", "deployments", "create"),
        ("", "pods", "list"),
        ("", "pods/log", "get"),
        ("", "services", "delete"),
        ("batch", "jobs", "create"),
    ],
)
def test_a_developer_runs_workloads(grant: tuple[str, str, str]) -> None:
    assert grant in grants("developer")


@pytest.mark.parametrize(
    "grant",
    [
        ("", "pods/exec", "create"),
        ("", "pods/portforward", "create"),
        ("apps", "deployments/scale", "patch"),
    ],
)
def test_only_an_operator_reaches_into_pods_and_scales(grant: tuple[str, str, str]) -> None:
    assert grant in grants("operator")
    assert grant not in grants("developer")
