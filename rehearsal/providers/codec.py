"""Property values between the protocol's structs and plain Python.

Sentinels are Pulumi's own (`sdk/go/common/resource/plugin/rpc.go`). Secrets are taken out of the
values and remembered by their paths, so that the code that talks to a cloud sees plain values and
what it answers can be marked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from google.protobuf import struct_pb2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The value that stands for one that is not known before the deployment."""

_SIGNATURE_KEY = "4dabf18193072939515e22adb298388d"
_SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the protocol's mark, no secret

Json: TypeAlias = dict[str, Any]
Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True)
class Properties:
    """Plain values, and the paths of those that are secret; absent and null are the same."""

    values: Json
    secrets: frozenset[Path] = frozenset()


def decode(struct: struct_pb2.Struct) -> Properties:
    """The values of a struct: whole doubles as ints, nulls left out of maps, secrets opened."""
    secrets: set[Path] = set()

    def opened(value: struct_pb2.Value, path: Path) -> Any:
        kind = value.WhichOneof("kind")
        if kind == "struct_value":
            return mapping(value.struct_value.fields, path)
        if kind == "list_value":
            return [opened(v, (*path, i)) for i, v in enumerate(value.list_value.values)]
        if kind is None or kind == "null_value":
            return None
        if kind == "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        return value.string_value if kind == "string_value" else value.bool_value

    def mapping(fields: Mapping[str, struct_pb2.Value], path: Path) -> Any:
        if _SIGNATURE_KEY in fields:
            secrets.add(path)
            return opened(fields["value"], path)
        items = ((key, opened(value, (*path, key))) for key, value in fields.items())
        return {key: value for key, value in items if value is not None}

    values = mapping(struct.fields, ())
    return Properties(values, frozenset(secrets))


def encode(values: Mapping[str, Any], secrets: Iterable[Path] = ()) -> struct_pb2.Struct:
    """The struct of `values`, secret at those of the paths that it has."""
    marked = frozenset(secrets)

    def closed(value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            items = cast("Json", value).items()
            plain: Any = {key: closed(v, (*path, key)) for key, v in items if v is not None}
        elif isinstance(value, list):
            items = cast("list[Any]", value)
            plain = [closed(item, (*path, index)) for index, item in enumerate(items)]
        else:
            plain = value
        return {_SIGNATURE_KEY: _SECRET_SIGNATURE, "value": plain} if path in marked else plain

    struct = struct_pb2.Struct()
    struct.update(closed(dict(values), ()))
    return struct


def any_leaf(value: Any, test: Callable[[Any], bool]) -> bool:
    """Whether `test` holds for some value that is neither a map nor a list."""
    if isinstance(value, dict):
        return any(any_leaf(item, test) for item in cast("Json", value).values())
    if isinstance(value, list):
        return any(any_leaf(item, test) for item in cast("list[Any]", value))
    return test(value)


def has_unknown(value: Any) -> bool:
    """Whether something in the value is not known yet."""
    return any_leaf(value, lambda leaf: leaf == UNKNOWN)


def section(value: Any, *keys: str) -> Json:
    """The map inside a map at these keys; empty where there is none."""
    for key in keys:
        value = cast("Json", value).get(key) if isinstance(value, dict) else None
    return cast("Json", value) if isinstance(value, dict) else {}
