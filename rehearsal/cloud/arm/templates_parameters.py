"""The values of a template's parameters: those given, the defaults, and what is refused.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rehearsal.cloud.arm.templates_functions import call
from rehearsal.cloud.arm.templates_language import UNKNOWN, TemplateError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.cloud.store import Json

TYPES: dict[str, tuple[str, type]] = {
    "string": ("String", str),
    "securestring": ("SecureString", str),
    "int": ("Int", int),
    "bool": ("Bool", bool),
    "object": ("Object", dict),
    "secureobject": ("SecureObject", dict),
    "array": ("Array", list),
}
"""How a type is shown and what its values are, by its name in lower case."""
_MEMBERS = frozenset(
    {"type", "defaultValue", "allowedValues", "minValue", "maxValue", "minLength", "maxLength"}
    | {"metadata"}
)
# Of language version 2.
_NOT_THERE = frozenset(
    {"$ref", "additionalProperties", "discriminator", "items", "nullable", "prefixItems"}
    | {"properties", "sealed"}
)


def is_secret(kind: str) -> bool:
    """Whether values of a type are never shown."""
    return kind.lower().startswith("secure")


def shown(kind: str, value: Any) -> Json:
    """A parameter or an output as a deployment shows it: without its value if that is secret."""
    name = TYPES[kind.lower()][0]
    return {"type": name} if is_secret(kind) else {"type": name, "value": value}


def check_type(what: str, kind: Any, value: Any) -> None:
    """Refuse a value that is not of a parameter's or an output's type.

    Raises:
        TemplateError: it is not, or there is no such type.
    """
    known = TYPES.get(kind.lower()) if isinstance(kind, str) else None
    if known is None:
        raise TemplateError(
            f"the type of the {what} is not valid; the types are '{', '.join(TYPES)}'"
        )
    # A flag is a number to Python.
    if value is UNKNOWN or (isinstance(value, known[1]) and type(value) in {known[1], str}):
        return
    raise TemplateError(f"The value of the {what} is not of its type '{known[0]}'")


def check_declared(declared: dict[str, Json]) -> None:
    """Refuse declarations that are malformed.

    Raises:
        TemplateError: one has an unknown member, or one of a wrong type.
    """
    for name, declaration in declared.items():
        for member in declaration:
            if member in _NOT_THERE and declaration[member]:
                raise UnsupportedError(f"'{member}' of a template's parameter")
            if member not in _MEMBERS | _NOT_THERE:
                raise TemplateError(
                    f"the template parameter '{name}' has the member '{member}', which the local"
                    " Azure does not know"
                )
        for member in ("minValue", "maxValue", "minLength", "maxLength"):
            if type(declaration.get(member, 0)) is not int:
                raise TemplateError(f"'{member}' of the parameter '{name}' is no whole number")
        if not isinstance(declaration.get("allowedValues", []), list):
            raise TemplateError(f"'allowedValues' of the parameter '{name}' is no array")


def value(name: str, declaration: Json, given: Json, default: Callable[[Any], Any]) -> Any:
    """The value of a parameter.

    Args:
        name: Its name.
        declaration: What the template says of it.
        given: The values given, by name in lower case.
        default: Evaluates the default value.

    Raises:
        TemplateError: there is none, or one that the declaration does not allow.
    """
    if name.lower() in given:
        found = given[name.lower()]
    elif "defaultValue" in declaration:
        found = default(declaration["defaultValue"])
    else:
        raise TemplateError(
            f"The value for the template parameter '{name}' is not provided. Please see"
            " https://aka.ms/arm-create-parameter-file for usage details"
        )
    kind: Any = declaration.get("type")
    check_type(f"template parameter '{name}'", kind, found)
    problem = _limit_problem(declaration, found)
    allowed: list[Any] = declaration.get("allowedValues", [])
    if allowed and found is not UNKNOWN and not _is_allowed(found, allowed):
        told = "" if is_secret(kind) else f" The value '{found}'"
        if told:
            told += f" is not part of the allowed value(s): '{','.join(map(str, allowed))}'."
        problem = told or " It is not part of the allowed values."
    if problem:
        raise TemplateError(
            f"The provided value for the template parameter '{name}' is not valid.{problem}"
        )
    return found


def _is_allowed(found: Any, allowed: list[Any]) -> bool:
    parts = cast("list[Any]", found) if isinstance(found, list) else [found]
    return call("contains", [allowed, found]) or (
        isinstance(found, list) and all(call("contains", [allowed, part]) for part in parts)
    )


def _limit_problem(declaration: Json, found: Any) -> str:
    """What is wrong about a length or a number, or an empty text."""
    size, limits = 0, ()
    if isinstance(found, (str, list)):
        size, limits = len(cast("list[Any]", found)), ("minLength", "maxLength")
    elif type(found) is int:
        size, limits = found, ("minValue", "maxValue")
    for name, sign in zip(limits, (1, -1), strict=False):
        if name in declaration and (size - declaration[name]) * sign < 0:
            what = "Length of the value" if "Length" in name else "The value"
            return f" {what} should be {'at least' if sign > 0 else 'at most'} {declaration[name]}."
    return ""
