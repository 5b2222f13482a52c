"""What is refused of a template's resources before any of them is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.deployments_content import parameter_values, place, source
from rehearsal.cloud.arm.locations import REGIONS, region
from rehearsal.cloud.arm.resources import GROUPS
from rehearsal.cloud.arm.templates import Place, Template
from rehearsal.cloud.arm.templates_language import UNKNOWN, TemplateError
from rehearsal.cloud.arm.templates_resources import DEPLOYMENTS
from rehearsal.cloud.web import CloudError, Request

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call
    from rehearsal.cloud.arm.templates_resources import Resource
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json


def check_resources(call: Call, template: Template) -> None:
    """Refuse what cannot be made anywhere, also inside nested templates, or not by the caller.

    Raises:
        CloudError: a type is not there, a location is no region, or the caller lacks a right.
        TemplateError: a nested template is malformed.
    """
    _check_kinds(call.cloud, template)
    _check_rights(call, [resource for resource in template.resources if resource.condition])


def _check_kinds(cloud: Cloud, template: Template) -> None:
    for resource in template.resources:
        if not resource.condition:
            continue
        request, handler = cloud.router.find(Request("PUT", resource.id))
        if not request.operation:
            raise CloudError(handler(request))
        body = template.body(resource, lambda _id, _version: UNKNOWN)
        location: Any = body.get("location")
        if isinstance(location, str) and region(location) is None:
            raise errors.location_not_available(resource.type, location, REGIONS)
        if resource.type.lower() == DEPLOYMENTS:
            _check_nested(cloud, resource, body)


def _check_nested(cloud: Cloud, resource: Resource, body: Json) -> None:
    """As far as it is known yet: what `reference` gives may be part of it."""
    properties: Any = body.get("properties")
    if not isinstance(properties, dict):
        return
    content: Any = cast("Json", properties).get("template")
    given: Any = cast("Json", properties).get("parameters") or {}
    if content is None or not (_is_known(content) and _are_named(given)):
        return
    where = _place(cloud, resource, body.get("location"))
    try:
        _check_kinds(cloud, Template(source(content), parameter_values(given), where))
    except TemplateError as problem:
        raise problem.about(f"The nested deployment '{resource.name}'") from None


def _is_known(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_known(each) for pair in cast("Json", value).items() for each in pair)
    if isinstance(value, list):
        return all(map(_is_known, cast("list[Any]", value)))
    return value is not UNKNOWN


def _are_named(given: Any) -> bool:
    return given is not UNKNOWN and not (
        isinstance(given, dict) and any(each is UNKNOWN for each in cast("Json", given).values())
    )


def _place(cloud: Cloud, resource: Resource, location: Any) -> Place:
    """Where a nested deployment deploys to: perhaps to a group that the outer one makes first."""
    scope = resource.id.rpartition("/providers/")[0]
    known = location if isinstance(location, str) else None
    if "/resourcegroups/" not in scope.lower() or cloud.store.get(GROUPS, scope.lower()):
        return place(cloud, scope, resource.name, known)
    group: Json = {"id": scope, "name": scope.rpartition("/")[2], "location": UNKNOWN}
    outer = place(cloud, "/".join(scope.split("/")[:3]), resource.name, known)
    return Place(scope, {**outer.values, "resourcegroup": {**group, "tags": UNKNOWN}})


def _check_rights(call: Call, resources: list[Resource]) -> None:
    refused: list[str] = []
    for resource in resources:
        kind = resource.type
        if kind.lower() == "microsoft.resources/resourcegroups":
            kind = "Microsoft.Resources/subscriptions/resourceGroups"
        if not call.may(f"{kind}/write", resource.id):
            caller = call.caller
            refused.append(
                f"Authorization failed for template resource '{resource.name}' of type"
                f" '{resource.type}'. The client '{caller.upn or caller.app_id}' with object id"
                f" '{caller.object_id}' does not have permission to perform action '{kind}/write'"
                f" at scope '{resource.id}'."
            )
    if refused:
        start = "The template deployment failed with error"
        if len(refused) > 1:
            start = "Deployment failed with multiple errors"
        message = f"{start}: '{':'.join(refused)}'."
        raise errors.arm_error(403, "InvalidTemplateDeployment", message)
