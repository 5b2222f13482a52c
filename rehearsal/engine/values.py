"""Property values: the engine's model of what programs, providers and states say to each other.

Three encodings of one model: the protobuf `Struct` of the wire (whose special values are objects
with a signature key), the JSON of a state (where a secret is a ciphertext), and plain Python.
Constants are those of pulumi/pulumi, `sdk/go/common/resource/sig` and `plugin/rpc.go`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from google.protobuf import struct_pb2

from rehearsal.engine import urns
from rehearsal.engine.numbers import number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a signature of the protocol, no secret
REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
ASSET = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"

UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How an unknown value travels; the SDK also knows one text for each type of value."""

_UNKNOWN_TEXTS = frozenset(
    {
        UNKNOWN_TEXT,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)


class UnsupportedValueError(Exception):
    """A value of a kind that this engine refuses, by name."""


@dataclass(frozen=True)
class Secret:
    """A value that must not be shown; `value` is never itself a Secret."""

    value: Value

    def __repr__(self) -> str:
        return "Secret([secret])"


class Unknown:
    """The type of `UNKNOWN`, a value that preview cannot know yet."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


@dataclass(frozen=True)
class ResourceRef:
    """A resource as a value; `id` is None for a component, "" or UNKNOWN while it is not known."""

    urn: str
    id: str | Unknown | None = None
    package_version: str = ""


List: TypeAlias = "list[Value]"
Properties: TypeAlias = "dict[str, Value]"
Value: TypeAlias = (
    "bool | int | float | str | List | Properties | Secret | Unknown | ResourceRef | None"
)


def secret(value: Value) -> Secret:
    """`value` as a secret; a secret stays as it is."""
    return value if isinstance(value, Secret) else Secret(value)


# --- the wire --------------------------------------------------------------------------------


def from_struct(struct: struct_pb2.Struct) -> Properties:
    """The properties of a `Struct`; null values at the top are dropped, deeper ones are kept.

    Raises:
        UnsupportedValueError: An asset or an archive is among the values.
    """
    decoded = {key: _from_wire(field) for key, field in struct.fields.items()}
    return {key: value for key, value in decoded.items() if value is not None}


def to_struct(
    properties: Mapping[str, Value],
    *,
    secrets: bool = True,
    references: bool = True,
    canonical: bool = False,
) -> struct_pb2.Struct:
    """The properties as a `Struct`, unknown values as their text.

    Args:
        properties: What to encode; null values at the top are dropped.
        secrets: Keep secrets as secrets; otherwise send what they hold.
        references: Keep resource references; otherwise send the id, or the URN if there is none.
        canonical: Add name and type to references, as providers (and only they) get them.
    """
    encoder = _Encoder(secrets=secrets, references=references, canonical=canonical)
    struct = struct_pb2.Struct()
    for key, value in properties.items():
        if value is not None:
            encoder.write(value, struct.fields[key])
    return struct


def _from_wire(field: struct_pb2.Value) -> Value:
    kind = field.WhichOneof("kind")
    if kind == "string_value":
        text = field.string_value
        return UNKNOWN if text in _UNKNOWN_TEXTS else text
    if kind == "number_value":
        return number(field.number_value)
    if kind == "bool_value":
        return field.bool_value
    if kind == "list_value":
        return [_from_wire(item) for item in field.list_value.values]
    if kind == "struct_value":
        fields = {key: _from_wire(item) for key, item in field.struct_value.fields.items()}
        return special(fields) if SIGNATURE in fields else fields
    return None


def special(fields: Mapping[str, Value]) -> Value:
    """The value that an object with a signature stands for.

    Raises:
        UnsupportedValueError: It is an asset, an archive, or of an unknown kind.
    """
    signature = fields[SIGNATURE]
    if signature == SECRET:
        return secret(fields.get("value"))
    if signature == REFERENCE:
        return _reference(fields)
    if signature == OUTPUT:
        value = fields.get("value", UNKNOWN)
        return secret(value) if fields.get("secret") else value
    if signature in {ASSET, ARCHIVE}:
        kind = "asset" if signature == ASSET else "archive"
        raise UnsupportedValueError(f"a property value is an {kind}; this engine has no {kind}s")
    raise UnsupportedValueError(f"a property value has the unrecognised signature {signature!r}")


def _reference(fields: Mapping[str, Value]) -> ResourceRef:
    identifier = fields.get("id")
    version = fields.get("packageVersion")
    return ResourceRef(
        urn=str(fields["urn"]),
        id=identifier if isinstance(identifier, (str, Unknown)) else None,
        package_version=version if isinstance(version, str) else "",
    )


@dataclass(frozen=True)
class _Encoder:
    """Writes values into `struct_pb2.Value`s; the options are those of `to_struct`."""

    secrets: bool
    references: bool
    canonical: bool

    def write(self, value: Value, into: struct_pb2.Value) -> None:  # noqa: C901 - one branch a kind
        if isinstance(value, str):
            into.string_value = value
        elif value is None:
            into.null_value = struct_pb2.NULL_VALUE
        elif isinstance(value, bool):
            into.bool_value = value
        elif isinstance(value, (int, float)):
            into.number_value = value
        elif isinstance(value, list):
            into.list_value.SetInParent()
            for item in value:
                self.write(item, into.list_value.values.add())
        elif isinstance(value, dict):
            into.struct_value.SetInParent()
            for key, item in value.items():
                self.write(item, into.struct_value.fields[key])
        elif isinstance(value, Unknown):
            into.string_value = UNKNOWN_TEXT
        elif isinstance(value, Secret):
            self._secret(value, into)
        else:
            self._reference(value, into)

    def _secret(self, value: Secret, into: struct_pb2.Value) -> None:
        if self.secrets:
            into.struct_value.fields[SIGNATURE].string_value = SECRET
            self.write(value.value, into.struct_value.fields["value"])
        else:
            self.write(value.value, into)

    def _reference(self, value: ResourceRef, into: struct_pb2.Value) -> None:
        if not self.references:
            self.write(value.id if value.id is not None else value.urn, into)
            return
        fields = into.struct_value.fields
        fields[SIGNATURE].string_value = REFERENCE
        fields["urn"].string_value = value.urn
        if value.id is not None:
            # An id that is not known yet travels as an empty one.
            self.write("" if isinstance(value.id, Unknown) else value.id, fields["id"])
        if value.package_version:
            fields["packageVersion"].string_value = value.package_version
        if self.canonical:
            fields["name"].string_value = urns.name_of(value.urn)
            fields["type"].string_value = urns.type_of(value.urn)


# --- questions and changes -------------------------------------------------------------------


def contains_unknown(value: Value) -> bool:
    """Whether the value is unknown, or holds an unknown one."""
    return _any(value, lambda item: isinstance(item, Unknown))


def contains_secret(value: Value) -> bool:
    """Whether the value is secret, or holds a secret one."""
    return _any(value, lambda item: isinstance(item, Secret))


def _any(value: Value, test: Callable[[Value], bool]) -> bool:
    if test(value):
        return True
    if isinstance(value, dict):
        return any(_any(item, test) for item in value.values())
    if isinstance(value, list):
        return any(_any(item, test) for item in value)
    if isinstance(value, Secret):
        return _any(value.value, test)
    if isinstance(value, ResourceRef):
        return test(value.id)
    return False


def plain(value: Value) -> Value:
    """The value with what secrets hold in their place."""
    return mapped(value, lambda item: item.value if isinstance(item, Secret) else item)


def without_unknowns(properties: Mapping[str, Value]) -> Properties:
    """The properties whose values are wholly known."""
    return {key: value for key, value in properties.items() if not contains_unknown(value)}


def mapped(value: Value, change: Callable[[Value], Value]) -> Value:
    """The value with `change` applied to each part of it, inner parts first."""
    if isinstance(value, dict):
        return change({key: mapped(item, change) for key, item in value.items()})
    if isinstance(value, list):
        return change([mapped(item, change) for item in value])
    if isinstance(value, Secret):
        return change(secret(mapped(value.value, change)))
    return change(value)


def equal(one: Value, other: Value) -> bool:
    """Whether two values are the same; unlike `==`, true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, Secret) and isinstance(other, Secret):
        return equal(one.value, other.value)
    return isinstance(one, bool) == isinstance(other, bool) and one == other
