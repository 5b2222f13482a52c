"""JSON schemas of the bodies that Azure takes, made from the models of Microsoft's own SDKs.

The SDKs come in two generations. Older models hold the wire names in `_attribute_map` and the
limits in `_validation`; newer ones are made of fields that know their wire name and when they may
be sent. Both annotate every property with its type. What Azure only answers is no property here.
"""

from __future__ import annotations

import datetime as dt
import enum
import inspect
import sys
import types
import typing
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

Json: TypeAlias = dict[str, Any]

_PLAIN: dict[Any, Json] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    dt.datetime: {"type": "string"},
    dt.date: {"type": "string"},
    dt.time: {"type": "string"},
    dt.timedelta: {"type": "string"},
}
_LIMITS = {
    "max_length": "maxLength",
    "min_length": "minLength",
    "pattern": "pattern",
    "maximum": "maximum",
    "minimum": "minimum",
    "max_items": "maxItems",
    "min_items": "minItems",
}


def schema_of(model: type) -> Json:
    """The schema of a model: its properties and no others, at every depth."""
    definitions: Json = {}
    return {**_reference(model, definitions), "$defs": definitions}


def set_at_creation_only(model: type) -> list[str]:
    """The wire names that a newer model lets be created and not updated; older ones do not say."""
    if hasattr(model, "_attribute_map"):
        return []
    return [
        each.name
        for each in _fields(model).values()
        if "create" in each.visibility and "update" not in each.visibility
    ]


def is_model(candidate: Any) -> bool:
    """Whether it is a model of either generation."""
    return isinstance(candidate, type) and (
        hasattr(candidate, "_attribute_map") or hasattr(candidate, "_is_model")
    )


def type_schema(hint: Any, definitions: Json) -> Json:
    """The schema of an annotation; the models that it names are added to `definitions`."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        kinds = [each for each in arguments if each is not type(None)]
        enums = [each for each in kinds if _is_enum(each)]
        # `str | SomeEnum` is how the SDKs write an enum that Azure may extend.
        chosen = enums or kinds
        found = [type_schema(each, definitions) for each in chosen]
        return found[0] if len(found) == 1 else {"anyOf": found}
    if origin in {list, set, tuple}:
        return {"type": "array", "items": type_schema(arguments[0], definitions)}
    if origin is not None and issubclass(origin, typing.Mapping):
        return {"type": "object", "additionalProperties": type_schema(arguments[1], definitions)}
    if is_model(hint):
        return _reference(hint, definitions)
    if _is_enum(hint):
        return {"enum": [member.value for member in cast("type[enum.Enum]", hint)]}
    return _PLAIN.get(hint, {})


def _is_enum(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, enum.Enum)


def _reference(model: type, definitions: Json) -> Json:
    name = f"{model.__module__}.{model.__name__}"
    if name not in definitions:
        definitions[name] = {}  # Models may contain themselves.
        older = hasattr(model, "_attribute_map")
        definitions[name] = (_of_older if older else _of_newer)(model, definitions)
    return {"$ref": f"#/$defs/{name}"}


def _object() -> Json:
    return {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


def _names(model: type) -> Json:
    """What the annotations of a model may refer to."""
    package = sys.modules[model.__module__.rpartition("._models")[0]]
    return {**vars(sys.modules[model.__module__]), "_models": package}


def _of_newer(model: type, definitions: Json) -> Json:
    found = _object()
    hints: Json = {}
    for each in reversed(model.__mro__):
        hints |= vars(each).get("__annotations__", {})
    for attribute, field in _fields(model).items():
        if field.visibility and not {"create", "update"} & field.visibility:
            continue
        hint = typing.get_type_hints(_annotated(hints[attribute]), _names(model))["it"]
        found["properties"][field.name] = type_schema(hint, definitions)
        if type(None) not in typing.get_args(hint):
            found["required"].append(field.name)
    return found


@dataclass(frozen=True)
class _Field:
    name: str
    """On the wire."""
    visibility: set[str]
    """When it may be sent or is answered; empty for always."""


def _fields(model: type) -> dict[str, _Field]:
    """The fields of a newer model by attribute."""
    instance: Any = model()  # The SDK works them out for a first instance, and for itself only.
    fields: Json = instance._attr_to_rest_field  # noqa: SLF001
    return {
        attribute: _Field(known._rest_name_input, set(known._visibility or ()))  # noqa: SLF001
        for attribute, known in fields.items()
    }


def _annotated(hint: Any) -> type:
    return type("Annotated", (), {"__annotations__": {"it": hint}})


def _of_older(model: type, definitions: Json) -> Json:
    found = _object()
    attributes: dict[str, Json] = vars(model)["_attribute_map"]
    limits: dict[str, Json] = getattr(model, "_validation", {})
    hints = typing.get_type_hints(inspect.unwrap(model.__init__), _names(model))
    for attribute, described in attributes.items():
        limit = limits.get(attribute, {})
        if limit.get("readonly"):
            continue
        owner, name = found, str(described["key"])
        while "." in name:
            outer, _, name = name.partition(".")
            owner = owner["properties"].setdefault(outer, _object())
        bounds = {_LIMITS[key]: value for key, value in limit.items() if key in _LIMITS}
        owner["properties"][name] = {**type_schema(hints.get(attribute), definitions), **bounds}
        if limit.get("required"):
            found["required"] += [] if owner is found else [str(described["key"]).split(".")[0]]
            owner["required"].append(name)
    return found
