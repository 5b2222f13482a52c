"""What the checks' options change, and what the table of values does not say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.policy_checks import CHECKS, CLUSTER, RBAC, UNKNOWN, secret, verdict
from tests.support.policy_props import (
    ADMIN,
    ADMINS,
    ASSIGNMENT,
    GROUP,
    OTHER,
    POOL,
    RBAC_GROUP,
    SETTING,
    at,
    role,
    rule,
)


def test_the_older_module_of_diagnostic_settings_is_no_way_around() -> None:
    token = "azure-native:insights:DiagnosticSetting"
    assert verdict("aks-audit-logs", token, {}).paths == ["logs"]


class TestAnOption:
    def test_expects_azure_rbac(self) -> None:
        config = {"expected": "azure"}
        azure = at("aadProfile.enableAzureRBAC", value=True)
        assert verdict("aks-authorization-mode", CLUSTER, azure, config).said == ""
        assert verdict("aks-authorization-mode", CLUSTER, {}, config).paths

    def test_names_the_only_tenant(self) -> None:
        config, props = {"tenant": OTHER}, at("aadProfile.tenantID", GROUP)
        assert verdict("aks-tenant-pinned", CLUSTER, props, config).paths
        assert verdict("aks-tenant-pinned", CLUSTER, props, {"tenant": GROUP.upper()}).said == ""

    def test_bounds_the_administrators(self) -> None:
        props = at(ADMINS, [GROUP, OTHER])
        assert verdict("aks-admin-groups-bounded", CLUSTER, props, {"maximum": 1.0}).paths == [
            ADMINS
        ]

    def test_allows_an_administrator_in_azure(self) -> None:
        config = {"allowedPrincipals": [GROUP]}
        check, admin = "azrole-no-cluster-admin", role(ADMIN)
        assert verdict(check, ASSIGNMENT, admin | {"principalId": GROUP}, config).said == ""
        assert verdict(check, ASSIGNMENT, admin | {"principalId": OTHER}, config).paths
        assert verdict(check, ASSIGNMENT, admin | {"principalId": UNKNOWN}, config).waits
        static = role("0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8", principalId=GROUP)
        assert verdict(check, ASSIGNMENT, static, config).paths


def test_bind_may_be_granted_on_named_roles_and_on_no_others() -> None:
    named = rule(["bind"], ["clusterroles"], RBAC_GROUP, resourceNames=["view"])
    assert verdict("rbac-no-bind", f"{RBAC}ClusterRole", named).said == ""
    empty = rule(["bind"], ["clusterroles"], RBAC_GROUP, resourceNames=[])
    assert verdict("rbac-no-bind", f"{RBAC}ClusterRole", empty).paths == ["rules[0]"]


def test_a_cluster_is_protected_by_its_option() -> None:
    assert verdict("aks-protected", CLUSTER, {}, protect=True).said == ""
    assert verdict("aks-protected", CLUSTER, {"protect": True}).paths == ["protect"]


@pytest.mark.parametrize(
    "name", ["system:authenticated", "system:anonymous", "system:serviceaccounts"]
)
def test_everybody_gets_nothing(name: str) -> None:
    props = {"subjects": [{"kind": "Group", "name": GROUP}, {"kind": "Group", "name": name}]}
    assert verdict("bind-no-everybody", f"{RBAC}RoleBindingPatch", props).paths == [
        "subjects[1].name"
    ]


def test_people_are_bound_by_groups_and_programs_by_their_ids() -> None:
    check, token = "bind-no-direct-users", f"{RBAC}ClusterRoleBinding"
    people = {"subjects": [{"kind": "User", "name": "ada@contoso.example"}]}
    assert verdict(check, token, people).paths == ["subjects[0].kind"]
    programs = {"subjects": [{"kind": "User", "name": GROUP}, {"kind": "Group", "name": "x"}]}
    assert verdict(check, token, programs).said == ""
    assert verdict(check, token, {"subjects": [{"kind": UNKNOWN, "name": "x"}]}).waits


@pytest.mark.parametrize("check", CHECKS)
def test_no_check_repeats_a_secret(check: str) -> None:
    hidden = secret("hunter2")
    props: dict[str, Any] = {"aadProfile": hidden, "sku": hidden, "scope": hidden}
    props |= {"principalType": hidden, "subjects": hidden, "rules": hidden}
    for token in (CLUSTER, POOL, SETTING, ASSIGNMENT, f"{RBAC}Role", f"{RBAC}RoleBinding"):
        assert "hunter2" not in verdict(check, token, props).said
