"""ARM templates: checked as a whole, then evaluated piece by piece while they are deployed.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax. Not here, and
refused by name: functions and types of the template's own, symbolic names (language version 2),
child resources inside their parent, copies of anything but resources.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from rehearsal.cloud.arm import templates_functions, templates_ids
from rehearsal.cloud.arm import templates_parameters as parameters
from rehearsal.cloud.arm.templates_document import checked, loop_name
from rehearsal.cloud.arm.templates_language import (
    UNKNOWN,
    TemplateError,
    UnsupportedError,
    bounded,
    value_of,
)
from rehearsal.cloud.arm.templates_resources import (
    DEPLOYMENTS,
    Loop,
    Resource,
    named,
    ordered,
    resources,
    stated_needs,
)
from rehearsal.cloud.arm.templates_scope import Scope

if TYPE_CHECKING:
    from rehearsal.cloud.arm.templates_language import Call
    from rehearsal.cloud.store import Json

Reference: TypeAlias = Callable[[str, str], Any]
"""Gives the resource of that id as it is now, read with that api-version."""


@dataclass(frozen=True)
class Place:
    """What a template is deployed to."""

    id: str
    """Of the resource group or subscription."""
    values: Json
    """What functions without arguments give, by name in lower case, such as `subscription`."""


class Template:
    """A template with the values of its parameters, which is known to be sound."""

    def __init__(self, document: Any, given: Json, place: Place) -> None:
        """Check all that can be checked before anything is deployed.

        Args:
            document: The template.
            given: Values of parameters, by name.
            place: Where it is deployed to.

        Raises:
            TemplateError: it is malformed, or has something that is not here.
        """
        self._place = place
        self._document = checked(document)
        self._values: dict[tuple[str, str], Any] = {}
        self._declared = {
            kind: {name.lower(): (name, value) for name, value in self._document[kind].items()}
            for kind in ("parameters", "variables")
        }
        declared: dict[str, Json] = self._document["parameters"]
        parameters.check_declared(declared)
        self._given = {name.lower(): value for name, value in given.items()}
        self._refuse_further_parameters(given)
        values = {name: self._named("parameters", name) for name in declared}
        self.parameters: Json = {
            name: parameters.shown(declared[name]["type"], value) for name, value in values.items()
        }
        """As a deployment shows them: type and value, without those that are secret."""
        for name in self._document["variables"]:
            self._named("variables", name)
        known = resources(self._document["resources"], place.id, self._early)
        self._known = known
        loops = {name.lower() for row in self._document["resources"] if (name := loop_name(row))}
        needs: dict[str, list[str]] = {}
        for resource in known:
            needs[resource.id] = stated_needs(resource, known, loops, self._early)
            needs[resource.id] += self._references(resource)
        self.resources = ordered(known, needs)
        """All of them, also those whose condition is false, each after those that it needs."""
        self.needs = needs
        """Ids of the resources that each one needs, by its id."""
        self.outputs(lambda _id, _version: UNKNOWN)

    def _refuse_further_parameters(self, given: Json) -> None:
        declared = self._declared["parameters"]
        further = [name for name in given if name.lower() not in declared]
        if further:
            raise TemplateError(
                f"The template parameters '{', '.join(further)}' in the parameters file are not"
                " valid; they are not present in the original template and can therefore not be"
                " provided at deployment time. The only supported parameters for this template are"
                f" '{', '.join(self._document['parameters'])}'. Please see"
                " https://aka.ms/arm-pass-parameter-values for usage details"
            )

    def _early(self, raw: Any, loop: Loop | None) -> Any:
        return bounded(value_of(raw, Scope(self, loop, None)))

    def _references(self, resource: Resource) -> list[str]:
        """Ids of the template's own resources whose state a resource is made with."""
        found: list[str] = []

        def note(resource_id: str, _version: str) -> Any:
            found.append(resource_id.lower())
            return UNKNOWN

        try:
            self.body(resource, note)
        except TemplateError as problem:
            raise problem.about(f"The template resource '{resource.name}'") from None
        return [each.id for each in self._known if each.id.lower() in found]

    def body(self, resource: Resource, reference: Reference) -> Json:
        """What is sent to make a resource.

        Raises:
            TemplateError: an expression has no value.
        """
        functions = Scope(self, resource.loop, reference)
        source = resource.source
        properties: Any = source.get("properties")
        if resource.type.lower() != DEPLOYMENTS or not isinstance(properties, dict):
            return bounded(value_of(source, functions))
        nested = dict(cast("Json", properties))
        inner: Json = {}
        options: Any = value_of(nested.pop("expressionEvaluationOptions", {}), functions)
        if isinstance(options, dict) and str(cast("Json", options).get("scope")).lower() == "inner":
            inner = {"template": nested.pop("template", None)}
        made: Json = bounded(value_of({**source, "properties": nested}, functions))
        made["properties"] |= inner
        return made

    def outputs(self, reference: Reference) -> Json:
        """The outputs as a deployment shows them.

        Raises:
            TemplateError: one has no value, or one of another type than it says.
        """
        functions = Scope(self, None, reference)
        found: Json = {}
        for name, declaration in self._document["outputs"].items():
            if "copy" in declaration:
                raise UnsupportedError("'copy' of a template's output")
            try:
                if value_of(declaration.get("condition", True), functions) is False:
                    continue
                value = bounded(value_of(declaration.get("value"), functions))
                kind: Any = declaration.get("type")
                parameters.check_type(f"template output '{name}'", kind, value)
                found[name] = parameters.shown(kind, value)
            except TemplateError as problem:
                raise problem.about(f"The template output '{name}'") from None
        return found

    def call(self, call: Call, arguments: list[Any]) -> Any:
        """The value of a function that is about the template or the place."""
        name = call.name.lower()
        if name in {"parameters", "variables"}:
            if len(arguments) != 1 or not isinstance(arguments[0], str):
                raise TemplateError(f"The function '{name}' takes the name of one of them")
            return self._named(name, arguments[0])
        if name in {"subscription", "resourcegroup", "tenant", "deployment"}:
            if name not in self._place.values or arguments:
                raise TemplateError(
                    f"The template function '{call.name}' is not expected at this location"
                )
            return self._place.values[name]
        if name in {"resourceid", "subscriptionresourceid", "extensionresourceid"} | {
            "tenantresourceid"
        }:
            return templates_ids.made(name, arguments, self._place.id)
        return templates_functions.call(call.name, arguments)

    def referred(self, arguments: list[Any]) -> tuple[str, str]:
        """(id, api-version) of what the arguments of `reference` mean."""
        if not 1 <= len(arguments) <= 3 or not all(isinstance(each, str) for each in arguments):  # noqa: PLR2004
            raise TemplateError("The function 'reference' takes up to three strings")
        meant = named(self._known, arguments[0])
        version = arguments[1] if len(arguments) > 1 and arguments[1] else ""
        if len(meant) == 1:
            return meant[0].id, version or meant[0].api_version
        if not arguments[0].startswith("/") or not version:
            raise TemplateError(
                f"The template reference '{arguments[0]}' is not valid: could not find template"
                " resource or resource copy with this name, and it is no id with an api-version."
                " Please see https://aka.ms/arm-function-reference for usage details."
            )
        return arguments[0], version

    def _named(self, kind: str, given: str) -> Any:
        """The value of a parameter or a variable, whose name is compared without case."""
        key = (kind, given.lower())
        if key[1] not in self._declared[kind]:
            raise TemplateError(
                f"The template {kind[:-1]} '{given}' is not found. Please see"
                f" https://aka.ms/arm-syntax-{kind} for usage details."
            )
        name, declaration = self._declared[kind][key[1]]
        if key not in self._values:
            # Found again while it is evaluated, it needs itself.
            self._values[key] = _Circular
            functions = Scope(self, None, None)

            def early(raw: Any) -> Any:
                return bounded(value_of(raw, functions))

            self._values[key] = (
                parameters.value(name, declaration, self._given, early)
                if kind == "parameters"
                else early(declaration)
            )
        if self._values[key] is _Circular:
            raise TemplateError(f"The template {kind[:-1]} '{name}' needs itself")
        return self._values[key]


class _Circular:
    """Stands for a value that is being evaluated."""
