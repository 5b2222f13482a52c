"""The checkpoint: the file that holds a stack's state.

Version 3 of pulumi/pulumi `sdk/go/common/apitype/core.go` (CheckpointV3, DeploymentV3), which the
real CLI reads and writes; version 4 is for features that this engine lacks, and is refused.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, cast, get_args

from rehearsal.engine import integrity, numbers, rows
from rehearsal.engine.secrets import SecretsError, SecretsManager
from rehearsal.engine.state import PendingKind, PendingOperation, Resource, Snapshot, now

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


_VERSION = 3
_ENGINE_VERSION = "v3.260.0"
"""The CLI release whose format is written; the real one only compares it with `magic`."""


class StateError(Exception):
    """A state that cannot be used; the message says where, and what is wrong with it."""


class MalformedStateError(StateError):
    """Nobody writes such a state: the file was damaged, or changed by hand."""


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
        MalformedStateError: It is no checkpoint.
        StateError: It has features that this engine lacks.
    """
    latest = _latest(text, where)
    _check_magic(_object(latest, "manifest", where), where)
    resources = _list(latest, "resources", where)
    pending = _list(latest, "pending_operations", where)
    return Snapshot(
        resources=tuple(_row(row, secrets, where) for row in resources),
        pending=tuple(_pending(entry, secrets, where) for entry in pending),
    )


def parse_sound(text: str, secrets: SecretsManager, where: str) -> Snapshot:
    """The snapshot of a checkpoint that keeps the rules of `integrity`.

    Raises:
        MalformedStateError: It is no checkpoint, or breaks a rule.
        StateError: It has features that this engine lacks.
    """
    snapshot = parse(text, secrets, where)
    try:
        integrity.verify(snapshot)
    except integrity.IntegrityError as problem:
        raise MalformedStateError(f"{where}: {problem}") from None
    return snapshot


def is_sound(text: str) -> bool:
    """Whether `parse_sound` takes the text, as far as can be told without the passphrase."""
    try:
        latest = _latest(text, "")
        for name in ("resources", "pending_operations"):
            latest[name] = [_shell(entry) for entry in _list(latest, name, "")]
        bare = {"version": _VERSION, "checkpoint": {"latest": latest}}
        parse_sound(numbers.dumps(bare), SecretsManager("", bytes(32)), "")
    except StateError:
        return False
    return True


def _shell(entry: Any) -> Any:
    """A row or a pending operation without what may hold secrets."""
    if not isinstance(entry, dict):
        return entry
    fields = cast("dict[str, Any]", entry)
    return {name: _shell(fields[name]) for name in fields.keys() - {"inputs", "outputs"}}


def _latest(text: str, where: str) -> dict[str, Any]:
    try:
        file: Any = numbers.loads(text)
    except ValueError as problem:
        raise MalformedStateError(f"{where}: it is no JSON: {problem}") from None
    if not isinstance(file, dict) or "version" not in file:
        raise MalformedStateError(f"{where}: it is no checkpoint")
    version: Any = cast("dict[str, Any]", file)["version"]
    if version != _VERSION:
        raise StateError(
            f"{where}: it is a checkpoint of version {version}; this engine reads version"
            f" {_VERSION} (4 is written for hooks, views and the like, which it lacks)"
        )
    if "checkpoint" not in file:
        raise MalformedStateError(f"{where}: it is no checkpoint")
    checkpoint = _object(cast("dict[str, Any]", file), "checkpoint", where)
    return _object(checkpoint, "latest", where)


def _object(fields: Mapping[str, Any], name: str, where: str) -> dict[str, Any]:
    value: Any = fields.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedStateError(f"{where}: '{name}' is no object")
    return cast("dict[str, Any]", value)


def _list(fields: Mapping[str, Any], name: str, where: str) -> list[Any]:
    value: Any = fields.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise MalformedStateError(f"{where}: '{name}' is no list")
    return cast("list[Any]", value)


def _check_magic(manifest: Mapping[str, Any], where: str) -> None:
    if manifest and manifest.get("magic") != _magic(str(manifest.get("version", ""))):
        raise MalformedStateError(
            f"{where}: its manifest was changed: the magic cookie does not match"
        )


def _magic(version: str) -> str:
    return hashlib.sha256(version.encode()).hexdigest()


def _row(fields: Any, secrets: SecretsManager, where: str) -> Resource:
    if not isinstance(fields, dict):
        raise MalformedStateError(f"{where}: a resource is no object")
    row = cast("dict[str, Any]", fields)
    try:
        return rows.decode(row, secrets)
    except rows.UnknownFieldError as problem:
        raise StateError(f"{where}: {row.get('urn', 'a resource')}: {problem}") from None
    except (rows.RowError, SecretsError) as problem:
        message = f"{where}: {row.get('urn', 'a resource')}: {problem}"
        raise MalformedStateError(message) from None


def _pending(entry: Any, secrets: SecretsManager, where: str) -> PendingOperation:
    fields = cast("dict[str, Any]", entry) if isinstance(entry, dict) else {}
    kind: Any = fields.get("type")
    if kind not in get_args(PendingKind):
        raise MalformedStateError(f"{where}: a pending operation is of the unknown type '{kind}'")
    return PendingOperation(_row(fields.get("resource"), secrets, where), kind)


def render(snapshot: Snapshot, stack: str, secrets: SecretsManager) -> bytes:
    """The checkpoint's text; `stack` is `organization/PROJECT/STACK`."""
    resources = [encode_row(row, secrets) for row in snapshot.resources]
    pending = [encode_pending(entry, secrets) for entry in snapshot.pending]
    return b"".join(pieces(stack, secrets.salt, resources, pending))


def pieces(
    stack: str, salt: str, resources: Iterable[bytes], pending: Iterable[bytes]
) -> Iterator[bytes]:
    """The checkpoint's text in pieces.

    Args:
        stack: `organization/PROJECT/STACK`.
        salt: The `encryptionsalt` of the secrets manager.
        resources: What `encode_row` made, of one row or of several with commas between them.
        pending: What `encode_pending` made.
    """
    yield (
        f'{{"version":{_VERSION},"checkpoint":{{"stack":{numbers.quote(stack)},"latest":{{'
        f'"manifest":{numbers.dumps(_manifest())},'
        f'"secrets_providers":{numbers.dumps(_provider(salt))}'
    ).encode()
    yield from _listed(b"resources", resources)
    yield from _listed(b"pending_operations", pending)
    yield b',"metadata":{}}}}'


def _listed(name: bytes, texts: Iterable[bytes]) -> Iterator[bytes]:
    """A field with a list, left out if that is empty."""
    between = b',"' + name + b'":['
    for text in texts:
        yield between
        yield text
        between = b","
    if between == b",":
        yield b"]"


def encode_row(resource: Resource, secrets: SecretsManager) -> bytes:
    """A row as the JSON text of a checkpoint."""
    return numbers.dumps(rows.encode(resource, secrets)).encode()


def encode_pending(entry: PendingOperation, secrets: SecretsManager) -> bytes:
    """A pending operation as the JSON text of a checkpoint."""
    resource = encode_row(entry.resource, secrets)
    return b'{"resource":%b,"type":"%b"}' % (resource, entry.type.encode())


def _manifest() -> dict[str, str]:
    return {"time": now(), "magic": _magic(_ENGINE_VERSION), "version": _ENGINE_VERSION}


def _provider(salt: str) -> dict[str, Any]:
    return {"type": "passphrase", "state": {"salt": salt}}
