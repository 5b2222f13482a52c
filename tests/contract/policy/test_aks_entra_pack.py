"""The real pack in its real process: each check once, each environment file once."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rehearsal.engine.policy.host import (
    AnalyzerResource,
    PolicyConfigError,
    PolicyHost,
    PolicyPackRef,
)
from rehearsal.engine.values import UNKNOWN, Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rehearsal.engine.policy.host import PolicyContext
    from rehearsal.engine.values import Value

ROOT = Path(__file__).parents[3]
PACK = ROOT / "policy"
CLUSTER = "azure-native:containerservice:ManagedCluster"
RBAC = "kubernetes:rbac.authorization.k8s.io/v1:"
GROUP = "0b7c1d2e-1111-4222-8333-44445555aaaa"
SECRET = "hush-hush-42"


def resource(token: str, **properties: Value) -> AnalyzerResource:
    urn = f"urn:pulumi:dev::aks-entra::{token}::it"
    return AnalyzerResource(urn=urn, type=token, name="it", properties=properties)


def good_cluster() -> dict[str, Value]:
    return {
        "aadProfile": {"managed": True, "adminGroupObjectIDs": [GROUP]},
        "apiServerAccessProfile": {"disableRunCommand": True},
        "disableLocalAccounts": True,
        "enableRBAC": True,
    }


def cluster(**changed: Value) -> AnalyzerResource:
    return resource(CLUSTER, **good_cluster() | changed)


def binding(role: str, *groups: Value) -> AnalyzerResource:
    return resource(
        f"{RBAC}RoleBinding",
        roleRef={"kind": "ClusterRole", "name": role},
        subjects=[{"kind": "Group", "name": name} for name in groups],
    )


def role(verb: str, what: str, group: str) -> AnalyzerResource:
    rule: Value = {"verbs": [verb], "resources": [what], "apiGroups": [group]}
    return resource(f"{RBAC}ClusterRole", rules=[rule])


def provider(**user: Value) -> AnalyzerResource:
    document = json.dumps({"users": [{"name": "u", "user": user}]})
    return resource("pulumi:providers:kubernetes", kubeconfig=Secret(document))


@dataclass(frozen=True)
class Case:
    """One check, what violates it, and how its message begins."""

    check: str
    bad: AnalyzerResource
    path: str
    severity: str


CASES = [
    Case(
        "aks-entra-managed",
        cluster(aadProfile={"managed": False, "adminGroupObjectIDs": [GROUP]}),
        "aadProfile.managed: ",
        "critical",
    ),
    Case(
        "aks-no-legacy-aad",
        cluster(
            aadProfile={
                "managed": True,
                "adminGroupObjectIDs": [GROUP],
                "serverAppSecret": Secret(SECRET),
            }
        ),
        "aadProfile.serverAppSecret: ",
        "high",
    ),
    Case(
        "aks-local-accounts-disabled",
        cluster(disableLocalAccounts=False),
        "disableLocalAccounts: ",
        "high",
    ),
    Case(
        "aks-admin-groups-set",
        cluster(aadProfile={"managed": True, "adminGroupObjectIDs": []}),
        "aadProfile.adminGroupObjectIDs: ",
        "high",
    ),
    Case("aks-rbac-enabled", cluster(enableRBAC=False), "enableRBAC: ", "critical"),
    Case(
        "aks-run-command-off",
        cluster(apiServerAccessProfile={"disableRunCommand": False}),
        "apiServerAccessProfile.disableRunCommand: ",
        "high",
    ),
    Case("rbac-no-any-any", role("*", "*", "apps"), "rules[0]: ", "critical"),
    Case(
        "rbac-no-escalate",
        role("escalate", "clusterroles", "rbac.authorization.k8s.io"),
        "rules[0]: ",
        "critical",
    ),
    Case("bind-no-cluster-admin", binding("cluster-admin", GROUP), "roleRef.name: ", "critical"),
    Case(
        "bind-group-is-entra-object-id",
        binding("view", GROUP, Secret(SECRET)),
        "subjects[1].name: ",
        "medium",
    ),
    Case(
        "stack-no-admin-kubeconfig",
        provider(**{"client-key-data": SECRET}),
        "kubeconfig: users[0].user.client-key-data: ",
        "critical",
    ),
]


@pytest.fixture(scope="module")
def pack(context: PolicyContext) -> Iterator[PolicyHost]:
    with PolicyHost.start(PolicyPackRef(PACK), context) as host:
        yield host


def start(context: PolicyContext, config: Path) -> PolicyHost:
    return PolicyHost.start(PolicyPackRef(PACK, config), context)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.check)
def test_a_check_finds_its_violation_and_nothing_else(pack: PolicyHost, case: Case) -> None:
    [found] = pack.analyze(case.bad)
    assert (found.policy, found.level, found.severity) == (case.check, "mandatory", case.severity)
    assert found.urn == case.bad.urn
    assert (found.pack, found.pack_version) == ("aks-entra", "0.1.0")
    assert found.message.split("\n")[1].startswith(case.path)
    assert SECRET not in found.message


def test_a_group_that_is_above_rbac_is_two_violations(pack: PolicyHost) -> None:
    found = pack.analyze(binding("view", "system:masters"))
    assert {one.policy for one in found} == {
        "bind-no-system-masters",
        "bind-group-is-entra-object-id",
    }


@pytest.mark.parametrize(
    "good",
    [
        cluster(),
        role("get", "pods", ""),
        binding("view", GROUP),
        provider(exec={"command": "kubelogin"}),
        resource("kubernetes:core/v1:Namespace", metadata={"name": "payments"}),
        resource("pulumi:pulumi:Stack"),
    ],
    ids=lambda good: good.type,
)
def test_what_the_program_makes_has_no_violation(pack: PolicyHost, good: AnalyzerResource) -> None:
    assert pack.analyze(good) == []


def test_the_stack_as_a_whole_has_no_violation(pack: PolicyHost) -> None:
    assert pack.analyze_stack([resource("pulumi:pulumi:Stack"), cluster()]) == []


def test_each_check_says_that_preview_cannot_see_its_values(pack: PolicyHost) -> None:
    unseen = resource(CLUSTER, **dict.fromkeys(good_cluster(), UNKNOWN))
    found = pack.analyze(unseen)
    assert [one.policy for one in found] == [
        case.check for case in CASES if case.check.startswith("aks-")
    ]
    assert {one.level for one in found} == {"advisory"}
    assert all("not evaluated at preview" in one.message for one in found)


@pytest.mark.parametrize("environment", ["local", "dev", "stg", "prd"])
def test_an_environment_file_sets_the_levels(context: PolicyContext, environment: str) -> None:
    config = PACK / "config" / f"{environment}.json"
    expected = json.loads(config.read_text(encoding="utf-8"))
    with start(context, config) as host:
        assert dict(host.levels) == expected
        for case in CASES:
            levels = {one.level for one in host.analyze(case.bad)}
            assert levels == {expected[case.check]}, case.check


@pytest.mark.parametrize("check", ["aks-local-accounts-disabled", "aks-run-command-off"])
def test_a_remediation_mends_and_keeps_secrets(
    context: PolicyContext, tmp_path: Path, check: str
) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"all": "disabled", check: "remediate"}), encoding="utf-8")
    bad = resource(CLUSTER, dnsPrefix=Secret("hidden"), location=UNKNOWN)
    with start(context, config) as host:
        after, [told] = host.remediate(bad)
        assert host.analyze(replace(bad, properties=after)) == []
        assert [one.level for one in host.analyze(bad)] == ["mandatory"]
    assert after["dnsPrefix"] == Secret("hidden")
    assert after["location"] is UNKNOWN
    assert told.policy == check
    assert "hidden" not in repr(told)


def test_the_configuration_may_allow_one_binding(context: PolicyContext, tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    allowed = {"bind-no-cluster-admin": {"allowedBindings": ["rescue"]}}
    config.write_text(json.dumps(allowed), encoding="utf-8")
    properties = dict(binding("cluster-admin", GROUP).properties)
    with start(context, config) as host:
        assert host.levels["bind-no-cluster-admin"] == "mandatory"
        named = resource(f"{RBAC}RoleBinding", **properties, metadata={"name": "rescue"})
        assert host.analyze(named) == []
        other = resource(f"{RBAC}RoleBinding", **properties, metadata={"name": "other"})
        assert [one.policy for one in host.analyze(other)] == ["bind-no-cluster-admin"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"allowedBindings": [5]}, r"allowedBindings\[0\]: 5 is not of type 'string'"),
        ({"allowedBindings": "rescue"}, r"allowedBindings: 'rescue' is not of type 'array'"),
        ({"alowedBindings": []}, "'alowedBindings' was unexpected"),
    ],
)
def test_the_configuration_is_refused_where_an_option_is_wrong(
    context: PolicyContext, tmp_path: Path, options: object, told: str
) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"bind-no-cluster-admin": options}), encoding="utf-8")
    with pytest.raises(PolicyConfigError, match=told):
        start(context, config)
