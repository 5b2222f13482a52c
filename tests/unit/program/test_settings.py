"""What the settings accept, and how they refuse: every problem at once, each with its remedy."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

import settings
from components.kubeconfig import LOGINS
from components.roles import BUILT_IN
from tests.support.program import PROJECT, run

GUID = "aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb"
LEAST: dict[str, Any] = {"location": "westeurope", "adminGroups": [{"existing": "admins"}]}


def load(config: dict[str, Any], secret_keys: list[str] | None = None) -> settings.Settings:
    loaded: list[settings.Settings] = []
    run(
        lambda: loaded.append(settings.load(BUILT_IN, LOGINS)),
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


def only_problem(**config: Any) -> str:
    found = problems({**LEAST, **config})
    assert len(found) == 1, found
    return found[0]


def team(**keys: Any) -> list[dict[str, Any]]:
    return [{"name": "pay", "namespaces": ["pay"], **keys}]


def grant(**keys: Any) -> list[dict[str, Any]]:
    return team(access=[{"role": "viewer", **keys}])


def test_the_least_configuration_is_safe_and_complete() -> None:
    stack = load(LEAST)
    assert stack.resource_group_name == "rg-aks-entra-dev"
    assert stack.cluster.cluster_name == "aks-dev"
    assert stack.cluster.local_accounts is False
    assert stack.cluster.run_command is False
    assert stack.login == "azurecli"
    assert stack.protect is False
    assert stack.tenant_id == ""
    assert stack.admin_groups == ("admins",)
    assert [pool.mode for pool in stack.cluster.node_pools] == ["System"]


def test_the_defaults_of_the_project_file_say_nothing_new() -> None:
    empty: dict[str, Any] = {
        "tenantId": "",
        "tags": {},
        "cluster": {},
        "roles": {},
        "teams": [],
        "protect": False,
    }
    assert load({**LEAST, **empty}) == load(LEAST)


def test_a_team_is_isolated_unless_it_says_otherwise() -> None:
    assert load({**LEAST, "teams": team()}).teams[0].isolated is True
    assert load({**LEAST, "teams": team(network="open")}).teams[0].isolated is False


def test_whole_numbers_are_quantities_too() -> None:
    quota = load({**LEAST, "teams": team(quota={"cpu": 20, "memory": "64Gi", "pods": 100})})
    assert quota.teams[0].quota == {"cpu": "20", "memory": "64Gi", "pods": "100"}


def test_a_group_is_known_once_however_often_it_is_named() -> None:
    access = [{"group": {"existing": "admins"}, "role": role} for role in ("viewer", "operator")]
    assert [group.key for group in load({**LEAST, "teams": team(access=access)}).groups] == [
        "admins"
    ]


def test_a_created_group_may_be_repeated_by_its_name_alone() -> None:
    created = {"displayName": "new", "owners": ["a@contoso.example"]}
    stack = load({**LEAST, "adminGroups": [created], "teams": grant(group={"displayName": "new"})})
    assert [group.owners for group in stack.groups] == [("a@contoso.example",)]


def test_groups_that_are_there_come_before_those_to_create() -> None:
    groups = load({**LEAST, "adminGroups": [{"displayName": "new"}, {"existing": "old"}]}).groups
    assert [group.key for group in groups] == ["old", "new"]


def test_all_problems_are_told_at_once_each_with_file_key_value_and_remedy() -> None:
    found = problems(
        {
            "location": "West Europe",
            "adminGroups": [{"objectId": "abc"}],
            "cluster": {"tier": "Gold"},
            "tenantId": "contoso",
        }
    )
    for key, value, remedy in (
        ("location", '"West Europe"', "az account list-locations"),
        ("adminGroups[0].objectId", '"abc"', "az ad group show"),
        ("cluster.tier", '"Gold"', "Free, Standard, Premium"),
        ("tenantId", '"contoso"', "az account show"),
    ):
        line = next(line for line in found if f"{PROJECT}:{key} " in line)
        assert line.startswith("stacks/Pulumi.dev.yaml: ")
        assert value in line
        assert "; allowed: " in line
        assert remedy in line
    assert len(found) == 4


def test_no_admin_group_is_refused_with_an_example() -> None:
    without = {"location": "westeurope"}
    for line in (*problems(without), *problems({**LEAST, "adminGroups": []})):
        assert "adminGroups" in line
        assert "[{existing: GROUP_NAME}]" in line


@pytest.mark.parametrize(
    ("config", "key", "nearest"),
    [
        ({"locatoin": "x"}, "aks-entra:locatoin", "location"),
        (
            {"cluster": {"kubernetesversion": "1.36"}},
            "cluster.kubernetesversion",
            "kubernetesVersion",
        ),
        ({"cluster": {"apiServer": {"privat": True}}}, "apiServer.privat", "private"),
        ({"teams": team(namespace=["a"])}, "teams[0].namespace", "namespaces"),
        ({"resourceGroup": {"nam": "x"}}, "resourceGroup.nam", "name"),
    ],
)
def test_an_unknown_key_names_the_nearest_known_one(
    config: dict[str, Any], key: str, nearest: str
) -> None:
    line = only_problem(**config)
    assert f"{key} is not a known key" in line
    assert f'did you mean "{nearest}"?' in line


def test_a_misspelled_namespace_is_not_passed_over() -> None:
    config = {f"{PROJECT}:{key}": value for key, value in LEAST.items()}
    config |= {"aks-entr:teams": team(), "azure-native:location": "westeurope"}
    with pytest.raises(pulumi.RunError) as refusal:
        run(
            lambda: pulumi.export("got", str(settings.load(BUILT_IN, LOGINS))),
            stack="dev",
            config=config,
        )
    assert "aks-entr:teams is not of this program" in str(refusal.value)
    assert "write aks-entra:teams" in str(refusal.value)
    assert "azure-native" not in str(refusal.value)


@pytest.mark.parametrize("key", ["breakGlass", "zzz"])
def test_an_unknown_key_far_from_all_others_lists_them(key: str) -> None:
    line = only_problem(**{key: {"enabled": True}})
    assert "adminGroups, cluster, clusterAccess" in line
    assert line.endswith("delete it")


@pytest.mark.parametrize("key", ["diagnostics", "previewFeatures"])
def test_a_cluster_key_that_is_not_supported_is_refused_not_ignored(key: str) -> None:
    assert "is not a known key" in only_problem(cluster={key: {}})


@pytest.mark.parametrize("key", ["clientAppID", "serverAppId", "serverAppSecret"])
@pytest.mark.parametrize("place", ["cluster", "root"])
def test_the_legacy_integration_is_refused_and_its_secret_not_shown(key: str, place: str) -> None:
    line = only_problem(**({key: "HUSH"} if place == "root" else {"cluster": {key: "HUSH"}}))
    assert "legacy" in line
    assert "az aks update --enable-aad" in line
    assert "HUSH" not in line


def test_a_secret_value_is_never_shown() -> None:
    config = {**LEAST, "cluster": {"tier": "HUSH", "apiServer": "HUSH"}, "login": "HUSH"}
    found = problems(config, secret_keys=["cluster", "login"])
    assert len(found) == 3
    assert "HUSH" not in "".join(found)


@pytest.mark.parametrize(
    ("config", "parts"),
    [
        ({"login": "password"}, ("login", '"password"', "azurecli, workloadidentity")),
        ({"login": "azurcli"}, ('write "azurecli"',)),
        ({"tags": {"a?": "x"}}, ("tags.a?", "bad name")),
        ({"tags": {"cost": 7}}, ("tags.cost is 7", "256")),
        ({"tags": "x"}, ("tags", "a mapping")),
        ({"protect": "yes"}, ("protect", "true, false")),
        ({"resourceGroup": {"name": "ends."}}, ("resourceGroup.name", '"ends."', "not ending")),
        ({"cluster": {"name": "-a"}}, ("cluster.name", '"-a"', "1 to 63")),
        ({"cluster": {"name": "a" * 63}}, ("cluster.name", "at most 80 characters", "shorten")),
        ({"cluster": {"kubernetesVersion": 1.3}}, ("kubernetesVersion is 1.3", "quotes")),
        ({"cluster": {"kubernetesVersion": "2.0"}}, ("kubernetesVersion", "az aks get-versions")),
        ({"cluster": {"localAccounts": "no"}}, ("localAccounts", "without quotes")),
        ({"cluster": {"authorization": "azure"}}, ("authorization", "kubernetes")),
        ({"cluster": {"identity": "user"}}, ("identity", "system")),
        ({"cluster": {"network": {"plugin": "kubenet"}}}, ("network.plugin", "azure")),
        ({"cluster": {"network": {"mode": "node-subnet"}}}, ("network.mode", "overlay")),
        ({"cluster": {"upgrade": {"channel": "fast"}}}, ("upgrade.channel", "patch")),
        ({"cluster": {"nodePools": []}}, ("nodePools", "System")),
        ({"cluster": {"nodePools": "x"}}, ("nodePools", "a list")),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    config: dict[str, Any], parts: tuple[str, ...]
) -> None:
    lines = problems({**LEAST, **config})
    for part in parts:
        assert part in lines[0]


@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        ("203.0.113.7/24", "write 203.0.113.0/24"),
        ("203.0.113.7", "write 203.0.113.7/32"),
        ("home", "such as 203.0.113.0/24"),
        ("203.0.113.0/40", "such as 203.0.113.0/24"),
    ],
)
def test_an_address_range_that_is_none_is_refused_with_the_right_one(
    given: str, remedy: str
) -> None:
    line = only_problem(cluster={"apiServer": {"authorizedIpRanges": [given]}})
    assert f'authorizedIpRanges[0] is "{given}"' in line
    assert remedy in line


def test_a_private_api_server_has_no_address_ranges() -> None:
    api_server = {"private": True, "authorizedIpRanges": ["203.0.113.0/24"]}
    assert "authorizedIpRanges" in only_problem(cluster={"apiServer": api_server})


@pytest.mark.parametrize(
    ("pool", "part"),
    [
        ({"name": "System"}, "nodePools[0].name"),
        ({"vmSize": "big"}, "nodePools[0].vmSize"),
        ({"min": 6}, "nodePools[0].min is 6"),
        ({"min": 0}, "at least 1"),
        ({"max": 0}, "nodePools[0].max is 0"),
        ({"zones": [1]}, "in quotes"),
        ({"zones": ["1", "1"]}, "each value once"),
    ],
)
def test_a_node_pool_that_cannot_be_is_refused(pool: dict[str, Any], part: str) -> None:
    good = {"name": "system", "mode": "System", "vmSize": "Standard_D4ds_v5"}
    assert any(
        part in line for line in problems({**LEAST, "cluster": {"nodePools": [good | pool]}})
    )


def test_two_node_pools_of_one_name_are_refused() -> None:
    pool = {"name": "system", "mode": "System", "vmSize": "Standard_D4ds_v5"}
    assert "each name once" in only_problem(cluster={"nodePools": [pool, pool]})


@pytest.mark.parametrize(
    "name", ["Kube", "kube-system", "default", "gatekeeper-system", "a" * 64, "a.b", "-a", ""]
)
def test_a_namespace_that_kubernetes_refuses_or_owns_is_refused(name: str) -> None:
    line = problems({**LEAST, "teams": team(namespaces=[name])})[0]
    assert "teams[0].namespaces[0]" in line
    assert "DNS-1123" in line


def test_a_namespace_is_in_one_team_only() -> None:
    teams = [{"name": name, "namespaces": ["shared"]} for name in ("a", "b")]
    assert '"shared", which team "a" has already' in only_problem(teams=teams)


def test_a_team_is_there_once() -> None:
    teams = [{"name": "a", "namespaces": [namespace]} for namespace in ("x", "y")]
    assert "each team once" in only_problem(teams=teams)


def test_a_team_without_a_namespace_is_refused() -> None:
    assert "teams[0].namespaces" in only_problem(teams=[{"name": "pay"}])


def test_an_unknown_role_names_the_nearest_known_one() -> None:
    line = only_problem(teams=grant(group={"existing": "g"}, role="develper"))
    assert "teams[0].access[0].role" in line
    assert 'write "developer"' in line


def test_a_grant_without_a_role_lists_the_roles() -> None:
    line = only_problem(teams=team(access=[{"group": {"existing": "g"}}]))
    assert "role is missing" in line
    assert "viewer, developer, operator" in line


@pytest.mark.parametrize("who", [{}, {"user": "a@contoso.example", "servicePrincipal": GUID}])
def test_a_grant_is_for_exactly_one_principal(who: dict[str, Any]) -> None:
    assert "exactly one of group, user, servicePrincipal" in only_problem(teams=grant(**who))


def test_a_grant_is_there_once() -> None:
    access = [{"group": {"existing": "g"}, "role": "viewer"}] * 2
    assert "each grant once" in only_problem(teams=team(access=access))


@pytest.mark.parametrize(
    ("who", "part"),
    [
        ({"user": "nobody"}, "access[0].user"),
        ({"servicePrincipal": "an-app"}, "access[0].servicePrincipal"),
        ({"group": {}}, "access[0].group has no group"),
        ({"group": {"existing": "a", "objectId": GUID}}, "has existing and objectId"),
        ({"group": {"existing": " a"}}, "group.existing"),
        ({"group": {"existing": "a", "owners": ["x@contoso.example"]}}, "owners"),
        ({"group": {"displayName": "a", "members": ["x"]}}, "members[0]"),
    ],
)
def test_a_principal_that_cannot_be_is_refused(who: dict[str, Any], part: str) -> None:
    assert any(part in line for line in problems({**LEAST, "teams": grant(**who)}))


@pytest.mark.parametrize(
    "other",
    [
        {"group": {"displayName": "admins"}},
        {"group": {"displayName": "new", "members": ["y@contoso.example"]}},
    ],
)
def test_a_group_is_described_in_one_way(other: dict[str, Any]) -> None:
    groups = [{"existing": "admins"}, {"displayName": "new", "members": ["x@contoso.example"]}]
    line = only_problem(adminGroups=groups, teams=grant(**other))
    assert "in another way than an earlier entry" in line


def test_an_admin_group_is_there_once() -> None:
    assert "each group once" in only_problem(adminGroups=[{"existing": "a"}, {"existing": "a"}])


def test_one_name_is_one_kind_of_principal() -> None:
    access = [{"user": GUID, "role": "viewer"}, {"servicePrincipal": GUID, "role": "viewer"}]
    assert any("one kind" in line for line in problems({**LEAST, "teams": team(access=access)}))


@pytest.mark.parametrize("name", ["viewer", "Log-Reader", "a.b"])
def test_a_custom_role_has_a_name_of_its_own(name: str) -> None:
    rule = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
    line = only_problem(roles={name: [rule]})
    assert f"roles.{name} has a bad name" in line


@pytest.mark.parametrize(
    ("rules", "part"),
    [
        ([], "at least 1"),
        ([{"resources": ["pods"], "verbs": ["get"]}], "apiGroups is missing"),
        ([{"apiGroups": [""], "resources": ["pods"], "verb": ["get"]}], 'did you mean "verbs"?'),
        ([{"apiGroups": "", "resources": ["pods"], "verbs": ["get"]}], "apiGroups"),
        ("pods", "a list"),
    ],
)
def test_a_custom_role_that_cannot_be_is_refused(rules: Any, part: str) -> None:
    assert any(part in line for line in problems({**LEAST, "roles": {"mine": rules}}))


def test_wildcards_and_local_accounts_pass_here_because_policies_judge_them() -> None:
    rule = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
    stack = load({**LEAST, "roles": {"all": [rule]}, "cluster": {"localAccounts": True}})
    assert stack.roles["all"][0].verbs == ["*"]
    assert stack.cluster.local_accounts is True


@pytest.mark.parametrize(
    ("quota", "part"),
    [({"cpu": "lots"}, "quota.cpu"), ({"pods": -1}, "quota.pods"), ({"disk": 1}, "quota.disk")],
)
def test_an_amount_that_is_none_is_refused(quota: dict[str, Any], part: str) -> None:
    assert part in only_problem(teams=team(quota=quota))


def test_a_cluster_wide_grant_names_a_cluster_role() -> None:
    grants = [{"group": {"existing": "auditors"}}]
    assert "clusterAccess[0].clusterRole is missing" in only_problem(clusterAccess=grants)


def test_text_that_is_not_json_where_a_mapping_is_wanted_is_refused_as_a_value() -> None:
    assert 'aks-entra:cluster is "just text"' in only_problem(cluster="just text")
