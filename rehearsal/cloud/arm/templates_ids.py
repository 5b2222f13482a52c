"""Ids of resources, as the functions of ARM templates make them.

Source:
https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-resource.
"""

from __future__ import annotations

from typing import Any, cast

from rehearsal.cloud.arm.scopes import is_guid
from rehearsal.cloud.arm.templates_language import TemplateError

GROUPS = "microsoft.resources/resourcegroups"


def placed(scope: str, resource_type: str, names: list[str]) -> str:
    """Id of a resource of a type such as `A.B/c/d` with its two names, at a scope.

    Raises:
        TemplateError: there are more or fewer names than the type has, or an empty one.
    """
    namespace, *types = resource_type.split("/")
    if not namespace or not types or "" in types or "" in names or len(types) != len(names):
        raise TemplateError(
            f"the type '{resource_type}' and the name '{'/'.join(names)}' have incorrect segment"
            " lengths. A nested resource type must have identical number of segments as its"
            " resource name. A root resource type must have segment length one greater than its"
            " resource name"
        )
    scope = scope.rstrip("/")
    if resource_type.lower() == GROUPS:
        return f"{scope}/resourceGroups/{names[0]}"
    pairs = (f"{each}/{name}" for each, name in zip(types, names, strict=True))
    return f"{scope}/providers/{namespace}/{'/'.join(pairs)}"


def made(function: str, given: list[Any], base: str) -> str:
    """What one of the four functions that make an id gives.

    Args:
        function: Its name in lower case, `resourceid` for one.
        given: Its arguments.
        base: Id of the resource group or subscription that is deployed to.

    Raises:
        TemplateError: the arguments name no resource.
    """
    if not given or not all(isinstance(each, str) for each in given):
        raise TemplateError(f"the arguments of '{function}' have to be strings")
    texts = cast("list[str]", given)
    if function == "extensionresourceid":
        return placed(texts[0], *_type_and_names(texts[1:]))
    before = 0
    while before < len(texts) and "/" not in texts[before]:
        before += 1
    places, rest = texts[:before], _type_and_names(texts[before:])
    if function == "tenantresourceid" and not places:
        return placed("", *rest)
    subscription = "/".join(base.split("/")[:3])
    if places and is_guid(places[0]):
        subscription = f"/subscriptions/{places.pop(0)}"
        base = subscription
    if function == "subscriptionresourceid":
        base = subscription
    elif places:
        base = f"{subscription}/resourceGroups/{places.pop(0)}"
    if places or function == "tenantresourceid":
        raise TemplateError(f"'{function}' does not take so many names before the type")
    return placed(base, *rest)


def _type_and_names(given: list[str]) -> tuple[str, list[str]]:
    if not given:
        raise TemplateError("there is no resource type, such as Microsoft.Features/features")
    return given[0], given[1:]
