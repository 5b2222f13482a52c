"""Puts the ARM plane together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.aks import agent_pools, credentials, power, resource, resource_work, upgrades
from rehearsal.cloud.aks.resource_document import TYPE as MANAGED_CLUSTER
from rehearsal.cloud.arm import (
    deployments,
    deployments_work,
    diagnostic_settings,
    features,
    metadata,
    operation_status,
    providers,
    resource_groups,
    resource_lists,
    role_assignments,
    role_definitions,
    subscriptions,
    workspaces,
)
from rehearsal.cloud.arm.dispatch import Routes
from rehearsal.cloud.arm.kinds import KINDS
from rehearsal.cloud.arm.plain_resources import PlainResources

if TYPE_CHECKING:
    from threading import Thread

    from rehearsal.cloud.context import Cloud

_MODULES = (
    metadata,
    subscriptions,
    resource_groups,
    resource_lists,
    providers,
    features,
    operation_status,
    deployments,
    workspaces,
    diagnostic_settings,
    resource,
    power,
    upgrades,
    agent_pools,
    credentials,
    role_definitions,
    role_assignments,
)


def register(cloud: Cloud) -> None:
    """Add all of ARM's routes, those of its resource providers included."""
    routes = Routes(cloud)
    for module in _MODULES:
        module.add_routes(routes)
    for kind in KINDS:
        PlainResources(kind).add_routes(routes)
    removers = {MANAGED_CLUSTER: resource_work.remove, **{k.type: k.dropped for k in KINDS}}
    resource_groups.define_work(cloud.operations, removers)
    resource_work.define_work(cloud.operations)
    deployments_work.define_work(cloud.operations)


def resume(cloud: Cloud) -> list[Thread]:
    """Start what an earlier process has left: unfinished operations, and every cluster.

    Returns at once; the clusters are there again when the threads have ended.
    """
    # First what no operation is about to see to, as an operation may end at once.
    threads = [*resource_work.restart(cloud), *cloud.operations.resume(cloud)]
    cloud.operations.resumed = threads
    return threads
