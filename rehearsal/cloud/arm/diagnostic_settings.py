"""Diagnostic settings of a cluster: which of its logs go where. None are sent.

Categories: https://learn.microsoft.com/azure/aks/monitor-aks-reference#resource-logs
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rehearsal.cloud.arm import errors, workspaces
from rehearsal.cloud.arm.plain_resources import Kind
from rehearsal.cloud.arm.resources import RESOURCES, resources_in
from rehearsal.cloud.arm.role_assignment_checks import existing_scope
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call, Routes
    from rehearsal.cloud.store import Json

TYPE = "Microsoft.Insights/diagnosticSettings"
_CATEGORIES = f"{TYPE}Categories"
_CLUSTER = "microsoft.containerservice/managedclusters"
_AUDIT = ("kube-audit", "kube-audit-admin", "guard")
LOGS = (
    "kube-apiserver",
    *_AUDIT,
    "kube-controller-manager",
    "kube-scheduler",
    "cluster-autoscaler",
    "cloud-controller-manager",
    "csi-azuredisk-controller",
    "csi-azurefile-controller",
    "csi-snapshot-controller",
    "fleet-member-agent",
    "fleet-member-net-controller-manager",
    "fleet-mcs-controller-manager",
)
_GROUPS = ("allLogs", "audit")
_METRICS = ("AllMetrics",)
_SINKS = (
    "workspaceId",
    "storageAccountId",
    "eventHubAuthorizationRuleId",
    "serviceBusRuleId",
    "marketplacePartnerId",
)


def _complete(call: Call, document: Json, _existing: Json | None) -> None:
    _require_cluster(call)
    properties: Json = document["properties"]
    logs: list[Json] = properties.get("logs") or []
    metrics: list[Json] = properties.get("metrics") or []
    # Wording seen in hashicorp/terraform-provider-azurerm#2985.
    wrong = [log["category"] for log in logs if "category" in log and log["category"] not in LOGS]
    wrong += [
        log["categoryGroup"] for log in logs if log.get("categoryGroup", _GROUPS[0]) not in _GROUPS
    ]
    wrong += [row["category"] for row in metrics if row.get("category") not in _METRICS]
    if wrong:
        raise _bad_request(f"Category '{','.join(map(str, wrong))}' is not supported.")
    if any(("category" in log) == ("categoryGroup" in log) for log in logs):
        raise _bad_request("Each entry of logs needs either a category or a categoryGroup.")
    if not any(properties.get(sink) for sink in _SINKS):
        raise _bad_request("At least one data sink needs to be specified.")
    if properties.get("workspaceId"):
        _check_workspace(call, properties["workspaceId"])
    _refuse_sink_used_twice(call, document)


def _bad_request(message: str) -> Exception:
    return errors.arm_error(400, "BadRequest", message)


def _require_cluster(call: Call) -> None:
    scope = existing_scope(call)
    kind = scope.lower().rpartition("/providers/")[2].rpartition("/")[0]
    if kind != _CLUSTER:
        message = f"The resource type '{kind}' does not support diagnostic settings."
        raise errors.arm_error(400, "ResourceTypeNotSupported", message)


def _check_workspace(call: Call, workspace_id: str) -> None:
    found = call.cloud.store.get(RESOURCES, workspace_id.lower())
    if found is None or found["type"] != workspaces.TYPE:
        name = workspace_id.rstrip("/").rsplit("/", 1)[-1]
        group = (workspace_id.split("/") + [""] * 5)[4]
        raise errors.resource_not_found(workspaces.TYPE, name, group)
    action = f"{workspaces.TYPE}/sharedKeys/action"
    call.require_linked(f"{TYPE}/write", action, workspace_id)


def _refuse_sink_used_twice(call: Call, document: Json) -> None:
    scope = document["id"].rpartition("/providers/")[0]
    for other in resources_in(call.cloud, f"{scope}/providers/{TYPE}"):
        if other["name"].lower() == document["name"].lower():
            continue
        both = _enabled(document) & _enabled(other)
        for sink in _SINKS:
            used = document["properties"].get(sink)
            if both and used and used.lower() == (other["properties"].get(sink) or "").lower():
                raise errors.arm_error(
                    409,
                    "Conflict",
                    f"Data sink '{used}' is already used in diagnostic setting '{other['name']}'"
                    f" for category '{min(both)}'. Data sinks can't be reused in different"
                    f" settings on the same category for the same resource.",
                )


def _enabled(document: Json) -> set[str]:
    properties: Json = document["properties"]
    entries = cast("list[Json]", [*properties.get("logs", ()), *properties.get("metrics", ())])
    return {e.get("category") or e["categoryGroup"] for e in entries if e.get("enabled")}


KIND = Kind(
    TYPE,
    "DiagnosticSettings",
    f"{{scope*}}/providers/{TYPE}",
    "2015-07-01",
    created=200,
    complete=_complete,
)


def add_routes(routes: Routes) -> None:
    """Add the list of categories that a cluster has."""
    many = f"{{scope*}}/providers/{_CATEGORIES}"
    action, operation = f"{_CATEGORIES}/read", "DiagnosticSettingsCategory"
    routes.add("GET", many, f"{operation}_List", _list, action=action)
    routes.add("GET", f"{many}/{{name}}", f"{operation}_Get", _get, action=action)


def _categories(call: Call) -> list[Json]:
    _require_cluster(call)
    kinds: dict[str, Any] = {**dict.fromkeys(LOGS, "Logs"), **dict.fromkeys(_METRICS, "Metrics")}
    return [
        {
            "id": f"{call.param('scope')}/providers/{_CATEGORIES}/{name}",
            "name": name,
            "type": _CATEGORIES,
            "properties": {
                "categoryType": kind,
                "categoryGroups": _groups(name) if kind == "Logs" else [],
            },
        }
        for name, kind in kinds.items()
    ]


def _groups(name: str) -> list[str]:
    return [group for group in _GROUPS if group == "allLogs" or name in _AUDIT]


def _list(call: Call) -> Reply:
    return Reply(200, {"value": _categories(call)})


def _get(call: Call) -> Reply:
    for row in _categories(call):
        if row["name"].lower() == call.param("name").lower():
            return Reply(200, row)
    raise _bad_request(f"Category '{call.param('name')}' is not supported.")
