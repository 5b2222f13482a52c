"""The resources of a template: what each is, and which others it waits for.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/resource-declaration,
`copy-resources` and `resource-dependency` beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, cast

from rehearsal.cloud.arm.api_version import is_date
from rehearsal.cloud.arm.templates_ids import placed
from rehearsal.cloud.arm.templates_language import TemplateError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from rehearsal.cloud.store import Json

    Evaluate = Callable[[Any, "Loop | None"], Any]
    """Evaluates a value of the template, in a round of a copy loop or outside of any."""

DEPLOYMENTS = "microsoft.resources/deployments"
_MOST = 800
"""How many resources a template may have (best practices, as in `templates_language`)."""
_ENVELOPE = frozenset(
    {"type", "apiVersion", "name", "dependsOn", "condition", "copy", "scope", "comments"}
    | {"metadata", "resourceGroup", "subscriptionId"}
)
_NOT_THERE = frozenset({"resources", "existing", "import", "extension", "asserts"})


@dataclass(frozen=True)
class Loop:
    """A round of a copy loop."""

    name: str
    index: int


@dataclass(frozen=True)
class Resource:
    """One resource of a template; a copy loop has made one for each of its rounds."""

    id: str
    type: str
    name: str
    api_version: str
    condition: bool
    """Whether it is deployed."""
    raw: Json
    """What the template says of it."""
    loop: Loop | None

    @property
    def source(self) -> Json:
        """The part of the template that becomes its body."""
        return {key: value for key, value in self.raw.items() if key not in _ENVELOPE}


def resources(rows: list[Any], base: str, evaluate: Evaluate) -> list[Resource]:
    """All resources, in the order of the template.

    Args:
        rows: The template's list.
        base: Id of the resource group or subscription that is deployed to.
        evaluate: Evaluates a part of the template.

    Raises:
        TemplateError: one is malformed, or there twice, or there are too many.
    """
    found: dict[str, Resource] = {}
    for row in rows:
        if not isinstance(row, dict):
            raise TemplateError("The resources of the template have to be objects")
        raw = cast("Json", row)
        for loop in _rounds(raw, evaluate):
            resource = _resource(raw, base, loop, evaluate)
            if found.setdefault(resource.id.lower(), resource) is not resource:
                raise TemplateError(
                    f"The resource '{resource.type}/{resource.name}' is defined multiple times in a"
                    " template. Please see https://aka.ms/arm-syntax-resources for usage details"
                )
            if len(found) > _MOST:
                raise TemplateError(f"The template has more than {_MOST} resources")
    return list(found.values())


def _rounds(raw: Json, evaluate: Evaluate) -> Iterable[Loop | None]:
    if "copy" not in raw:
        return [None]
    copy = evaluate(raw["copy"], None)
    if not isinstance(copy, dict):
        raise TemplateError("The 'copy' of a resource has to be an object")
    given = cast("Json", copy)
    name, count = given.get("name"), given.get("count")
    if not isinstance(name, str) or type(count) is not int or not 0 <= count <= _MOST:
        raise TemplateError(
            f"The 'copy' of a resource needs a 'name' and a 'count' of 0 to {_MOST}"
        )
    return [Loop(name, index) for index in range(count)]


def _resource(raw: Json, base: str, loop: Loop | None, evaluate: Evaluate) -> Resource:
    for member in _NOT_THERE & raw.keys():
        if raw[member]:
            raise UnsupportedError(f"'{member}' of a template's resource")
    resource_type, name, version = (
        _text(raw, member, loop, evaluate) for member in ("type", "name", "apiVersion")
    )
    if not is_date(version):
        raise TemplateError(
            f"The template resource '{name}' is not valid: its api-version '{version}' is no date"
        )
    condition = evaluate(raw.get("condition", True), loop)
    if not isinstance(condition, bool):
        raise TemplateError(f"The condition of the template resource '{name}' is no boolean")
    try:
        if resource_type.lower() == DEPLOYMENTS:
            base = _elsewhere(raw, base, loop, evaluate)
        if "scope" in raw:
            scope = _text(raw, "scope", loop, evaluate)
            names = scope.split("/")
            whole = [names[0], *names[1::2]]
            base = scope if scope[:1] == "/" else placed(base, "/".join(whole), names[2::2])
        resource_id = placed(base, resource_type, name.split("/"))
    except TemplateError as problem:
        raise problem.about(f"The template resource '{name}'") from None
    return Resource(resource_id, resource_type, name, version, condition, raw, loop)


def _text(raw: Json, member: str, loop: Loop | None, evaluate: Evaluate) -> str:
    value = evaluate(raw.get(member), loop)
    if not isinstance(value, str) or not value:
        shown = raw.get("name") if isinstance(raw.get("name"), str) else ""
        raise TemplateError(
            f"The template resource '{shown}' is not valid: '{member}' has to be a string that is"
            " known when the deployment starts"
        )
    return value


def _elsewhere(raw: Json, base: str, loop: Loop | None, evaluate: Evaluate) -> str:
    """Where a nested deployment deploys to, which may be another group or its subscription."""
    if "subscriptionId" in raw:
        base = f"/subscriptions/{_text(raw, 'subscriptionId', loop, evaluate)}"
    if "resourceGroup" in raw:
        group = _text(raw, "resourceGroup", loop, evaluate)
        base = f"{'/'.join(base.split('/')[:3])}/resourceGroups/{group}"
    return base


def named(known: Iterable[Resource], text: str) -> list[Resource]:
    """Those that a text means: an id, a name, a type and name, or the name of a copy loop."""
    wanted = text.strip("/").lower()

    def means(resource: Resource) -> bool:
        whole = resource.id.strip("/").lower()
        tail = whole.rpartition("/providers/")[2]
        own = {whole, tail, resource.name.lower()}
        return wanted in own or (resource.loop is not None and resource.loop.name.lower() == wanted)

    return [resource for resource in known if means(resource)]


def stated_needs(
    resource: Resource, known: list[Resource], loops: Collection[str], evaluate: Evaluate
) -> list[str]:
    """Ids of what its `dependsOn` names.

    Raises:
        TemplateError: it names something that the template does not have.
    """
    given = evaluate(resource.raw.get("dependsOn", []), resource.loop)
    if not isinstance(given, list):
        raise TemplateError(
            f"The 'dependsOn' of the template resource '{resource.name}' is no array"
        )
    found: list[str] = []
    for each in cast("list[Any]", given):
        meant = named(known, each) if isinstance(each, str) else []
        # A loop of no rounds has made nothing to wait for.
        if not meant and str(each).lower() not in loops:
            raise TemplateError(
                f"The resource '{each if isinstance(each, str) else ''}' is not defined in the"
                " template. Please see https://aka.ms/arm-syntax for usage details"
            )
        found += [other.id for other in meant]
    return found


def ordered(known: list[Resource], needs: dict[str, list[str]]) -> list[Resource]:
    """The resources, each after those that it needs; `needs` are ids by id.

    Raises:
        TemplateError: two wait for each other.
    """
    by_id = {resource.id: resource for resource in known}
    try:
        return [by_id[each] for each in TopologicalSorter(needs).static_order()]
    except CycleError as cycle:
        raise TemplateError(
            f"Circular dependency detected on resource: '{cycle.args[1][0]}'. Please see"
            " https://aka.ms/arm-syntax-resources for usage details"
        ) from None
