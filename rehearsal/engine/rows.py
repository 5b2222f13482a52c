"""A row of the state as JSON, and back.

Values differ from the wire in one thing: a secret holds the ciphertext of its JSON text. Field
names and their order are those of pulumi/pulumi `sdk/go/common/apitype/core.go` (ResourceV3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from rehearsal.engine import numbers
from rehearsal.engine.state import Resource, Timeouts
from rehearsal.engine.values import (
    REFERENCE,
    SECRET,
    SIGNATURE,
    UNKNOWN,
    UNKNOWN_TEXT,
    ResourceRef,
    Secret,
    Unknown,
    UnsupportedValueError,
    Value,
    special,
)

if TYPE_CHECKING:
    from rehearsal.engine.numbers import Json
    from rehearsal.engine.secrets import SecretsManager
    from rehearsal.engine.values import Properties

_IGNORED = frozenset({"stackTrace"})
"""Fields that are read and not written again: they only tell where in the program a row is from."""

_TEXTS = {
    "parent": "parent",
    "provider": "provider",
    "importID": "import_id",
    "deletedWith": "deleted_with",
    "created": "created",
    "modified": "modified",
    "sourcePosition": "source_position",
}
_FLAGS = {
    "delete": "delete",
    "protect": "protect",
    "external": "external",
    "pendingReplacement": "pending_replacement",
    "retainOnDelete": "retain_on_delete",
}
_LISTS = {
    "dependencies": "dependencies",
    "initErrors": "init_errors",
    "additionalSecretOutputs": "additional_secret_outputs",
    "aliases": "aliases",
    "ignoreChanges": "ignore_changes",
    "hideDiff": "hide_diff",
    "replaceOnChanges": "replace_on_changes",
}
_MAPS = frozenset({"inputs", "outputs", "propertyDependencies", "customTimeouts"})
_FIELDS = frozenset(
    {"urn", "custom", "type", "id", *_TEXTS, *_FLAGS, *_LISTS, *_MAPS, *_IGNORED},
)


class RowError(ValueError):
    """A row that this engine cannot use; the message names the field."""


class UnknownFieldError(RowError):
    """A row with a field that this engine does not know."""


# --- writing ---------------------------------------------------------------------------------


def encode(row: Resource, secrets: SecretsManager) -> dict[str, Json]:
    """The row as a JSON object, its fields in the order of the format, empty ones left out."""
    always = {"urn", "custom", "type"}
    fields: dict[str, Json] = {
        "urn": row.urn,
        "custom": row.custom,
        "delete": row.delete,
        "id": row.id,
        "type": row.type,
        "inputs": encode_value(row.inputs, secrets, f"{row.urn}/inputs"),
        "outputs": encode_value(row.outputs, secrets, f"{row.urn}/outputs"),
        "parent": row.parent,
        "protect": row.protect,
        "external": row.external,
        "dependencies": sorted(row.dependencies),
        "initErrors": row.init_errors,
        "provider": row.provider,
        "propertyDependencies": {
            name: sorted(row.property_dependencies[name])
            for name in sorted(row.property_dependencies)
        },
        "pendingReplacement": row.pending_replacement,
        "additionalSecretOutputs": row.additional_secret_outputs,
        "aliases": row.aliases,
        "customTimeouts": _timeouts(row.custom_timeouts),
        "importID": row.import_id,
        "retainOnDelete": row.retain_on_delete,
        "deletedWith": row.deleted_with,
        "created": row.created,
        "modified": row.modified,
        "sourcePosition": row.source_position,
        "ignoreChanges": row.ignore_changes,
        "hideDiff": row.hide_diff,
        "replaceOnChanges": row.replace_on_changes,
    }
    return {name: value for name, value in fields.items() if value or name in always}


def encode_value(value: Value, secrets: SecretsManager, scope: str) -> Json:
    """A value as a state holds it, maps sorted by key; `scope` names its place."""
    if isinstance(value, dict):
        return {key: encode_value(value[key], secrets, f"{scope}/{key}") for key in sorted(value)}
    if isinstance(value, list):
        return [encode_value(item, secrets, f"{scope}/{index}") for index, item in enumerate(value)]
    if isinstance(value, Secret):
        plaintext = numbers.dumps(encode_value(value.value, secrets, scope))
        return {SIGNATURE: SECRET, "ciphertext": secrets.encrypt(plaintext, scope)}
    if isinstance(value, ResourceRef):
        identifier = {} if value.id is None else {"id": encode_value(value.id, secrets, scope)}
        rest = {"packageVersion": value.package_version, "urn": value.urn}
        return {SIGNATURE: REFERENCE, **identifier, **rest}
    return UNKNOWN_TEXT if isinstance(value, Unknown) else value


def _timeouts(timeouts: Timeouts) -> dict[str, Json]:
    pairs = {
        "create": timeouts.create,
        "update": timeouts.update,
        "delete": timeouts.delete,
        "read": timeouts.read,
    }
    return {name: seconds for name, seconds in pairs.items() if seconds}


# --- reading ---------------------------------------------------------------------------------


def decode(fields: Mapping[str, Any], secrets: SecretsManager) -> Resource:
    """The row that a JSON object of a state describes.

    Raises:
        UnknownFieldError: A field belongs to a feature that this engine lacks.
        RowError: A field is missing, or of another type than the format's.
        secrets.SecretsError: A secret cannot be decrypted.
    """
    unknown = sorted(fields.keys() - _FIELDS)
    if unknown:
        raise UnknownFieldError(
            f"the field '{unknown[0]}' belongs to a feature that this engine lacks"
        )
    urn = _checked(fields, "urn", str, None)
    given: dict[str, Any] = {}
    for name, attribute in _TEXTS.items():
        given[attribute] = _checked(fields, name, str, "")
    for name, attribute in _FLAGS.items():
        given[attribute] = _checked(fields, name, bool, default=False)
    for name, attribute in _LISTS.items():
        given[attribute] = _texts(name, fields.get(name))
    return Resource(
        urn=urn,
        type=_checked(fields, "type", str, None),
        custom=_checked(fields, "custom", bool, default=False),
        id=_checked(fields, "id", str, ""),
        inputs=_properties(fields, "inputs", secrets, urn),
        outputs=_properties(fields, "outputs", secrets, urn),
        property_dependencies={
            name: _texts("propertyDependencies", urns)
            for name, urns in _object(fields, "propertyDependencies").items()
        },
        custom_timeouts=_read_timeouts(_object(fields, "customTimeouts")),
        **given,
    )


def _checked(fields: Mapping[str, Any], name: str, kind: type, default: Any) -> Any:
    value = fields.get(name, default)
    if not isinstance(value, kind):
        raise RowError(f"the field '{name}' is no {kind.__name__}")
    return value


def _object(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    value: Any = fields.get(name) or {}
    if not isinstance(value, dict):
        raise RowError(f"the field '{name}' is no object")
    return cast("dict[str, Any]", value)


def _texts(name: str, value: Any) -> tuple[str, ...]:
    items: list[Any] = cast("list[Any]", value) if isinstance(value, list) else []
    if (value is not None and not isinstance(value, list)) or any(
        not isinstance(item, str) for item in items
    ):
        raise RowError(f"the field '{name}' is no list of texts")
    return tuple(cast("list[str]", items))


def _read_timeouts(fields: Mapping[str, Any]) -> Timeouts:
    if any(not isinstance(seconds, (int, float)) for seconds in fields.values()):
        raise RowError("the field 'customTimeouts' holds something else than seconds")
    known = ("create", "update", "delete", "read")
    return Timeouts(**{name: fields[name] for name in known if name in fields})


def _properties(
    fields: Mapping[str, Any], name: str, secrets: SecretsManager, urn: str
) -> Properties:
    try:
        return {
            key: decode_value(value, secrets, f"{urn}/{name}/{key}")
            for key, value in _object(fields, name).items()
        }
    except UnsupportedValueError as problem:
        raise RowError(f"the field '{name}' cannot be used: {problem}") from None


def decode_value(value: Json, secrets: SecretsManager, scope: str) -> Value:
    """A value that a state holds; `scope` names its place.

    Raises:
        UnsupportedValueError: It is an asset, an archive, or of an unknown kind.
        secrets.SecretsError: A secret cannot be decrypted.
    """
    if isinstance(value, str):
        return UNKNOWN if value == UNKNOWN_TEXT else value
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET:
            return _read_secret(value, secrets, scope)
        fields = {key: decode_value(item, secrets, f"{scope}/{key}") for key, item in value.items()}
        return special(fields) if SIGNATURE in fields else fields
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return [decode_value(item, secrets, f"{scope}/{index}") for index, item in enumerate(value)]


def _read_secret(fields: Mapping[str, Json], secrets: SecretsManager, scope: str) -> Secret:
    """A secret, whose ciphertext is kept for the next time it is written."""
    if "ciphertext" not in fields:
        # An export with secrets shown, which the real CLI can make and import, has the JSON text.
        return Secret(decode_value(numbers.loads(str(fields.get("plaintext"))), secrets, scope))
    ciphertext = str(fields["ciphertext"])
    value = numbers.loads(secrets.decrypt(ciphertext))
    secrets.keep(numbers.dumps(value), ciphertext, scope)
    return Secret(decode_value(value, secrets, scope))
