from __future__ import annotations

from typing import Any

import pytest

from tests.support.arm import Arm, error

WINDOW = {
    "schedule": {"weekly": {"intervalWeeks": 1, "dayOfWeek": "Sunday"}},
    "durationHours": 4,
    "startTime": "02:00",
}


@pytest.mark.parametrize(
    ("name", "properties", "code"),
    [
        ("default", {"timeInWeek": [{"day": "Monday", "hourSlots": [1, 2]}]}, ""),
        ("aksManagedAutoUpgradeSchedule", {"maintenanceWindow": WINDOW}, ""),
        ("aksManagedNodeOSUpgradeSchedule", {"maintenanceWindow": WINDOW}, ""),
        ("weekends", {"maintenanceWindow": WINDOW}, "InvalidParameter"),
        ("aksManagedAutoUpgradeSchedule", {}, "BadRequest"),
        (
            "aksManagedAutoUpgradeSchedule",
            {"maintenanceWindow": WINDOW, "timeInWeek": [{"day": "Monday", "hourSlots": [1]}]},
            "BadRequest",
        ),
        (
            "aksManagedAutoUpgradeSchedule",
            {"maintenanceWindow": {**WINDOW, "durationHours": 3}},
            "InvalidRequestContent",
        ),
        (
            "aksManagedAutoUpgradeSchedule",
            {"maintenanceWindow": {**WINDOW, "startTime": "24:00"}},
            "InvalidRequestContent",
        ),
        (
            "aksManagedAutoUpgradeSchedule",
            {"maintenanceWindow": {**WINDOW, "schedule": {}}},
            "InvalidRequestContent",
        ),
        ("default", {"timeInWeek": [{"day": "Someday"}]}, "InvalidRequestContent"),
    ],
)
def test_maintenance_has_three_names_and_their_rules(
    arm: Arm, name: str, properties: dict[str, Any], code: str
) -> None:
    cluster = arm.cluster(arm.group())
    path = f"{cluster}/maintenanceConfigurations/{name}"

    reply = arm.call("PUT", path, {"properties": properties})

    if code:
        assert error(reply) == (400, code)
    else:
        assert reply.status == 201
        listed = arm.call("GET", f"{cluster}/maintenanceConfigurations").body["value"]
        assert listed == [arm.call("GET", path).body]


def test_a_cluster_takes_its_maintenance_along(arm: Arm) -> None:
    group = arm.group()
    cluster = arm.cluster(group)
    path = f"{cluster}/maintenanceConfigurations/default"
    arm.call("PUT", path, {"properties": {"timeInWeek": [{"day": "Monday", "hourSlots": [1]}]}})

    arm.done(arm.call("DELETE", cluster))

    arm.cluster(group)
    assert error(arm.call("GET", path)) == (404, "ResourceNotFound")
