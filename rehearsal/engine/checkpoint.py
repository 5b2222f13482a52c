"""The checkpoint: the file that holds a stack's state.

Version 3 of pulumi/pulumi `sdk/go/common/apitype/core.go` (CheckpointV3, DeploymentV3), which the
real CLI reads and writes; version 4 is for features that this engine lacks, and is refused.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, cast, get_args

from rehearsal.engine import numbers, rows
from rehearsal.engine.secrets import SecretsError
from rehearsal.engine.state import PendingKind, PendingOperation, Resource, Snapshot, now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rehearsal.engine.secrets import SecretsManager

_VERSION = 3
_ENGINE_VERSION = "v3.260.0"
"""The CLI release whose format is written; the real one only compares it with `magic`."""


class StateError(Exception):
    """A state that cannot be read; the message says where, and what is wrong with it."""


def salt_of(text: str, where: str) -> str:
    """The `encryptionsalt` of a checkpoint's secrets manager, "" if it names none.

    Raises:
        StateError: It is no checkpoint, or another secrets manager than a passphrase made it.
    """
    provider = _object(_latest(text, where), "secrets_providers", where)
    if not provider:
        return ""
    if provider.get("type") != "passphrase":
        raise StateError(
            f"{where}: its secrets manager is '{provider.get('type')}'; this engine has"
            " 'passphrase' only, `pulumi stack change-secrets-provider passphrase` changes it"
        )
    return str(_object(provider, "state", where).get("salt", ""))


def parse(text: str, secrets: SecretsManager, where: str) -> Snapshot:
    """The snapshot of a checkpoint's text; `where` names the file in messages.

    Raises:
        StateError: It is no checkpoint, or one with features that this engine lacks.
    """
    latest = _latest(text, where)
    _check_magic(_object(latest, "manifest", where), where)
    resources = _list(latest, "resources", where)
    pending = _list(latest, "pending_operations", where)
    return Snapshot(
        resources=tuple(_row(row, secrets, where) for row in resources),
        pending=tuple(_pending(entry, secrets, where) for entry in pending),
    )


def _latest(text: str, where: str) -> dict[str, Any]:
    try:
        file: Any = numbers.loads(text)
    except ValueError as problem:
        raise StateError(f"{where}: it is no JSON: {problem}") from None
    if not isinstance(file, dict):
        raise StateError(f"{where}: it is no checkpoint, but {type(file).__name__}")
    version: Any = cast("dict[str, Any]", file).get("version")
    if version != _VERSION:
        raise StateError(
            f"{where}: it is a checkpoint of version {version}; this engine reads version"
            f" {_VERSION} (4 is written for hooks, views and the like, which it lacks)"
        )
    checkpoint = _object(cast("dict[str, Any]", file), "checkpoint", where)
    return _object(checkpoint, "latest", where)


def _object(fields: Mapping[str, Any], name: str, where: str) -> dict[str, Any]:
    value: Any = fields.get(name) or {}
    if not isinstance(value, dict):
        raise StateError(f"{where}: '{name}' is no object")
    return cast("dict[str, Any]", value)


def _list(fields: Mapping[str, Any], name: str, where: str) -> list[Any]:
    value: Any = fields.get(name) or []
    if not isinstance(value, list):
        raise StateError(f"{where}: '{name}' is no list")
    return cast("list[Any]", value)


def _check_magic(manifest: Mapping[str, Any], where: str) -> None:
    if manifest and manifest.get("magic") != _magic(str(manifest.get("version", ""))):
        raise StateError(f"{where}: its manifest was changed: the magic cookie does not match")


def _magic(version: str) -> str:
    return hashlib.sha256(version.encode()).hexdigest()


def _row(fields: Any, secrets: SecretsManager, where: str) -> Resource:
    if not isinstance(fields, dict):
        raise StateError(f"{where}: a resource is no object")
    row = cast("dict[str, Any]", fields)
    try:
        return rows.decode(row, secrets)
    except (rows.RowError, SecretsError) as problem:
        raise StateError(f"{where}: {row.get('urn', 'a resource')}: {problem}") from None


def _pending(entry: Any, secrets: SecretsManager, where: str) -> PendingOperation:
    fields = cast("dict[str, Any]", entry) if isinstance(entry, dict) else {}
    kind: Any = fields.get("type")
    if kind not in get_args(PendingKind):
        raise StateError(f"{where}: a pending operation is of the unknown type '{kind}'")
    return PendingOperation(_row(fields.get("resource"), secrets, where), kind)


def render(
    snapshot: Snapshot,
    stack: str,
    salt: str,
    encode: Callable[[Resource], str],
) -> str:
    """The checkpoint's text.

    Args:
        snapshot: What to write.
        stack: `organization/PROJECT/STACK`.
        salt: The `encryptionsalt` of the secrets manager.
        encode: Makes the JSON text of a row; `encode_row`, or a cache before it.
    """
    pieces = [
        f'{{"version":{_VERSION},"checkpoint":{{"stack":{numbers.quote(stack)},"latest":{{',
        f'"manifest":{numbers.dumps(_manifest())},',
        f'"secrets_providers":{numbers.dumps(_provider(salt))}',
    ]
    if snapshot.resources:
        pieces.extend((',"resources":[', ",".join(map(encode, snapshot.resources)), "]"))
    if snapshot.pending:
        operations = (
            f'{{"resource":{encode(entry.resource)},"type":{numbers.quote(entry.type)}}}'
            for entry in snapshot.pending
        )
        pieces.extend((',"pending_operations":[', ",".join(operations), "]"))
    pieces.append(',"metadata":{}}}}')
    return "".join(pieces)


def encode_row(resource: Resource, secrets: SecretsManager) -> str:
    """A row as the JSON text of a checkpoint."""
    return numbers.dumps(rows.encode(resource, secrets))


def _manifest() -> dict[str, str]:
    return {"time": now(), "magic": _magic(_ENGINE_VERSION), "version": _ENGINE_VERSION}


def _provider(salt: str) -> dict[str, Any]:
    return {"type": "passphrase", "state": {"salt": salt}}
