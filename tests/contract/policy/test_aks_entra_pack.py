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
CLUSTER_ID = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c"
)
LOGIN = "4abbcc35-e782-43d8-92c5-2d3f1bd2253f"
RULES = "rbac.authorization.k8s.io"


def resource(token: str, **properties: Value) -> AnalyzerResource:
    urn = f"urn:pulumi:dev::aks-entra::{token}::it"
    return AnalyzerResource(urn=urn, type=token, name="it", properties=properties)


def good_cluster() -> dict[str, Value]:
    return {
        "aadProfile": good_profile(),
        "agentPoolProfiles": [{"securityProfile": {"sshAccess": "Disabled"}}],
        "apiServerAccessProfile": {"disableRunCommand": True, "enablePrivateCluster": True},
        "autoUpgradeProfile": {"upgradeChannel": "patch", "nodeOSUpgradeChannel": "NodeImage"},
        "disableLocalAccounts": True,
        "enableRBAC": True,
        "identity": {"type": "UserAssigned"},
        "networkProfile": {"networkPolicy": "cilium"},
        "oidcIssuerProfile": {"enabled": True},
        "securityProfile": {"workloadIdentity": {"enabled": True}},
        "sku": {"tier": "Standard"},
    }


def good_profile(*groups: str) -> dict[str, Value]:
    return {"managed": True, "adminGroupObjectIDs": [*(groups or (GROUP,))], "tenantID": GROUP}


def cluster(*, protect: bool = True, **changed: Value) -> AnalyzerResource:
    made = resource(CLUSTER, **good_cluster() | changed)
    return replace(made, options=replace(made.options, protect=protect))


def assignment(role: str, **changed: Value) -> AnalyzerResource:
    good: dict[str, Value] = {"principalId": GROUP, "principalType": "Group", "scope": CLUSTER_ID}
    definition = f"/providers/Microsoft.Authorization/roleDefinitions/{role}"
    token = "azure-native:authorization:RoleAssignment"
    return resource(token, **good | {"roleDefinitionId": definition} | changed)


def logs(*categories: str) -> AnalyzerResource:
    kept: Value = [{"category": category, "enabled": True} for category in categories]
    return resource("azure-native:monitor:DiagnosticSetting", logs=kept)


