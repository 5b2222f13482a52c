from __future__ import annotations

from typing import Any

import pytest

from tests.support.arm import WORLD, Arm, error

SETTINGS = "Microsoft.Insights/diagnosticSettings"


def settings(workspace_id: str | None, *categories: str) -> dict[str, Any]:
    logs = [{"category": category, "enabled": True} for category in categories]
    return {"properties": {"workspaceId": workspace_id, "logs": logs}}


def test_a_clusters_logs_go_to_a_workspace(arm: Arm) -> None:
    group = arm.group()
    logs, cluster = arm.workspace(group), arm.cluster(group)
    path = f"{cluster}/providers/{SETTINGS}/audit"

    made = arm.call("PUT", path, settings(logs, "kube-audit-admin", "guard"))

    assert made.status == 200
    assert arm.call("GET", f"{cluster}/providers/{SETTINGS}").body["value"] == [made.body]
    again = arm.call("PUT", f"{path}-2", settings(logs, "guard"))
    assert error(again) == (409, "Conflict")
    assert "'guard'" in again.body["error"]["message"]
    assert arm.call("PUT", f"{path}-2", settings(logs, "kube-audit")).status == 200
    arm.done(arm.call("DELETE", cluster))
    arm.cluster(group)
    assert arm.call("GET", f"{cluster}/providers/{SETTINGS}").body["value"] == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (settings("LOGS", "kube-adit"), (400, "BadRequest")),
        (settings(None, "guard"), (400, "BadRequest")),
        (settings("LOGS2", "guard"), (404, "ResourceNotFound")),
        (settings("CLUSTER", "guard"), (404, "ResourceNotFound")),
        (settings("short", "guard"), (404, "ResourceNotFound")),
        (
            {"properties": {"workspaceId": "LOGS", "logs": [{"enabled": True}]}},
            (400, "BadRequest"),
        ),
        (
            {
                "properties": {
                    "workspaceId": "LOGS",
                    "metrics": [{"category": "Metrics", "enabled": True}],
                }
            },
            (400, "BadRequest"),
        ),
        (
            {"properties": {"workspaceId": "LOGS", "logs": [{"category": "guard"}]}},
            (400, "InvalidRequestContent"),
        ),
    ],
)
def test_diagnostic_settings_that_cannot_be_are_refused(
    arm: Arm, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    group = arm.group()
    logs, cluster = arm.workspace(group), arm.cluster(group)
    given = body["properties"].get("workspaceId")
    named = {"LOGS": logs, "LOGS2": f"{logs}2", "CLUSTER": cluster}
    sent = {"properties": {**body["properties"], "workspaceId": named.get(given, given)}}

    refused = arm.call("PUT", f"{cluster}/providers/{SETTINGS}/audit", sent)

    assert error(refused) == expected


def test_only_clusters_have_diagnostic_settings(arm: Arm) -> None:
    logs = arm.workspace(arm.group())

    refused = arm.call("PUT", f"{logs}/providers/{SETTINGS}/x", settings(logs, "guard"))

    assert error(refused) == (400, "ResourceTypeNotSupported")


def test_the_categories_of_a_cluster_are_listed(arm: Arm) -> None:
    cluster = arm.cluster(arm.group())
    path = f"{cluster}/providers/{SETTINGS}Categories"

    rows = arm.call("GET", path).body["value"]

    groups = {row["name"]: row["properties"]["categoryGroups"] for row in rows}
    assert groups["kube-audit-admin"] == ["allLogs", "audit"]
    assert groups["kube-scheduler"] == ["allLogs"]
    assert arm.call("GET", f"{path}/guard").body["name"] == "guard"
    assert error(arm.call("GET", f"{path}/nope")) == (400, "BadRequest")


def test_sending_to_a_workspace_takes_a_right_on_it(arm: Arm) -> None:
    contributor = "b24988ac-6180-42a0-ab88-20f7382dd24c"
    group, other = arm.group(), arm.group("rg-logs")
    logs, cluster = arm.workspace(other), arm.cluster(group)
    person = WORLD.account("outsider")
    arm.assign(cluster, contributor, person.object_id)
    path = f"{cluster}/providers/{SETTINGS}/audit"

    refused = arm.call("PUT", path, settings(logs, "guard"), who=person.name)

    assert error(refused) == (403, "LinkedAuthorizationFailed")
    arm.assign(logs, contributor, person.object_id)
    assert arm.call("PUT", path, settings(logs, "guard"), who=person.name).status == 200
