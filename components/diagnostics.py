"""Where the logs of the control plane go: to a Log Analytics workspace, made or given."""

from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import monitor, operationalinsights

from components.place import Place


class DiagnosticsArgs(TypedDict):
    """Which logs are kept, and where."""

    workspace_id: NotRequired[str | None]
    """ARM id of a Log Analytics workspace that is there; one is made if left out."""
    retention_days: int
    """How long a workspace that is made keeps them, 30 to 730 days."""
    categories: list[str]
    """AKS's log categories, such as `kube-audit-admin` (changes by whom) and `guard` (logins)."""


def keep_logs(
    name: str,
    cluster_id: pulumi.Input[str],
    args: DiagnosticsArgs,
    place: Place,
    options: pulumi.ResourceOptions,
) -> None:
    """Make `NAME-audit`, and `NAME-logs` where no workspace is given.

    The logs go to tables of their own, which can be read by role, one by one. A protected cluster
    protects the workspace, whose loss is that of the logs, and not what is sent there.
    """
    workspace_id: pulumi.Input[str] | None = args.get("workspace_id")
    if workspace_id is None:
        workspace_id = _workspace(f"{name}-logs", args["retention_days"], place, options).id
    monitor.DiagnosticSetting(
        f"{name}-audit",
        monitor.DiagnosticSettingArgs(
            resource_uri=cluster_id,
            workspace_id=workspace_id,
            log_analytics_destination_type="Dedicated",
            logs=[
                monitor.DiagnosticsLogSettingsArgs(category=category, enabled=True)
                for category in args["categories"]
            ],
        ),
        pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(protect=False)),
    )


def _workspace(
    name: str, retention_days: int, place: Place, options: pulumi.ResourceOptions
) -> operationalinsights.Workspace:
    # Its name is Azure-wide and kept for 14 days after a deletion: the provider makes it unique.
    return operationalinsights.Workspace(
        name,
        operationalinsights.WorkspaceArgs(
            resource_group_name=place.resource_group_name,
            location=place.location,
            tags=place.tags,
            sku=operationalinsights.WorkspaceSkuArgs(
                name=operationalinsights.WorkspaceSkuNameEnum.PER_GB2018
            ),
            retention_in_days=retention_days,
            # Nobody writes here but Azure itself, which needs no shared key.
            features=operationalinsights.WorkspaceFeaturesArgs(disable_local_auth=True),
        ),
        options,
    )
