"""JSON schemas of what Pulumi's SDKs take, made from their argument classes by wire name.

These are bound to the API versions of the pinned SDKs, and know no limits but types and enums.
"""

from __future__ import annotations

import collections.abc
import enum
import importlib
import types
import typing
from typing import Any, cast

import jsonschema
import pulumi

_PACKAGES = {"azure-native": "pulumi_azure_native", "azuread": "pulumi_azuread"}
_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
}


def problems(token: str, inputs: dict[str, Any]) -> list[str]:
    """What the SDK's own class of a resource would not know or take, as `PATH: WHAT`."""
    package, module, name = token.split(":")
    # Bridged packages have the type's file in the token: `index/group`.
    part = module.partition("/")[0].removeprefix("index")
    found = importlib.import_module(".".join(filter(None, (_PACKAGES[package], part))))
    schema = _object_schema(getattr(found, f"{name}Args"))
    errors = cast("Any", jsonschema.Draft202012Validator(schema)).iter_errors(inputs)
    return sorted(f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in errors)


def _object_schema(arguments: type) -> dict[str, Any]:
    # The SDK has no public way to the types that an argument class declares.
    declared: dict[str, Any] = importlib.import_module("pulumi._types").input_type_types(arguments)
    return {
        "type": "object",
        "properties": {name: _schema(hint) for name, hint in declared.items()},
        "additionalProperties": False,
    }


def _schema(hint: Any) -> dict[str, Any]:
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        kinds = [each for each in parts if not _is_wrapper(each)]
        # `str | SomeEnum` is how the SDKs write an enum.
        chosen = [each for each in kinds if _is_enum(each)] or kinds
        found = [_schema(each) for each in chosen]
        return found[0] if len(found) == 1 else {"anyOf": found}
    if origin is collections.abc.Sequence:
        return {"type": "array", "items": _schema(parts[0])}
    if origin is collections.abc.Mapping:
        return {"type": "object", "additionalProperties": _schema(parts[1])}
    if _is_enum(hint):
        return {"enum": [member.value for member in cast("type[enum.Enum]", hint)]}
    if isinstance(hint, type) and hasattr(hint, "_pulumi_input_type"):
        return _object_schema(hint)
    return _PLAIN.get(hint, {})


def _is_enum(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, enum.Enum)


def _is_wrapper(hint: Any) -> bool:
    """Whether it is another way to give a value: none, later, or as a plain mapping."""
    return (
        hint is type(None)
        or typing.get_origin(hint) in {collections.abc.Awaitable, pulumi.Output}
        or typing.is_typeddict(hint)
    )
