from __future__ import annotations

from typing import Any

import pytest

from rehearsal.cloud.faults_rules import Effect, FaultsError, Rule, checked, plane_of
from rehearsal.cloud.web import Request

CLUSTER = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c"
POOL = f"{CLUSTER}/agentPools/p"


def rule(**keys: Any) -> Rule:
    document: dict[str, Any] = {"status": 503} | keys
    return Rule(checked({"rules": [document]})["rules"][0], "0/0")


def acts(made: Rule, matches: int) -> list[bool]:
    """Whether the rule acts at each of its first matches."""
    done: list[bool] = []
    for matched in range(matches):
        done.append(made.effect(matched, sum(done)) is not None)
    return done


@pytest.mark.parametrize(
    ("path", "plane"),
    [
        (CLUSTER, "arm"),
        ("/Subscriptions", "arm"),
        ("/tenants", "arm"),
        ("/providers/Microsoft.Authorization/roleDefinitions", "arm"),
        ("/metadata/endpoints", "arm"),
        ("/v1.0/groups", "graph"),
        ("/beta/me", "graph"),
        ("/common/discovery/instance", "entra"),
        ("/0a1b2c3d-0000-4000-8000-000000000001/oauth2/v2.0/token", "entra"),
        ("/", "own"),
        ("/_aks/c/tokenreview", "own"),
        ("/_local/health", "own"),
    ],
)
def test_a_path_belongs_to_a_plane(path: str, plane: str) -> None:
    assert plane_of(path) == plane


@pytest.mark.parametrize(
    ("keys", "method", "path", "operation", "expected"),
    [
        ({}, "GET", CLUSTER, "ManagedClusters_Get", True),
        ({"route": "*"}, "GET", "/nowhere", "", True),
        ({"route": "*/managedClusters/*"}, "PUT", CLUSTER, "", True),
        ({"route": "*/MANAGEDCLUSTERS/*"}, "PUT", CLUSTER, "", True),
        ({"route": "PUT */managedClusters/*"}, "PUT", POOL, "", True),
        ({"route": "PUT */managedClusters/*"}, "GET", CLUSTER, "", False),
        ({"route": "*/managedClusters"}, "PUT", CLUSTER, "", False),
        ({"route": "*/managed.lusters/*"}, "PUT", CLUSTER, "", False),
        ({"route": "ManagedClusters_*"}, "PUT", CLUSTER, "ManagedClusters_CreateOrUpdate", True),
        ({"route": "ManagedClusters_*"}, "PUT", POOL, "AgentPools_CreateOrUpdate", False),
        ({"route": "DELETE Groups_Delete"}, "DELETE", "/v1.0/groups/1", "Groups_Delete", True),
        ({"plane": "graph"}, "GET", "/v1.0/groups", "Groups_List", True),
        ({"plane": "graph"}, "GET", CLUSTER, "ManagedClusters_Get", False),
        ({"plane": "graph", "route": "/_aks/*"}, "POST", "/_aks/c/tokenreview", "", False),
    ],
)
def test_a_rule_speaks_of_the_requests_it_names(
    *, keys: dict[str, Any], method: str, path: str, operation: str, expected: bool
) -> None:
    request = Request(method, path, operation=operation)
    assert rule(**keys).matches(request) == expected


@pytest.mark.parametrize("route", ["*", "*/tokenreview", "AKS.*", "GET *"])
def test_a_webhook_is_disturbed_only_by_name(route: str) -> None:
    request = Request("POST", "/_aks/c/tokenreview", operation="AKS.TokenReview")
    assert not rule(route=route).matches(request)
    assert rule(route="/_aks/*").matches(request)


@pytest.mark.parametrize("route", ["*", "/*", "/_*"])
def test_what_belongs_to_the_command_line_is_never_disturbed(route: str) -> None:
    assert not rule(route=route).matches(Request("GET", "/_local/faults"))


