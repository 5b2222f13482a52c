"""The form of a template: the members it has, and those that are not here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from rehearsal.cloud.arm.templates_language import TemplateError, UnsupportedError

if TYPE_CHECKING:
    from rehearsal.cloud.store import Json

_MEMBERS = frozenset(
    {"$schema", "contentVersion", "metadata", "parameters", "variables", "resources", "outputs"}
)
_NOT_THERE = frozenset(
    {"apiProfile", "definitions", "extensions", "functions", "imports", "languageVersion"}
)
# https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax
_VERSIONS = ("2014-04-01-preview", "2015-01-01", "2018-05-01", "2019-04-01", "2019-08-01")
# Which of the four is no matter: "a template may be valid at multiple scopes", as one who makes
# them for Azure says in Azure/deployment-stacks#33.
_SCHEMA = re.compile(
    rf"https?://schema\.management\.azure\.com/schemas/({'|'.join(_VERSIONS)})/"
    r"(subscription|managementGroup|tenant)?deploymentTemplate\.json#?",
    re.IGNORECASE,
)


def loop_name(row: Any) -> str:
    """Name of the copy loop of a template's resource, or an empty text."""
    copy: Any = cast("Json", row).get("copy") if isinstance(row, dict) else None
    name: Any = cast("Json", copy).get("name") if isinstance(copy, dict) else None
    return name if isinstance(name, str) else ""


def checked(document: Any) -> Json:
    """The template with every part that it may leave out.

    Raises:
        TemplateError: it is malformed, or has a part that is not here.
    """
    if not isinstance(document, dict):
        raise TemplateError("The template has to be an object")
    template = cast("Json", document)
    _check_members(template)
    if isinstance(template["resources"], dict):
        raise UnsupportedError("template with symbolic names (language version 2)")
    if not isinstance(template["resources"], list):
        raise TemplateError("The 'resources' of the template have to be an array")
    parts = {name: _part(template, name) for name in ("parameters", "variables", "outputs")}
    _refuse_copies(parts["variables"])
    _refuse_copies(template["resources"])
    return {**template, **parts}


def _check_members(template: Json) -> None:
    for name in template:
        if name in _NOT_THERE and template[name]:
            raise UnsupportedError(f"'{name}' of a template")
        if name not in _MEMBERS | _NOT_THERE:
            raise TemplateError(f"Could not find member '{name}' on object of type 'Template'")
    for name in ("$schema", "contentVersion", "resources"):
        if name not in template:
            raise TemplateError(f"Required property '{name}' not found in JSON. Path ''")
    schema: Any = template["$schema"]
    if not isinstance(schema, str) or _SCHEMA.fullmatch(schema) is None:
        raise TemplateError(
            f"Template schema '{schema}' is not supported. Supported template versions are"
            f" '{','.join(_VERSIONS)}'. Please see https://aka.ms/arm-template for usage details"
        )


def _part(template: Json, name: str) -> Json:
    part: Any = template.get(name) or {}
    if not isinstance(part, dict):
        raise TemplateError(f"The '{name}' of the template have to be an object")
    members = cast("Json", part)
    if name != "variables" and not all(isinstance(each, dict) for each in members.values()):
        raise TemplateError(f"Each of the '{name}' of the template has to be an object")
    return members


def _refuse_copies(part: Any) -> None:
    """Refuse `copy` as a list, which makes several values; of a resource it is an object."""
    if isinstance(part, dict):
        members = cast("Json", part)
        if isinstance(members.get("copy"), list):
            raise UnsupportedError("'copy' of a template's variable or property")
        for member in members.values():
            _refuse_copies(member)
    elif isinstance(part, list):
        for element in cast("list[Any]", part):
            _refuse_copies(element)
