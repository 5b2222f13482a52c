"""Stopping a cluster and starting it again; its data stays."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rehearsal.cloud.aks.cluster_call import FIRST_VERSION, PATH, find, refuse_while_busy, write
from rehearsal.cloud.aks.resource_document import ACTION
from rehearsal.cloud.aks.resource_work import START, STOP
from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.operation_status import poll_headers
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call, Routes


def add_routes(routes: Routes) -> None:
    """Add the operations."""
    for verb, kind, before in (("start", START, "Stopped"), ("stop", STOP, "Running")):
        routes.add(
            "POST",
            f"{PATH}/{verb}",
            f"ManagedClusters_{verb.capitalize()}",
            partial(_change, kind, before),
            action=f"{ACTION}/{verb}/action",
            scope=PATH,
            first_version=FIRST_VERSION,
        )


def _change(kind: str, before: str, call: Call) -> Reply:
    doing = "starting" if kind == START else "stopping"
    with call.cloud.store.transaction():
        cluster = find(call)
        refuse_while_busy(call, cluster)
        properties = cluster["properties"]
        power = properties["powerState"]["code"]
        if power != before:
            # Wording seen in MicrosoftDocs/azure-docs#85161.
            raise errors.provider_error(
                400,
                "OperationNotAllowed",
                "managed cluster is in Provisioning State"
                f"({properties['provisioningState']}) and Power State({power}), {doing} cannot be"
                " performed",
            )
        operation = write(call, cluster, doing.capitalize(), kind=kind)
    call.cloud.operations.launch(call.cloud, operation)
    return Reply(202, None, poll_headers(call, operation))
