"""What the Pulumi CLI prints of a preview, by the types of its engine.

The shapes are those of `EngineEvent` (pulumi/pulumi, `sdk/go/common/apitype/events.go`) and of
`PreviewDigest` (`sdk/go/pkg/display`), as CLI 3.259 writes them.
"""

from __future__ import annotations

import json
from typing import Any

URN = "urn:pulumi:stg::aks-entra::"
STACK = f"{URN}pulumi:pulumi:Stack::aks-entra-stg"
CLUSTER = (
    f"{URN}aks-entra:index:EntraCluster$azure-native:containerservice:ManagedCluster"
    "::aks-entra-cluster"
)
GROUP = f"{URN}aks-entra:index:EntraCluster$azure-native:resources:ResourceGroup::aks-entra-rg"
PROVIDER = f"{URN}aks-entra:index:ClusterAccess$pulumi:providers:kubernetes::aks-entra-k8s"
BINDING = (
    f"{URN}aks-entra:index:TeamAccess$kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"
    "::shop.shop.viewer.sg-shop"
)
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

Event = tuple[str, dict[str, Any]]


def grant(
    who: str, role: str, where: str = "namespace/shop", kind: str = "Group"
) -> dict[str, str]:
    """A row of the stack output `access`."""
    return {"who": who, "kind": kind, "id": "11111111-1111-1111", "where": where, "role": role}


def step(op: str, urn: str, *keys: str, **more: Any) -> Event:
    """The event that a step begins; `keys` cause a replacement."""
    return "resourcePreEvent", {"metadata": _metadata(op, urn, *keys, **more), "planning": True}


def result(op: str, urn: str, **more: Any) -> Event:
    """The event that a step has ended."""
    return "resOutputsEvent", {"metadata": _metadata(op, urn, **more), "planning": True}


def outputs(before: dict[str, Any] | None, after: dict[str, Any]) -> Event:
    """The event that the program has ended with these outputs of the stack."""
    old = None if before is None else {"inputs": {}, "outputs": before}
    return result("update", STACK, old=old, new={"inputs": {}, "outputs": after})


def policy(name: str, level: str, urn: str, message: str) -> Event:
    """The event that a policy objects."""
    return "policyEvent", {
        "resourceUrn": urn,
        "message": f"<{{%fg 7%}}>{message}<{{%reset%}}>\n",
        "color": "raw",
        "policyName": name,
        "policyPackName": "aks-entra",
        "policyPackVersion": "0.1.0",
        "policyPackVersionTag": "0.1.0",
        "enforcementLevel": level,
        "severity": "high",
    }


def diagnostic(severity: str, message: str, **more: object) -> Event:
    """The event that something is said."""
    return "diagnosticEvent", {
        "message": f"<{{%reset%}}>{message}<{{%reset%}}>\n",
        "color": "raw",
        "severity": severity,
        **more,
    }


def summary(**counts: int) -> Event:
    """The event that ends a preview."""
    return "summaryEvent", {
        "maybeCorrupt": False,
        "durationSeconds": 3,
        "resourceChanges": counts,
        "PolicyPacks": {"aks-entra": "0.1.0"},
        "isPreview": True,
        "result": "succeeded",
    }


def stream(*events: Event) -> str:
    """The events as the CLI prints them, with what it says before the first one."""
    whole: list[Event] = [("preludeEvent", {"config": {}}), *events, ("cancelEvent", {})]
    lines = [
        json.dumps({"sequence": number, "timestamp": 1_790_000_000, name: payload})
        for number, (name, payload) in enumerate(whole)
    ]
    return "\n".join(("Loading policy packs...", "", *lines, ""))


def digest(*steps: dict[str, Any], said: list[dict[str, str]] | None = None, **counts: int) -> str:
    """The digest as the CLI prints it."""
    return json.dumps(
        {
            "config": {},
            "steps": steps,
            "diagnostics": said,
            "duration": 3_000_000_000,
            "changeSummary": counts,
        },
        indent=4,
    )


def _metadata(op: str, urn: str, *keys: str, **more: Any) -> dict[str, Any]:
    return {
        "op": op,
        "urn": urn,
        "type": urn.split("::")[2].rpartition("$")[2],
        "old": None,
        "new": None,
        "keys": list(keys),
        "diffs": list(keys),
        "detailedDiff": None,
        "provider": "",
    } | more
