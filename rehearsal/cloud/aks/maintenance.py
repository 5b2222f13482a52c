"""Maintenance configurations of a cluster: when AKS may upgrade it. Nothing is upgraded here.

Rules: https://learn.microsoft.com/azure/aks/planned-maintenance
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.aks.pool_validation import invalid_parameter
from rehearsal.cloud.aks.resource_document import ACTION
from rehearsal.cloud.arm.errors import bad_request
from rehearsal.cloud.arm.plain_resources import GROUP, Kind

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call
    from rehearsal.cloud.store import Json

_SCHEDULED = ("aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule")
_NAMES = ("default", *_SCHEDULED)


def _complete(_call: Call, document: Json, _existing: Json | None) -> None:
    name, properties = document["name"], document["properties"]
    if name not in _NAMES:
        raise invalid_parameter("configName", f"'{name}' is not one of {', '.join(_NAMES)}.")
    window: Json | None = properties.get("maintenanceWindow")
    if name in _SCHEDULED:
        if window is None:
            raise bad_request(f"maintenanceWindow is required in the configuration '{name}'.")
        if properties.get("timeInWeek") or properties.get("notAllowedTime"):
            raise bad_request(
                f"timeInWeek and notAllowedTime are only allowed in 'default', not in '{name}'."
            )
        window.setdefault("utcOffset", "+00:00")


KIND = Kind(
    f"{ACTION}/maintenanceConfigurations",
    "MaintenanceConfigurations",
    f"{GROUP}/providers/{ACTION}/{{parent}}/maintenanceConfigurations",
    "2020-12-01",
    complete=_complete,
)
