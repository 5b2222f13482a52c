"""An environment is at least as strict as the one before it: prd as stg, stg as dev."""

from __future__ import annotations

import functools
import importlib
import inspect
import json
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import pytest

import settings
from components.kubeconfig import LOGINS
from components.roles import BUILT_IN
from settings.access import GrantSettings
from tests.support.program import ROOT, run, stack_config
from tests.support.strictness import ORDERS, laxer

if TYPE_CHECKING:
    from collections.abc import Iterable

ENVIRONMENTS = ("dev", "stg", "prd")


@functools.cache
def loaded(stack: str) -> settings.Settings:
    found: list[settings.Settings] = []
    run(
        lambda: found.append(settings.load(BUILT_IN, LOGINS)),
        stack=stack,
        config=stack_config(stack),
    )
    return found[0]


def settings_classes() -> dict[str, set[str]]:
    """The fields of every dataclass of settings, by the class's name."""
    modules = [
        importlib.import_module(f"settings.{each.stem}") for each in ROOT.glob("settings/*.py")
    ]
    return {
        name: {field.name for field in fields(found)}
        for module in modules
        for name, found in inspect.getmembers(module, is_dataclass)
        if name.endswith("Settings")
    }


def test_every_setting_has_been_judged_so_that_a_new_one_must_be() -> None:
    judged = {name: set(orders) for name, orders in ORDERS.items()}
    assert settings_classes() == judged, "say in tests/support/strictness.py how strict it is"


@pytest.mark.parametrize(("strict", "loose"), [("prd", "stg"), ("stg", "dev")])
def test_each_environment_is_at_least_as_strict_as_the_one_before(strict: str, loose: str) -> None:
    assert laxer(loaded(strict), loaded(loose)) == []


@pytest.mark.parametrize(("strict", "loose"), [("prd", "stg"), ("stg", "dev")])
def test_its_policies_are_at_least_as_strict_too(strict: str, loose: str) -> None:
    mine, others = (policy_levels(stack) for stack in (strict, loose))
    assert mine.keys() == others.keys()
    assert [name for name in mine if mine[name] < others[name]] == []


def policy_levels(stack: str) -> dict[str, int]:
    """How hard each check of the policy pack is on the stack."""
    levels = ("disabled", "advisory", "mandatory")
    found = json.loads((ROOT / f"policy/config/{stack}.json").read_text(encoding="utf-8"))
    return {name: levels.index(level) for name, level in found.items()}


def test_production_is_stricter_than_dev() -> None:
    found = laxer(loaded("dev"), loaded("prd"))
    assert {"protect", "login", "cluster.private", "teams.payments.grants"} <= set(found)


# What is laxer than prd, for each setting that has an order.
LAXER: dict[str, Any] = {
    "tenant_id": "0a1b2c3d-0000-4000-8000-000000000002",
    "login": "devicecode",
    "protect": False,
    "users": ("somebody@contoso.example",),
    "service_principals": ("0a1b2c3d-0000-4000-8000-000000000202",),
    "admin_groups": ("sg-platform-admins", "sg-shop"),
    "roles": {"everything": []},
    "cluster_grants": (GrantSettings("sg-shop", "cluster-admin"),),
    "break_glass": "on",
    "cluster.tier": "Free",
    "cluster.local_accounts": True,
    "cluster.private": False,
    "cluster.run_command": True,
    "cluster.network_plugin": "none",
    "cluster.network_mode": "node-subnet",
    "cluster.network_dataplane": "azure",
    "cluster.upgrade_channel": "none",
    "cluster.node_os_upgrade_channel": "None",
    "cluster.authorization": "azure",
    "cluster.preview_features": ["AAD-V2"],
    "cluster.maintenance_window": None,
    "cluster.diagnostics": None,
    "cluster.diagnostics.retention_days": 30,
    "cluster.diagnostics.categories": ["guard"],
    "cluster.node_pools.system.mode": "User",
    "cluster.node_pools.system.zones": [],
    "cluster.node_pools.system.taints": [],
    "teams.payments.grants": (GrantSettings("sg-payments", "operator"),),
    "teams.payments.quota": {},
    "teams.payments.limits": {},
    "teams.payments.isolated": False,
}


def changed(whole: Any, path: str, value: Any) -> Any:
    """A copy with another value at the path."""
    name, _, rest = path.partition(".")
    if isinstance(whole, tuple | list):
        parts = cast("Iterable[Any]", whole)
        return [changed(part, rest, value) if part.name == name else part for part in parts]
    return replace(whole, **{name: changed(getattr(whole, name), rest, value) if rest else value})


@pytest.mark.parametrize("path", LAXER)
def test_a_laxer_production_is_found_by_the_setting_s_name(path: str) -> None:
    production = loaded("prd")
    found = laxer(changed(production, path, LAXER[path]), production)
    # Without a private address, the ranges of addresses that reach it count too.
    assert [each for each in found if each != "cluster.authorized_ip_ranges"] == [path]


@pytest.mark.parametrize(
    ("ranges", "found"),
    [
        (["203.0.113.0/24"], []),
        ([], ["cluster.authorized_ip_ranges"]),
        (["203.0.113.0/24", "198.51.100.0/24"], ["cluster.authorized_ip_ranges"]),
    ],
)
def test_more_addresses_that_reach_the_api_server_are_laxer(
    ranges: list[str], found: list[str]
) -> None:
    staging = loaded("stg")
    assert laxer(changed(staging, "cluster.authorized_ip_ranges", ranges), staging) == found


def test_a_team_or_pool_of_one_environment_only_is_found() -> None:
    staging = loaded("stg")
    without = replace(staging, teams=staging.teams[1:])
    assert laxer(staging, without) == [f"teams.{staging.teams[0].name}"]
    assert laxer(without, staging) == []


def test_a_custom_role_that_the_other_has_not_is_laxer() -> None:
    staging = loaded("stg")
    custom = (*staging.teams[0].grants, GrantSettings("sg-payments", "everything"))
    path = f"teams.{staging.teams[0].name}.grants"
    assert laxer(changed(staging, path, custom), staging) == [path]


def test_every_order_has_been_seen_to_find_something() -> None:
    seen = {path.rpartition(".")[2] for path in LAXER} | {"authorized_ip_ranges"}
    ordered = {
        name
        for orders in ORDERS.values()
        for name, order in orders.items()
        if not isinstance(order, str)
    }
    assert ordered <= seen