def team(**changed: Value) -> AnalyzerResource:
    good: dict[str, Value] = {"securityEnabled": True, "preventDuplicateNames": True}
    return resource("azuread:index/group:Group", **good | changed)


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
        cluster(aadProfile=good_profile() | {"managed": False}),
        "aadProfile.managed: ",
        "critical",
    ),
    Case(
        "aks-no-legacy-aad",
        cluster(
            aadProfile=good_profile() | {"serverAppSecret": Secret(SECRET)},
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
        cluster(aadProfile=good_profile() | {"adminGroupObjectIDs": []}),
        "aadProfile.adminGroupObjectIDs: ",
        "high",
    ),
    Case("aks-rbac-enabled", cluster(enableRBAC=False), "enableRBAC: ", "critical"),
    Case(
        "aks-run-command-off",
        cluster(apiServerAccessProfile={"enablePrivateCluster": True}),
        "apiServerAccessProfile.disableRunCommand: ",
        "high",
    ),
    Case(
        "aks-authorization-mode",
        cluster(aadProfile=good_profile() | {"enableAzureRBAC": True}),
        "aadProfile.enableAzureRBAC: ",
        "high",
    ),
    Case(
        "aks-tenant-pinned",
        cluster(aadProfile={"managed": True, "adminGroupObjectIDs": [GROUP]}),
        "aadProfile.tenantID: ",
        "medium",
    ),
    Case(
        "aks-admin-groups-bounded",
        cluster(aadProfile=good_profile(GROUP, GROUP)),
        "aadProfile.adminGroupObjectIDs[1]: ",
        "high",
    ),
    Case("aks-managed-identity", cluster(identity={"type": "None"}), "identity.type: ", "high"),
    Case(
        "aks-workload-identity",
        cluster(oidcIssuerProfile={}),
        "oidcIssuerProfile.enabled: ",
        "medium",
    ),
    Case(
        "entra-group-security-enabled", team(securityEnabled=False), "securityEnabled: ", "medium"
    ),
    Case(
        "entra-group-no-duplicate-names",
        team(preventDuplicateNames=False),
        "preventDuplicateNames: ",
        "low",
    ),
    Case(
        "aks-api-restricted",
        cluster(apiServerAccessProfile={"disableRunCommand": True}),
        "apiServerAccessProfile: ",
        "high",
    ),
    Case(
        "aks-node-ssh-off",
        resource("azure-native:containerservice:AgentPool"),
        "securityProfile.sshAccess: ",
        "medium",
    ),
    Case(
        "aks-network-policy",
        cluster(networkProfile={}),
        "networkProfile.networkPolicy: ",
        "medium",
    ),
    Case("aks-audit-logs", logs("guard"), "logs: ", "high"),
    Case(
        "aks-auto-upgrade",
        cluster(autoUpgradeProfile={"nodeOSUpgradeChannel": "NodeImage"}),
        "autoUpgradeProfile.upgradeChannel: ",
        "medium",
    ),
    Case(
        "aks-node-os-upgrade",
        cluster(autoUpgradeProfile={"upgradeChannel": "patch"}),
        "autoUpgradeProfile.nodeOSUpgradeChannel: ",
        "medium",
    ),
    Case("aks-paid-tier", cluster(sku={"tier": "Free"}), "sku.tier: ", "medium"),
    Case("aks-protected", cluster(protect=False), "protect: ", "high"),
    Case("rbac-no-any-any", role("*", "*", "apps"), "rules[0]: ", "critical"),
    Case("rbac-no-escalate", role("escalate", "clusterroles", RULES), "rules[0]: ", "critical"),
    Case("rbac-no-bind", role("bind", "clusterroles", RULES), "rules[0]: ", "critical"),
    Case("rbac-no-impersonate", role("impersonate", "users", ""), "rules[0]: ", "critical"),
    Case("rbac-no-rbac-write", role("create", "rolebindings", RULES), "rules[0]: ", "high"),
    Case("rbac-no-secrets-read", role("list", "secrets", ""), "rules[0]: ", "high"),
    Case("rbac-no-exec", role("create", "pods/exec", ""), "rules[0]: ", "high"),
    Case(
        "rbac-no-token-request",
        role("create", "serviceaccounts/token", ""),
        "rules[0]: ",
        "critical",
    ),
    Case("rbac-no-node-proxy", role("get", "nodes/proxy", ""), "rules[0]: ", "critical"),
    Case("bind-no-cluster-admin", binding("cluster-admin", GROUP), "roleRef.name: ", "critical"),
    Case(
        "bind-group-is-entra-object-id",
        binding("view", GROUP, Secret(SECRET)),
        "subjects[1].name: ",
        "medium",
    ),
    Case(
        "bind-no-direct-users",
        resource(
            f"{RBAC}RoleBinding",
            roleRef={"kind": "ClusterRole", "name": "view"},
            subjects=[{"kind": "User", "name": "ada@contoso.example"}],
        ),
        "subjects[0].kind: ",
        "medium",
    ),
    Case(
        "azrole-no-cluster-admin",
        assignment("b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"),
        "roleDefinitionId: ",
        "critical",
    ),
    Case(
        "azrole-no-owner",
        assignment("b24988ac-6180-42a0-ab88-20f7382dd24c"),
        "roleDefinitionId: ",
        "high",
    ),
    Case("azrole-scope-is-cluster", assignment(LOGIN, scope="/subscriptions/s"), "scope: ", "high"),
    Case(
        "azrole-groups-not-users",
        assignment(LOGIN, principalType="User"),
        "principalType: ",
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


def test_everybody_is_no_group_of_entra_either(pack: PolicyHost) -> None:
    found = pack.analyze(binding("view", "system:authenticated"))
    assert {one.policy for one in found} == {"bind-no-everybody", "bind-group-is-entra-object-id"}


@pytest.mark.parametrize(
    "good",
    [
        cluster(),
        role("get", "pods", ""),
        binding("view", GROUP),
        assignment(LOGIN),
        logs("kube-audit-admin", "guard"),
        team(),
        provider(exec={"command": "kubelogin"}),
        resource("kubernetes:core/v1:Namespace", metadata={"name": "payments"}),
        resource("pulumi:pulumi:Stack"),
    ],
    ids=lambda good: good.type,
)
def test_what_the_program_makes_has_no_violation(pack: PolicyHost, good: AnalyzerResource) -> None:
    assert pack.analyze(good) == []


def test_the_stack_as_a_whole_has_no_violation(pack: PolicyHost) -> None:
    whole = [resource("pulumi:pulumi:Stack"), cluster(), logs("kube-audit-admin", "guard")]
    assert pack.analyze_stack(whole) == []
    assert pack.analyze_stack([resource("pulumi:pulumi:Stack")]) == []


def test_a_stack_whose_cluster_keeps_no_logs_is_refused(pack: PolicyHost) -> None:
    [found] = pack.analyze_stack([resource("pulumi:pulumi:Stack"), cluster()])
    assert (found.policy, found.level) == ("stack-audit-logs", "mandatory")
    assert "it: the stack has nothing of the kind for it." in found.message


def test_each_check_says_that_preview_cannot_see_its_values(pack: PolicyHost) -> None:
    nothing_known: dict[str, Value] = dict.fromkeys(good_cluster(), UNKNOWN)
    unseen = resource(CLUSTER, **nothing_known)
    unseen = replace(unseen, options=replace(unseen.options, protect=True))
    found = pack.analyze(unseen)
    assert [one.policy for one in found] == [
        case.check
        for case in CASES
        if case.check.startswith("aks-") and case.check not in {"aks-audit-logs", "aks-protected"}
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
            assert levels == {expected[case.check]} - {"disabled"}, case.check


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
        ({"alowedBindings": []}, "alowedBindings: .* did you mean 'allowedBindings'"),
    ],
)
def test_the_configuration_is_refused_where_an_option_is_wrong(
    context: PolicyContext, tmp_path: Path, options: object, told: str
) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"bind-no-cluster-admin": options}), encoding="utf-8")
    with pytest.raises(PolicyConfigError, match=told):
        start(context, config)
