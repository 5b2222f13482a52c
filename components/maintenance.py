"""The maintenance window: when Azure may upgrade the cluster, and the system of its nodes."""

from typing import TypedDict

import pulumi
from pulumi_azure_native import containerservice

from components.pools import ClusterPath

SCHEDULES = {
    "upgrades": "aksManagedAutoUpgradeSchedule",
    "node-upgrades": "aksManagedNodeOSUpgradeSchedule",
}
"""Part of the child's name to the name that Azure gives the configuration its meaning by
(https://learn.microsoft.com/azure/aks/planned-maintenance, 2026-11)."""


class MaintenanceWindowArgs(TypedDict):
    """Some hours of one day of every week."""

    day: str
    """`Monday` to `Sunday`, in UTC."""
    start_hour: int
    """Hour at which it begins, 0 to 23, in UTC."""
    duration_hours: int
    """Its length in hours, 4 to 24."""


def maintain(
    name: str,
    window: MaintenanceWindowArgs,
    cluster: ClusterPath,
    before: pulumi.Resource,
    options: pulumi.ResourceOptions,
) -> None:
    """Make `NAME-upgrades` and `NAME-node-upgrades`, both for that window, after `before`.

    One after the other: while a pool is made, AKS answers OperationNotAllowed to any other write
    into its cluster, which the provider does not try again
    (https://github.com/Azure/terraform-azurerm-avm-ptn-aks-production/pull/25).
    """
    resource_group_name, cluster_name = cluster
    for role, schedule in SCHEDULES.items():
        before = containerservice.MaintenanceConfiguration(
            f"{name}-{role}",
            pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[before])),
            resource_group_name=resource_group_name,
            resource_name_=cluster_name,
            config_name=schedule,
            maintenance_window=containerservice.MaintenanceWindowArgs(
                schedule=containerservice.ScheduleArgs(
                    weekly=containerservice.WeeklyScheduleArgs(
                        day_of_week=window["day"], interval_weeks=1
                    )
                ),
                start_time=f"{window['start_hour']:02}:00",
                utc_offset="+00:00",
                duration_hours=window["duration_hours"],
            ),
        )
