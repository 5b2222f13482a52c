"""What the settings make of good configurations, and how they tell what is wrong.

What they refuse, key by key, is in `test_settings_corpus.py`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pulumi
import pytest
import yaml

import settings
from components.kubeconfig import LOGINS
from components.roles import BUILT_IN
from tests.configuration.page import EXAMPLE
from tests.support.program import PROJECT, run

LEAST: dict[str, Any] = {"adminGroups": [{"existing": "admins"}]}
TODAY = dt.date(2026, 11, 24)
BREAK_GLASS = {"enabled": True, "reason": "nobody can log in", "until": "2026-11-25"}


def load(config: dict[str, Any], secret_keys: list[str] | None = None) -> settings.Settings:
    loaded: list[settings.Settings] = []
    run(
        lambda: loaded.append(settings.load(BUILT_IN, LOGINS, TODAY)),
        stack="dev",
        config={f"{PROJECT}:{key}": value for key, value in config.items()},
        secret_keys=[f"{PROJECT}:{key}" for key in secret_keys or []],
    )
    return loaded[0]


def problems(config: dict[str, Any], secret_keys: list[str] | None = None) -> list[str]:
    with pytest.raises(pulumi.RunError) as refusal:
        load(config, secret_keys)
    assert isinstance(refusal.value, settings.InvalidSettingsError)
    return [line.strip() for line in str(refusal.value).splitlines()[1:]]


def cluster(**keys: Any) -> Any:
    return load({**LEAST, "cluster": keys}).cluster


def team(**keys: Any) -> list[dict[str, Any]]:
    return [{"name": "pay", "namespaces": ["pay"], **keys}]


def test_the_least_configuration_is_safe_and_complete() -> None:
    stack = load(LEAST)
    assert stack.resource_group_name == "rg-aks-entra-dev"
    assert stack.location == "westeurope"
    assert stack.login == "azurecli"
    assert stack.protect is False
    assert stack.tenant_id == ""
    assert stack.admin_groups == ("admins",)
    assert stack.break_glass is None
    assert stack.cluster.cluster_name == "aks-dev"
    assert stack.cluster.authorization == "kubernetes"
    assert stack.cluster.identity == "system"
    assert stack.cluster.local_accounts is False
    assert stack.cluster.run_command is False
    assert stack.cluster.maintenance_window is None
    assert stack.cluster.diagnostics is None
    assert stack.cluster.preview_features == []
    assert [pool.mode for pool in stack.cluster.node_pools] == ["System"]


def test_the_defaults_of_the_project_file_say_nothing_new() -> None:
    empty: dict[str, Any] = {
        "tenantId": "",
        "tags": {},
        "cluster": {},
        "roles": {},
        "teams": [],
        "breakGlass": {},
        "protect": False,
    }
    assert load({**LEAST, **empty}) == load(LEAST)


def test_a_null_is_a_default() -> None:
    assert cluster(tier=None, apiServer=None, upgrade={"window": None}) == load(LEAST).cluster


def test_an_empty_window_is_a_window_and_an_empty_diagnostics_makes_a_workspace() -> None:
    found = cluster(upgrade={"window": {}}, diagnostics={})
    assert found.maintenance_window.day == "Sunday"
    assert found.maintenance_window.start_hour == 2
    assert found.maintenance_window.duration_hours == 4
    assert found.diagnostics.workspace_id is None
    assert found.diagnostics.retention_days == 30
    assert found.diagnostics.categories == ["kube-audit-admin", "guard"]


def test_a_pool_has_its_taints_and_labels() -> None:
    taints = {"system": ["CriticalAddonsOnly=true:NoSchedule"], "gpu": ["a.example/b=c:NoExecute"]}
    labels = {"contoso.example/sku": "gpu", "empty": ""}
    size = "Standard_D4ds_v5"
    pools = [
        {"name": "system", "mode": "System", "vmSize": size, "taints": taints["system"]},
        {"name": "gpu", "vmSize": size, "min": 0, "taints": taints["gpu"], "labels": labels},
    ]
    system, gpu = cluster(nodePools=pools).node_pools
    assert {pool.name: pool.taints for pool in (system, gpu)} == taints
    assert gpu.mode == "User"
    assert gpu.labels == labels


def test_cilium_goes_with_the_addresses_of_the_network_too() -> None:
    assert cluster(network={"mode": "node-subnet"}).network_dataplane == "cilium"


@pytest.mark.parametrize(
    ("version", "channel"),
    [("1.36", "patch"), ("1.36", "node-image"), ("1.36.3", "none"), ("1.36.3", "node-image")],
)
def test_a_version_goes_with_the_channels_that_leave_it_alone(version: str, channel: str) -> None:
    found = cluster(kubernetesVersion=version, upgrade={"channel": channel})
    assert found.kubernetes_version == version


def test_break_glass_turns_local_accounts_on_and_has_a_reason_and_a_last_day() -> None:
    stack = load({**LEAST, "breakGlass": BREAK_GLASS})
    assert stack.cluster.local_accounts is True
    assert stack.break_glass == settings.BreakGlassSettings(
        "nobody can log in", dt.date(2026, 11, 25)
    )
    agreeing = {**LEAST, "breakGlass": BREAK_GLASS, "cluster": {"localAccounts": True}}
    assert load(agreeing) == stack


@pytest.mark.parametrize("until", ["2026-11-24", "2026-12-01"])
def test_break_glass_may_end_today_or_in_seven_days(until: str) -> None:
    assert load({**LEAST, "breakGlass": {**BREAK_GLASS, "until": until}}).break_glass


@pytest.mark.parametrize("until", ["2026-11-23", "2026-12-02"])
def test_break_glass_may_not_end_before_today_or_later_than_in_seven_days(until: str) -> None:
    (line,) = problems({**LEAST, "breakGlass": {**BREAK_GLASS, "until": until}})
    assert (
        f'breakGlass.until is "{until}"; allowed: a day from "2026-11-24" to "2026-12-01"' in line
    )


def test_break_glass_that_is_off_leaves_local_accounts_off_whatever_else_it_says() -> None:
    past = {"enabled": False, "reason": "it was needed once", "until": "2020-01-01"}
    stack = load({**LEAST, "breakGlass": past})
    assert stack.break_glass is None
    assert stack.cluster.local_accounts is False


def test_a_team_is_isolated_unless_it_says_otherwise() -> None:
    assert load({**LEAST, "teams": team()}).teams[0].isolated is True
    assert load({**LEAST, "teams": team(network="open")}).teams[0].isolated is False


def test_whole_numbers_are_quantities_too() -> None:
    room = {"cpu": 20, "memory": "64Gi", "pods": 100}
    given = load({**LEAST, "teams": team(quota=room, limits={"cpu": 1, "memory": "1Gi"})})
    assert given.teams[0].limits["cpu"] == "1"
    assert given.teams[0].quota == {"cpu": "20", "memory": "64Gi", "pods": "100"}


def test_a_limit_as_great_as_the_quota_is_fine() -> None:
    assert load({**LEAST, "teams": team(quota={"cpu": 1}, limits={"cpu": "1000m"})})


def test_a_group_is_known_once_however_often_it_is_named() -> None:
    access = [{"group": {"existing": "admins"}, "role": role} for role in ("viewer", "operator")]
    assert [group.key for group in load({**LEAST, "teams": team(access=access)}).groups] == [
        "admins"
    ]


def test_a_created_group_may_be_repeated_by_its_name_alone() -> None:
    created = {"displayName": "new", "owners": ["a@contoso.example"]}
    access = [{"group": {"displayName": "new"}, "role": "viewer"}]
    stack = load({**LEAST, "adminGroups": [created], "teams": team(access=access)})
    assert [group.owners for group in stack.groups] == [("a@contoso.example",)]


def test_groups_that_are_there_come_before_those_to_create() -> None:
    groups = load({**LEAST, "adminGroups": [{"displayName": "new"}, {"existing": "old"}]}).groups
    assert [group.key for group in groups] == ["old", "new"]


def test_everybody_who_is_named_is_known_by_kind() -> None:
    program = "aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb"
    grants = [
        {"user": "ann@contoso.example", "clusterRole": "view"},
        {"servicePrincipal": program, "clusterRole": "view"},
    ]
    stack = load({**LEAST, "clusterAccess": grants})
    assert stack.users == ("ann@contoso.example",)
    assert stack.service_principals == (program,)
    assert [grant.role for grant in stack.cluster_grants] == ["view", "view"]


def test_wildcards_pass_here_because_policies_judge_them() -> None:
    rule = {"apiGroups": ["*"], "resources": ["*", "*/scale"], "verbs": ["*"]}
    assert load({**LEAST, "roles": {"all": [rule]}}).roles["all"][0].verbs == ["*"]


def test_all_problems_are_told_at_once_each_with_file_key_value_and_remedy() -> None:
    found = problems(
        {
            "location": "West Europe",
            "adminGroups": [{"objectId": "abc"}],
            "cluster": {
                "tier": "Gold",
                "apiServer": {"private": True, "authorizedIpRanges": ["203.0.113.0/24"]},
            },
            "tenantId": "contoso",
            "teams": team(),
            "team": [],
        }
    )
    for key, value, remedy in (
        ("location", '"West Europe"', "az account list-locations"),
        ("adminGroups[0].objectId", '"abc"', "az ad group show"),
        ("cluster.tier", '"Gold"', "Free, Standard, Premium"),
        ("cluster.apiServer.authorizedIpRanges", '["203.0.113.0/24"]', "delete them or private"),
        ("tenantId", '"contoso"', "az account show"),
        ("team", "is not a known key", 'did you mean "teams"?'),
    ):
        line = next(line for line in found if f"{PROJECT}:{key} " in line)
        assert line.startswith("stacks/Pulumi.dev.yaml: ")
        assert value in line
        assert "; allowed: " in line
        assert remedy in line
    assert len(found) == 6


def test_a_huge_value_is_shown_in_part() -> None:
    (line,) = problems({**LEAST, "cluster": {"tier": "x" * 100_000}})
    assert len(line) < 300
    assert "(100002 characters)" in line


def test_keys_of_other_packages_are_left_alone() -> None:
    config = {f"{PROJECT}:adminGroups": [{"existing": "a"}], "azure-native:location": "westeurope"}
    run(lambda: pulumi.export("got", str(settings.load(BUILT_IN, LOGINS))), config=config)


def test_the_example_of_the_documentation_is_a_good_configuration() -> None:
    loaded: list[settings.Settings] = []
    example: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))["config"]
    run(lambda: loaded.append(settings.load(BUILT_IN, LOGINS)), stack="shared", config=example)
    assert [pool.name for pool in loaded[0].cluster.node_pools] == ["system", "work", "gpu"]
    assert [group.key for group in loaded[0].groups][-1] == "aks-shared-admins"