def test_without_more_a_rule_acts_always() -> None:
    assert all(acts(rule(), 10))


def test_skip_and_count_pick_a_stretch() -> None:
    assert acts(rule(skip=2, count=3), 7) == [False, False, True, True, True, False, False]


def test_probability_is_decided_by_seed_and_place() -> None:
    document = {"status": 503, "probability": 0.3}
    first = acts(Rule(document, "7/0"), 1000)
    assert first == acts(Rule(document, "7/0"), 1000), "the same seed, the same matches"
    assert first != acts(Rule(document, "8/0"), 1000)
    assert first != acts(Rule(document, "7/1"), 1000)
    assert 250 < sum(first) < 350


def test_a_count_is_of_the_times_it_acted() -> None:
    assert sum(acts(rule(probability=0.3, count=5), 1000)) == 5


def test_a_sequence_goes_step_by_step_and_ends() -> None:
    made = Rule({"sequence": [429, "pass", "drop"], "skip": 1, "retryAfter": 2}, "0/0")
    assert [made.effect(matched, 0) for matched in range(5)] == [
        None,
        Effect(status=429, retry_after=2),
        None,
        Effect(drop=True, retry_after=2),
        None,
    ]


def test_an_effect_has_all_that_the_rule_says() -> None:
    made = rule(
        status=409, code="AnotherOperationInProgress", message="Wait.", delay=1.5, after=True
    )
    assert made.effect(0, 0) == Effect(
        status=409, code="AnotherOperationInProgress", message="Wait.", delay=1.5, after=True
    )


def test_what_is_left_out_is_empty() -> None:
    assert checked({}) == {"seed": 0, "lag": {}, "rules": []}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (None, "the document: None is not of type 'object'"),
        ([], "the document: [] is not of type 'object'"),
        ({"rule": []}, "the document: Additional properties are not allowed ('rule'"),
        ({"rules": 1}, "rules: 1 is not of type 'array'"),
        ({"lag": {"arm": 1}}, "'arm' was unexpected) (seconds of graph and of roleAssignments)"),
        ({"lag": {"graph": -1}}, "lag.graph: -1 is less than the minimum of 0"),
        ({"rules": [{"skip": 1}]}, "rules[0]: cannot be used as it is (a rule has status, drop,"),
        ({"rules": [{"status": 200}]}, "rules[0].status: 200 is less than the minimum of 400"),
        ({"rules": [{"status": True}]}, "rules[0].status: True is not of type 'integer'"),
        ({"rules": [{"drop": False}]}, "rules[0].drop: True was expected"),
        (
            {"rules": [{"sequence": ["nope"]}]},
            "rules[0].sequence[0]: cannot be used as it is (a status from 400 to 599, drop or",
        ),
        ({"rules": [{"delay": 1, "route": "get x"}]}, "rules[0].route: 'get x' does not match"),
        ({"rules": [{"drop": True, "status": 429}]}, "status and drop exclude each other"),
        ({"rules": [{"delay": 1, "after": True}]}, "after needs status, drop or sequence"),
        ({"rules": [{"drop": True, "code": "X"}]}, "code needs status or sequence"),
        ({"rules": [{"drop": True, "route": "GET /_LOCAL/x"}]}, "/_local/ is never disturbed"),
        ({"rules": [{"status": 429, "plane": "aks"}]}, "'aks' is not one of ['arm', 'entra',"),
        ({"rules": [{"status": 429, "probability": 2}]}, "2 is greater than the maximum of 1"),
    ],
)
def test_faults_that_cannot_be_used_are_refused_with_the_reason(document: Any, said: str) -> None:
    with pytest.raises(FaultsError) as told:
        checked(document)
    assert said in str(told.value)


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(FaultsError) as told:
        checked({"lag": {"x": 1}, "rules": [{"status": 1}, {"drop": True, "message": "m"}]})
    assert len(str(told.value).splitlines()) == 4
