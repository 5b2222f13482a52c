"""What a request for a deployment asks for, and what is refused before anything is done."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.deployments_checks import check_resources
from rehearsal.cloud.arm.deployments_content import parameter_values, place, source
from rehearsal.cloud.arm.locations import REGIONS, region
from rehearsal.cloud.arm.resources import checked_tags, group_id, refuse_unknown_members
from rehearsal.cloud.arm.templates import Template
from rehearsal.cloud.arm.templates_jsonc import plain
from rehearsal.cloud.arm.templates_language import TemplateError, UnsupportedError
from rehearsal.cloud.web import CloudError

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call
    from rehearsal.cloud.store import Json

TYPE = "Microsoft.Resources/deployments"
_MEMBERS = ("id", "name", "type", "location", "tags", "properties")
_PROPERTIES = ("mode", "template", "parameters")
_NOT_THERE = (
    *("debugSetting", "expressionEvaluationOptions", "extensionConfigs", "externalInputs"),
    *("externalInputDefinitions", "onErrorDeployment", "parametersLink", "templateLink"),
    "validationLevel",
)
_MODES = {"incremental": "Incremental", "complete": "Complete"}
_NAME_LENGTH = 64


@dataclass(frozen=True)
class Wanted:
    """A deployment that is sound."""

    location: str | None
    """Of its record, where that is kept at a subscription."""
    tags: dict[str, str] | None
    source: Any
    """The template as it was sent."""
    given: Json
    """Values of its parameters, by name."""
    template: Template


def wanted(call: Call) -> Wanted:
    """What the body asks for.

    Raises:
        CloudError: it is malformed, or the caller may not do what the template says.
    """
    name = call.param("name")
    _check_name(name)
    body = _body(call)
    refuse_unknown_members(body, _MEMBERS)
    properties: Any = body.get("properties")
    if not isinstance(properties, dict):
        raise errors.invalid_request_content("Required property 'properties' not found in JSON")
    given = cast("Json", properties)
    _check_properties(given)
    location = _location(call, name, body.get("location"))
    try:
        document = source(given.get("template"))
        values = parameter_values(given.get("parameters") or {})
        where = place(call.cloud, scope_of(call), name, location)
        template = Template(document, values, where)
        check_resources(call, template)
    except UnsupportedError as problem:
        raise errors.arm_error(501, "NotImplemented", str(problem)) from None
    except TemplateError as problem:
        raise invalid_template(str(problem)) from None
    except RecursionError:
        raise invalid_template("it is nested too deeply") from None
    return Wanted(location, checked_tags(body), document, values, template)


def invalid_template(problem: str) -> CloudError:
    """400 InvalidTemplate."""
    message = f"Deployment template validation failed: '{problem}'."
    return errors.arm_error(400, "InvalidTemplate", message)


def scope_of(call: Call) -> str:
    """Id of the subscription or the resource group that the call's deployment is at."""
    subscription = call.param("subscription")
    if "group" not in call.request.params:
        return f"/subscriptions/{subscription}"
    return group_id(subscription, call.param("group"))


def _body(call: Call) -> Json:
    """The body, which may be JSON only as people write it."""
    try:
        return call.body()
    except CloudError as refusal:
        try:
            text = call.request.body.decode()
        except UnicodeDecodeError:
            raise refusal from None
        again = replace(call.request, body=plain(text).encode())
        return replace(call, request=again).body()


def _check_name(name: str) -> None:
    wrong = "".join(dict.fromkeys(c for c in name if not re.match(r"[-\w.()]", c, re.ASCII)))
    if len(name) > _NAME_LENGTH:
        raise errors.arm_error(
            400,
            "DeploymentNameLengthLimitExceeded",
            f"The provided deployment name '{name}' has a length of '{len(name)}' which exceeds the"
            f" maximum length of '{_NAME_LENGTH}'.",
        )
    if wrong:
        raise errors.arm_error(
            400,
            "InvalidDeploymentName",
            f"The provided deployment name '{name}' has these invalid characters: '{wrong}'. The"
            " name can only be a letter, digit, '-', '.', '(', ')' or '_'.",
        )


def _check_properties(given: Json) -> None:
    refuse_unknown_members(given, (*_PROPERTIES, *_NOT_THERE), "properties")
    for name in given:
        if name not in _PROPERTIES and given[name]:
            raise errors.arm_error(501, "NotImplemented", str(UnsupportedError(f"'{name}'")))
    mode: Any = given.get("mode")
    if not isinstance(mode, str):
        raise errors.invalid_request_content(
            "Required property 'mode' not found in JSON. Path 'properties'"
        )
    if mode.lower() not in _MODES:
        problem = f"Error converting value \"{mode}\" to type 'DeploymentMode'. Path"
        raise errors.invalid_request_content(f"{problem} 'properties.mode'")
    if _MODES[mode.lower()] == "Complete":
        raise errors.arm_error(501, "NotImplemented", str(UnsupportedError("mode Complete")))


def _location(call: Call, name: str, given: Any) -> str | None:
    at_group = "group" in call.request.params
    if at_group == (given is not None):
        problem = f"must be specified for '{name}'"
        if at_group:
            problem = f"is not allowed for '{name}' at resource group scope"
        raise errors.arm_error(
            400,
            "InvalidDeployment",
            f"The 'location' property {problem}. Please see https://aka.ms/deploy-to-subscription"
            " for usage details.",
        )
    if given is None:
        return None
    found = region(given) if isinstance(given, str) else None
    if found is None:
        raise errors.arm_error(
            400,
            "LocationNotAvailableForDeployment",
            f"The provided location '{given}' is not available for deployment. List of available"
            f" regions is '{','.join(REGIONS)}'.",
        )
    return found
