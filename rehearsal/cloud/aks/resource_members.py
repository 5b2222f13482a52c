"""Which members a body may have, how they are spelt, and of which type they are."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import yaml

from rehearsal.cloud.arm.errors import provider_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.cloud.web import CloudError

_FILE = Path(__file__).with_name("resource_members.yaml")
_Members = dict[str, Any]


def canonical(body: dict[str, Any], kind: Literal["managedCluster", "agentPool"]) -> dict[str, Any]:
    """The body with every member spelt as AKS spells it; AKS itself reads them without case.

    Members that hold an empty text are left out: to AKS they are the same as none, and az sends
    `kubernetesVersion: ""` for the default.

    Raises:
        CloudError: 400, a member that AKS does not have, or one of another type.
    """
    return _object(body, _members()[kind], "")


@cache
def _members() -> dict[str, _Members]:
    return yaml.safe_load(_FILE.read_text(encoding="utf-8"))


def _all_texts(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "_": lambda value: isinstance(value, str),
    "_bool": lambda value: isinstance(value, bool),
    "_int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "_number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "_list": lambda value: isinstance(value, list) and _all_texts(value),
    "_map": lambda value: isinstance(value, dict) and _all_texts(cast("_Members", value).values()),
}


def _object(value: Any, members: _Members, where: str) -> _Members:
    if not isinstance(value, dict):
        raise _wrong_type(value, where)
    names = _names(members)
    found: _Members = {}
    for given, inner in cast("_Members", value).items():
        path = f"{where}.{given}" if where else given
        name, kind = (given, "*") if "*" in members else names.get(given.lower(), ("", ""))
        if not name:
            message = f'UnmarshalEntity encountered error: json: unknown field "{path}".'
            raise provider_error(400, "UnmarshalError", message)
        if inner is None:
            found[name] = None
        elif kind not in _TYPES:
            found[name] = _nested(inner, members[kind], path, many=kind.endswith("[]"))
        elif not _TYPES[kind](inner):
            raise _wrong_type(inner, path)
        elif inner != "":
            found[name] = inner
    return found


def _nested(value: Any, members: _Members, where: str, *, many: bool) -> Any:
    if not many:
        return _object(value, members, where)
    if not isinstance(value, list):
        raise _wrong_type(value, where)
    items = cast("list[Any]", value)
    return [_object(item, members, f"{where}[{index}]") for index, item in enumerate(items)]


def _names(members: _Members) -> dict[str, tuple[str, str]]:
    """For each name in lower case how it is spelt, and the key of its type or of its members."""
    found: dict[str, tuple[str, str]] = {}
    for key, inner in members.items():
        if key in _TYPES:
            found.update({name.lower(): (name, key) for name in inner})
        else:
            name = key.removesuffix("[]")
            found[name.lower()] = (name, key)
    return found


def _wrong_type(value: Any, where: str) -> CloudError:
    kind = type(value).__name__
    message = f"UnmarshalEntity encountered error: json: cannot unmarshal {kind} into '{where}'."
    return provider_error(400, "UnmarshalError", message)
