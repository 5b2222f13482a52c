"""All kinds of resources that are only data."""

from __future__ import annotations

from rehearsal.cloud.aks import maintenance
from rehearsal.cloud.arm import diagnostic_settings, identities, locks, workspaces
from rehearsal.cloud.arm.plain_resources import Kind

KINDS = (
    *identities.KINDS,
    workspaces.KIND,
    diagnostic_settings.KIND,
    maintenance.KIND,
    Kind(
        locks.TYPE,
        "ManagementLocks",
        f"{{scope*}}/providers/{locks.TYPE}",
        "2015-01-01",
        lists_below=True,
    ),
)
