"""ClusterRoles by reference: those that may not be there are told of, and granted all the same."""

from __future__ import annotations

import pytest

from components.cluster_roles import warn_of_unknown
from tests.support.directory_double import object_id
from tests.support.program import PROJECT, Run, run, run_program, stack_config

WHO = {"group": {"existing": "sg-shop"}}


def said(caplog: pytest.LogCaptureFixture, *names: str) -> list[str]:
    run(lambda: warn_of_unknown(names))
    return [each.getMessage() for each in caplog.records]


def ran(*access: dict[str, str], authorization: str = "kubernetes") -> Run:
    team = {
        "name": "shop",
        "namespaces": ["shop", "shop-jobs"],
        "access": [{**WHO, **each} for each in access],
    }
    keys = {
        "teams": [team],
        "cluster": {"name": "aks", "authorization": authorization},
        "clusterAccess": [],
    }
    return run_program(stack_config("local") | {f"{PROJECT}:{key}": keys[key] for key in keys})


@pytest.mark.parametrize("name", ["view", "edit", "admin", "cluster-admin", "system:node-proxier"])
def test_what_kubernetes_makes_needs_no_word(caplog: pytest.LogCaptureFixture, name: str) -> None:
    assert said(caplog, name) == []


def test_each_other_is_told_of_once_with_what_was_probably_meant(
    caplog: pytest.LogCaptureFixture,
) -> None:
    first, second = said(caplog, "veiw", "veiw", "log-reader")
    assert first.startswith('clusterRole "log-reader" is none of view, edit, admin, cluster-admin.')
    assert second.startswith('clusterRole "veiw" is none of ')
    assert 'did you mean "view"?' in second


def test_the_whole_program_tells_of_a_role_that_may_not_be_there(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ran({"clusterRole": "veiw"})
    assert [each for each in caplog.records if 'did you mean "view"?' in each.getMessage()]


@pytest.mark.parametrize("authorization", ["kubernetes", "azure"])
def test_a_cluster_role_is_bound_in_each_of_the_teams_namespaces(authorization: str) -> None:
    made = ran({"clusterRole": "view"}, authorization=authorization)
    bound = {each.name: each.inputs for each in made.of(":RoleBinding")}
    assert set(bound) == {
        "shop.shop.clusterrole:view.sg-shop",
        "shop.shop-jobs.clusterrole:view.sg-shop",
    }
    for inputs in bound.values():
        assert inputs["roleRef"] == {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "view",
        }
        assert [each["name"] for each in inputs["subjects"]] == [object_id("sg-shop")]
        assert inputs["metadata"]["name"] == "clusterrole:view:sg-shop"
    assert not made.of("/v1:Role"), "it is there"
    assert not made.of("ClusterRoleBinding"), "only in the team's namespaces"
    rows = {
        (row["where"], row["role"]) for row in made.outputs["access"] if row["who"] == "sg-shop"
    }
    assert rows == {
        ("namespace/shop", "clusterrole:view"),
        ("namespace/shop-jobs", "clusterrole:view"),
    }


def test_a_role_and_a_cluster_role_of_one_name_do_not_meet() -> None:
    made = ran({"role": "viewer"}, {"clusterRole": "viewer"})
    kinds = {(each.name, each.inputs["roleRef"]["kind"]) for each in made.of(":RoleBinding")}
    assert len(kinds) == 4
    assert ("shop.shop.viewer.sg-shop", "Role") in kinds
    assert ("shop.shop.clusterrole:viewer.sg-shop", "ClusterRole") in kinds
