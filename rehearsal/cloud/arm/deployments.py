"""Deployments of templates, at a resource group and at a subscription.

Source: https://learn.microsoft.com/rest/api/resources/deployments. What-if, links to templates and
mode Complete are refused by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rehearsal.cloud.arm import deployments_reading as reading
from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.deployments_record import DEPLOYMENTS
from rehearsal.cloud.arm.deployments_request import TYPE, Wanted, wanted
from rehearsal.cloud.arm.deployments_work import DELETE, WRITE
from rehearsal.cloud.arm.operation_status import poll_headers
from rehearsal.cloud.arm.operations import OPERATIONS
from rehearsal.cloud.arm.providers import register_for
from rehearsal.cloud.arm.resources import group_to_write_in
from rehearsal.cloud.clock import wire_time
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call, Routes
    from rehearsal.cloud.store import Json


def add_routes(routes: Routes) -> None:
    """Add the operations, which are the same at both scopes."""
    subscription = "/subscriptions/{subscription}"
    scopes = (
        (f"{subscription}/resourceGroups/{{group}}", "", "ListByResourceGroup"),
        (subscription, "AtSubscriptionScope", "ListAtSubscriptionScope"),
    )
    for root, at, listing in scopes:
        many = f"{root}/providers/{TYPE}"
        one, name = f"{many}/{{name}}", "Deployments"
        export, status = f"{one}/exportTemplate", f"{one}/operationStatuses/{{id}}"
        rows = [
            ("GET", many, f"{name}_{listing}", reading.list_all, "read"),
            ("GET", one, f"{name}_Get{at}", reading.get, "read"),
            ("HEAD", one, f"{name}_CheckExistence{at}", reading.head, "read"),
            ("PUT", one, f"{name}_CreateOrUpdate{at}", _put, "write"),
            ("DELETE", one, f"{name}_Delete{at}", _delete, "delete"),
            ("POST", f"{one}/validate", f"{name}_Validate{at}", _validate, "validate/action"),
            ("POST", f"{one}/cancel", f"{name}_Cancel{at}", _cancel, "cancel/action"),
            ("POST", export, f"{name}_ExportTemplate{at}", reading.export, "exportTemplate/action"),
        ]
        # At a group, operations have an older address as well, without the provider.
        for each in (one, *(() if at else (f"{root}/deployments/{{name}}",))):
            all_of_it, name = f"{each}/operations", "DeploymentOperations"
            single, read = f"{all_of_it}/{{operation}}", "operations/read"
            rows += [
                ("GET", all_of_it, f"{name}_List{at}", reading.list_operations, read),
                ("GET", single, f"{name}_Get{at}", reading.get_operation, read),
            ]
        for method, pattern, operation, handler, verb in rows:
            action, where = f"{TYPE}/{verb}", many if pattern == many else one
            routes.add(method, pattern, operation, handler, action=action, scope=where)
        routes.add("GET", status, f"Deployments_GetOperationStatus{at}", reading.status)


def _put(call: Call) -> Reply:
    cloud = call.cloud
    with cloud.store.transaction():
        if "group" in call.request.params:
            group_to_write_in(call)
        asked = wanted(call)
        existing = cloud.store.get(DEPLOYMENTS, reading.deployment_id(call).lower())
        document = _document(call, asked, existing and existing["document"])
        _refuse_active(call, document["id"])
        namespaces = [row["namespace"] for row in document["properties"]["providers"]]
        register_for(call, call.param("subscription"), namespaces)
        operation = cloud.operations.begin(cloud, WRITE, document["id"])
        operation["input"] = {
            "template": asked.source,
            "parameters": asked.given,
            "location": asked.location,
            "caller": _claims(call),
        }
        cloud.store.put(OPERATIONS, operation["id"], operation)
        record = {"document": document, "template": asked.source, "operations": list[Any]()}
        cloud.store.put(DEPLOYMENTS, reading.deployment_id(call).lower(), record)
    cloud.operations.launch(cloud, operation)
    address = f"{cloud.origin}{document['id']}/operationStatuses/{operation['id']}"
    headers = {
        "Azure-AsyncOperation": f"{address}?api-version={call.api_version}",
        "Retry-After": "1",
    }
    return Reply(201 if existing is None else 200, document, headers)


def _claims(call: Call) -> Json:
    """What tokens say of the caller, as far as ARM asks."""
    caller = call.caller
    return {"oid": caller.object_id, "tid": caller.tenant_id, "appid": caller.app_id}


def _document(call: Call, asked: Wanted, existing: Json | None) -> Json:
    document: Json = {
        "id": existing["id"] if existing else reading.deployment_id(call),
        "name": existing["name"] if existing else call.param("name"),
        "type": TYPE,
        "properties": {
            "parameters": asked.template.parameters,
            "mode": "Incremental",
            "provisioningState": "Accepted",
            "timestamp": wire_time(call.cloud.clock.now()),
            "duration": "PT0S",
            "correlationId": call.request.headers.get(
                "x-ms-correlation-request-id", call.request.request_id
            ),
            "providers": _providers(asked),
            "dependencies": [],
        },
    }
    if asked.location is not None:
        if existing and existing["location"] != asked.location:
            raise errors.arm_error(
                409,
                "InvalidDeploymentLocation",
                f"Invalid deployment location '{asked.location}'. The deployment"
                f" '{existing['name']}' already exists in location '{existing['location']}'.",
            )
        document["location"] = asked.location
    if asked.tags is not None:
        document["tags"] = asked.tags
    return document


def _providers(asked: Wanted) -> list[Json]:
    """The namespaces and types that the template has."""
    found: dict[str, dict[str, None]] = {}
    for resource in asked.template.resources:
        namespace, _, kind = resource.type.partition("/")
        found.setdefault(namespace, {})[kind] = None
    return [
        {"namespace": namespace, "resourceTypes": [{"resourceType": kind} for kind in kinds]}
        for namespace, kinds in found.items()
    ]


def _refuse_active(call: Call, deployment_id: str) -> None:
    running = call.cloud.operations.running(call.cloud, deployment_id)
    if running is not None:
        raise errors.arm_error(
            409,
            "DeploymentActive",
            f"Unable to edit or replace deployment '{call.param('name')}': previous deployment from"
            f" '{running['startTime']}' is still active. Please see https://aka.ms/arm-deploy for"
            " usage details.",
        )


def _validate(call: Call) -> Reply:
    if "group" in call.request.params:
        group_to_write_in(call)
    asked = wanted(call)
    document = _document(call, asked, None)
    resources = [{"id": each.id} for each in asked.template.resources if each.condition]
    document["properties"] |= {"provisioningState": "Succeeded", "validatedResources": resources}
    return Reply(200, document)


def _delete(call: Call) -> Reply:
    cloud = call.cloud
    with cloud.store.transaction():
        record = cloud.store.get(DEPLOYMENTS, reading.deployment_id(call).lower())
        if record is None:
            return Reply(204)
        _refuse_active(call, record["document"]["id"])
        operation = cloud.operations.begin(cloud, DELETE, record["document"]["id"])
    cloud.operations.launch(cloud, operation)
    return Reply(202, None, poll_headers(call, operation, status=False))


def _cancel(call: Call) -> Reply:
    """Have nothing further begun; what is on its way goes on, as in Azure."""
    with call.cloud.store.transaction():
        record = reading.find(call)
        if call.cloud.operations.running(call.cloud, record["document"]["id"], WRITE) is None:
            state = record["document"]["properties"]["provisioningState"]
            raise errors.arm_error(
                409,
                "DeploymentCannotBeCancelled",
                f"The deployment '{call.param('name')}' cannot be cancelled; it is in the state"
                f" '{state}'.",
            )
        call.cloud.store.put(
            DEPLOYMENTS, reading.deployment_id(call).lower(), {**record, "canceled": True}
        )
    return Reply(204)
