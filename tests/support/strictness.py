"""Which of two stacks is stricter, setting by setting.

Every field of the settings has a judgement here: an order, `PARTS` for what is compared piece by
piece, or the reason why security has nothing to say about it.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Final, cast

from components.roles import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Order = Callable[[Any, Any], bool]
    """Whether the first value is at least as strict as the second."""

PARTS: Final = "compared part by part"


def same(strict: Any, loose: Any) -> bool:
    """Neither is stricter, so both have to be alike."""
    return strict == loose


def off(strict: Any, loose: Any) -> bool:
    """What is off is stricter."""
    return not strict or bool(loose)


def on(strict: Any, loose: Any) -> bool:
    """What is on, or more, is stricter."""
    return strict >= loose


def fewer(strict: Iterable[Any], loose: Iterable[Any]) -> bool:
    """Nothing that the other has not."""
    return set(strict) <= set(loose)


def more(strict: Iterable[Any], loose: Iterable[Any]) -> bool:
    """Everything that the other has."""
    return set(strict) >= set(loose)


def ladder(*steps: set[str]) -> Order:
    """The higher the step a value stands on, the stricter."""

    def height(value: str) -> int:
        return next(index for index, step in enumerate(steps) if value in step)

    return lambda strict, loose: height(strict) >= height(loose)


def reach(strict: Any, loose: Any) -> bool:
    """No address but those that reach the other's API server; takes both whole clusters."""
    if strict.private or not loose.authorized_ip_ranges:
        return strict.private or not loose.private
    return bool(strict.authorized_ip_ranges) and fewer(
        strict.authorized_ip_ranges, loose.authorized_ip_ranges
    )


def rights(team: Any) -> set[tuple[str, ...]]:
    """Who may do what in the namespaces of the team.

    Principal, API group, resource and verb; principal and role where it is not a built-in one.
    """
    found: set[tuple[str, ...]] = set()
    for grant in team.grants:
        if grant.is_cluster_role or grant.role not in BUILT_IN:
            found.add((grant.principal, grant.role, str(grant.is_cluster_role)))
            continue
        for rule in BUILT_IN[grant.role]:
            parts = (rule["api_groups"], rule["resources"], rule["verbs"])
            found |= {(grant.principal, *each) for each in product(*parts)}
    return found


def grants(strict: Any, loose: Any) -> bool:
    """Nobody may do what the other stack does not allow; takes both whole teams."""
    return rights(strict) <= rights(loose)


WHOLE: Final = frozenset({reach, grants})
"""Orders that look at more than their own field."""

ORDERS: dict[str, dict[str, Order | str]] = {
    "Settings": {
        "resource_group_name": "a name",
        "location": "where the company's data may be is for the company to say",
        "tags": "names nobody acts on",
        "tenant_id": same,
        "cluster": PARTS,
        "login": ladder({"devicecode", "spn"}, {"azurecli"}, {"workloadidentity", "msi"}),
        "protect": on,
        "groups": "who is in what is judged where they are granted something",
        "users": fewer,
        "service_principals": fewer,
        "admin_groups": fewer,
        "roles": fewer,
        "teams": PARTS,
        "cluster_grants": fewer,
        "break_glass": off,
    },
    "ClusterSettings": {
        "cluster_name": "a name",
        "kubernetes_version": "an environment gets a version after the one before it had it",
        "tier": ladder({"Free"}, {"Standard"}, {"Premium"}),
        "local_accounts": off,
        "private": on,
        "authorized_ip_ranges": reach,
        "run_command": off,
        "node_pools": PARTS,
        "network_plugin": same,
        "network_mode": same,
        "network_dataplane": same,
        "subnet_id": "whose network, not whether",
        "private_dns_zone": "where a name is found, not what answers",
        "upgrade_channel": ladder({"none"}, {"node-image"}, {"patch", "stable", "rapid"}),
        "node_os_upgrade_channel": ladder({"None"}, {"Unmanaged"}, {"NodeImage", "SecurityPatch"}),
        "authorization": same,
        "identity": "neither kind holds a secret",
        "maintenance_window": PARTS,
        "diagnostics": PARTS,
        "preview_features": fewer,
    },
    "NodePoolSettings": {
        "name": "a name",
        "mode": same,
        "vm_size": "a size",
        "min": "a size",
        "max": "a size",
        "zones": more,
        "taints": more,
        "labels": "names nobody acts on",
    },
    "MaintenanceWindowSettings": {
        "day": "when, not whether",
        "start_hour": "when, not whether",
        "duration_hours": "how long, not whether",
    },
    "DiagnosticsSettings": {
        "workspace_id": "whose workspace, not whether",
        "retention_days": on,
        "categories": more,
    },
    "TeamSettings": {
        "name": "a name",
        "namespaces": "names",
        "grants": grants,
        "quota": more,
        "limits": more,
        "isolated": on,
    },
    "QuotaSettings": dict.fromkeys(("cpu", "memory", "pods"), "how much, not whether"),
    "LimitsSettings": dict.fromkeys(("cpu", "memory"), "how much, not whether"),
    "GrantSettings": dict.fromkeys(
        ("principal", "role", "is_cluster_role"), "compared with what it is granted in"
    ),
    "RuleSettings": dict.fromkeys(
        ("api_groups", "resources", "verbs", "resource_names"),
        "no environment has a role of its own",
    ),
    "GroupSettings": dict.fromkeys(
        ("key", "display_name", "existing", "existing_object_id", "owners", "members"),
        "who is in a group is said where the group is made, and is the same in every stack",
    ),
    "BreakGlassSettings": dict.fromkeys(("reason", "until"), "no stack file of ours has it on"),
}


def laxer(strict: Any, loose: Any, where: str = "") -> list[str]:
    """Paths of the settings in which `strict` is laxer than `loose`, which has the same type.

    Teams and pools are compared by name; one that `loose` has not is laxer than none.
    """
    found: list[str] = []
    for field in fields(strict):
        order = ORDERS[type(strict).__name__][field.name]
        path = f"{where}{field.name}"
        mine, its = getattr(strict, field.name), getattr(loose, field.name)
        if order == PARTS:
            found += _laxer_parts(mine, its, path)
        elif not isinstance(order, str):
            whole = order in WHOLE
            if not order(strict if whole else mine, loose if whole else its):
                found.append(path)
    return found


def _laxer_parts(strict: Any, loose: Any, path: str) -> list[str]:
    if loose is None:
        return []
    if strict is None:
        return [path]
    if is_dataclass(strict):
        return laxer(strict, loose, f"{path}.")
    others = {each.name: each for each in cast("Iterable[Any]", loose)}
    found: list[str] = []
    for part in cast("Iterable[Any]", strict):
        place = f"{path}.{part.name}"
        found += laxer(part, others[part.name], f"{place}.") if part.name in others else [place]
    return found
