"""What a deployment is made of: its template, the values of its parameters, and its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.dispatch import SUBSCRIPTIONS
from rehearsal.cloud.arm.resources import GROUPS
from rehearsal.cloud.arm.templates import Place
from rehearsal.cloud.arm.templates_jsonc import plain
from rehearsal.cloud.arm.templates_language import TemplateError, UnsupportedError
from rehearsal.cloud.web import Request

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json

_SUBSCRIPTION = ("id", "subscriptionId", "tenantId", "displayName")


def place(cloud: Cloud, scope: str, name: str, location: str | None) -> Place:
    """What a template sees of where it is deployed to.

    Raises:
        CloudError: 404 ResourceGroupNotFound.
    """
    parts = scope.split("/")
    subscription = cloud.store.get(SUBSCRIPTIONS, parts[2].lower()) or {}
    tenant = cloud.directory.tenant()
    values: Json = {
        "subscription": {key: subscription.get(key) for key in _SUBSCRIPTION},
        "tenant": {"tenantId": tenant.id, "displayName": tenant.display_name},
        "deployment": {"name": name, **({"location": location} if location else {})},
    }
    if len(parts) > 4:  # noqa: PLR2004 - /subscriptions/x/resourceGroups/y
        group = cloud.store.get(GROUPS, scope.lower())
        if group is None:
            raise errors.resource_group_not_found(parts[4])
        values["resourcegroup"] = group
        scope = group["id"]
    return Place(scope, values)


def source(given: Any) -> Any:
    """The template, which may also be sent as a text.

    Raises:
        TemplateError: there is none, or the text is no JSON.
    """
    if given is None:
        raise TemplateError("The deployment has no template")
    if not isinstance(given, str):
        return given
    try:
        # As the whole request's body: without NaN, half a surrogate pair, thousands of levels.
        return Request("PUT", "", body=plain(given).encode()).json()
    except ValueError as problem:
        raise TemplateError(f"The template is no JSON: {problem}") from None


def parameter_values(given: Any) -> Json:
    """The values of parameters by name, of what is sent as `{"name": {"value": ...}}`.

    Raises:
        TemplateError: it is not of that form, or names a key vault.
    """
    if not isinstance(given, dict):
        raise TemplateError("The parameters have to be an object")
    found: Json = {}
    for name, each in cast("Json", given).items():
        parameter = cast("Json", each) if isinstance(each, dict) else {}
        if parameter.get("reference"):
            raise UnsupportedError("'reference' of a parameter, which names a key vault")
        if "value" not in parameter:
            raise TemplateError(f"The parameter '{name}' has to be an object with a 'value'")
        found[name] = parameter["value"]
    return found
