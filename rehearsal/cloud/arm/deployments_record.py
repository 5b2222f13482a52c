"""What is kept of a deployment, and of each of its operations."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from rehearsal.cloud.clock import wire_time

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json

DEPLOYMENTS = "arm/deployment"
"""Kind of the store's documents: key the id in lower case; `document` as ARM shows it, `template`,
`operations`, and `canceled` once somebody wants it to stop."""


def new_entry(cloud: Cloud, deployment_id: str, kind: str) -> Json:
    """An operation of a deployment, which begins."""
    name = uuid.uuid4().hex[:16].upper()
    properties = {
        "provisioningOperation": kind,
        "provisioningState": "Running",
        "timestamp": wire_time(cloud.clock.now()),
        "duration": "PT0S",
        "trackingId": str(uuid.uuid4()),
    }
    return {
        "id": f"{deployment_id}/operations/{name}",
        "operationId": name,
        "properties": properties,
    }


def duration(cloud: Cloud, start: str) -> str:
    """How long it is since a moment, as ISO 8601 writes it."""
    return f"PT{max(0, int((cloud.clock.now() - datetime.fromisoformat(start)).total_seconds()))}S"


def entry_of(cloud: Cloud, deployment_id: str, resource_id: str) -> Json | None:
    """What is written down of a resource of a deployment, or None."""
    record = cloud.store.get(DEPLOYMENTS, deployment_id.lower()) or {"operations": []}
    for entry in record["operations"]:
        if entry["properties"].get("targetResource", {}).get("id") == resource_id:
            return entry
    return None


def write_entry(cloud: Cloud, deployment_id: str, entry: Json) -> None:
    """Write an operation down, unless the deployment is gone."""
    with cloud.store.transaction():
        record = cloud.store.get(DEPLOYMENTS, deployment_id.lower())
        if record is not None:
            rest = [row for row in record["operations"] if row["id"] != entry["id"]]
            record["operations"] = [*rest, entry]
            cloud.store.put(DEPLOYMENTS, deployment_id.lower(), record)
