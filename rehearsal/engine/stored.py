"""A stack's stored state, for whoever looks at it or moves it without a run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from rehearsal.engine import checkpoint, recovery, urns
from rehearsal.engine.backend import Backend, BackendError, StackFiles
from rehearsal.engine.project import load_project
from rehearsal.engine.secrets import SecretsError, SecretsManager
from rehearsal.engine.values import SECRET, SIGNATURE

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.engine.numbers import Json
    from rehearsal.engine.state import Snapshot
    from rehearsal.engine.values import Properties


class NoStateError(Exception):
    """The stack has never been deployed, or its state was removed."""

    def __init__(self, stack: str) -> None:
        super().__init__(f"stack '{stack}' has no state")
        self.stack = stack


class UnknownStackError(Exception):
    """A stack reference to a stack that is not there, or that cannot be read."""


@dataclass(frozen=True)
class StackSummary:
    """What can be told of a stack without its passphrase.

    `resource_count` and `last_update` (RFC 3339) are None for a state that cannot be read.
    """

    name: str
    resource_count: int | None
    last_update: str | None
    update_in_progress: bool

    @classmethod
    def of(cls, files: StackFiles) -> StackSummary:
        """The summary of a stack that has a state."""
        count, time = None, None
        with suppress(BackendError, ValueError, TypeError, KeyError):
            latest = json.loads(files.load() or b"")["checkpoint"]["latest"]
            count, time = len(latest.get("resources") or []), str(latest["manifest"]["time"])
        return cls(files.name.qualified, count, time, files.is_locked())


@dataclass(frozen=True)
class StoredStack:
    """The state of one stack of a project in a file backend."""

    files: StackFiles
    passphrase: str

    @classmethod
    def of(cls, project_dir: Path, backend: Path, stack: str, passphrase: str) -> StoredStack:
        """The stack's state, which need not exist.

        Raises:
            ProjectError: Pulumi.yaml cannot be used.
            BackendError: the name is no stack's, or the backend is of another version.
        """
        project = load_project(project_dir)
        return cls(Backend(backend).files(project.name, stack), passphrase)

    def snapshot(self) -> Snapshot:
        """The rows, secrets decrypted.

        Raises:
            NoStateError: there is no state.
            DamagedStateError: it cannot be used.
            StateError: it has features that this engine lacks.
            SecretsError: the passphrase is another one's.
        """
        text = self._text()
        secrets = self._secrets(recovery.salt_of(self.files, text))
        return recovery.snapshot_of(self.files, text, secrets)

    def outputs(self) -> Properties:
        """The stack's outputs, secrets as `Secret`; empty without a Stack row. Raises as above."""
        for row in self.snapshot().resources:
            if row.type == urns.STACK_TYPE and not row.delete:
                return row.outputs
        return {}

    def exported(self, *, show_secrets: bool = False) -> str:
        """The state as `pulumi stack export` prints it; secrets are ciphertext unless shown.

        Raises as `snapshot`, but the passphrase is only needed to show secrets.
        """
        text = self._text()
        salt = recovery.salt_of(self.files, text)
        stored: dict[str, Any] = json.loads(text)
        deployment: Json = stored["checkpoint"]["latest"]
        if show_secrets:
            deployment = _shown(deployment, self._secrets(salt))
        return json.dumps({"version": stored["version"], "deployment": deployment}, indent=4)

    def take_over(self, text: str) -> None:
        """Make a state this stack's own: an exported one, or the copy that a backup is.

        Secrets that an export shows are encrypted. A damaged state that is replaced is kept with
        the ending `.damaged`.

        Raises:
            StateError: the text is no state, one that this engine cannot read, or another stack's.
            SecretsError: its secrets were encrypted with another passphrase.
            LockedError: somebody works on the stack.
            BackendError: the state cannot be written.
        """
        where = "the given state"
        given = _as_checkpoint(text)
        secrets = self._secrets(checkpoint.salt_of(given, where))
        snapshot = checkpoint.parse_sound(given, secrets, where)
        self._check_owner(snapshot)
        with self.files.lock():
            if self._is_damaged():
                self.files.set_aside()
            rendered = checkpoint.render(snapshot, self.files.name.qualified, secrets)
            self.files.save((rendered,), durable=True)

    def _is_damaged(self) -> bool:
        try:
            self.snapshot()
        except recovery.DamagedStateError:
            return True
        except (NoStateError, BackendError, checkpoint.StateError, SecretsError):
            return False
        return False

    def _check_owner(self, snapshot: Snapshot) -> None:
        """Refuse rows of another stack: the next run would take all of them for superfluous."""
        own = (self.files.name.project, self.files.name.stack)
        entries = (entry.resource for entry in snapshot.pending)
        for row in (*snapshot.resources, *entries):
            given = (urns.project_of(row.urn), urns.stack_of(row.urn))
            if given != own:
                raise checkpoint.StateError(
                    f"the given state is of the stack '{'/'.join(given)}', not of"
                    f" '{'/'.join(own)}': it has {row.urn}; name its own stack with -s"
                )

    def _secrets(self, salt: str) -> SecretsManager:
        if not salt:
            return SecretsManager.create(self.passphrase)
        return SecretsManager.open(self.passphrase, salt)

    def _text(self) -> str:
        text = recovery.text_of(self.files)
        if text is None:
            raise NoStateError(self.files.name.stack)
        return text


def _as_checkpoint(text: str) -> str:
    """An exported state as the checkpoint that holds it; a checkpoint as it is."""
    try:
        given: Any = json.loads(text)
    except ValueError as problem:
        message = f"the given state is no JSON: {problem}"
        raise checkpoint.StateError(message) from None
    fields = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
    if "checkpoint" in fields:
        return text
    if "deployment" not in fields:
        message = "the given text is no state: it has neither 'deployment' nor 'checkpoint'"
        raise checkpoint.StateError(message)
    latest = {"latest": fields["deployment"]}
    return json.dumps({"version": fields.get("version"), "checkpoint": latest})


def _shown(value: Json, secrets: SecretsManager) -> Json:
    """The value with its secrets' JSON texts, as the real CLI shows and imports them."""
    if isinstance(value, Mapping):
        ciphertext = value.get("ciphertext")
        if value.get(SIGNATURE) == SECRET and isinstance(ciphertext, str):
            return {SIGNATURE: SECRET, "plaintext": secrets.decrypt(ciphertext)}
        return {name: _shown(item, secrets) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shown(item, secrets) for item in value]
    return value


def outputs_by_name(backend: Path, project: str, name: str, passphrase: str) -> Properties:
    """The outputs of a stack, as a stack reference names it.

    Args:
        backend: The root of the file backend.
        project: The project of who asks.
        name: `organization/PROJECT/STACK`, or the name of a stack of the same project.
        passphrase: What the stack's secrets are encrypted with.

    Raises:
        UnknownStackError: There is no such stack, or it cannot be read.
    """
    owner, _, stack = name.removeprefix("organization/").rpartition("/")
    try:
        return StoredStack(Backend(backend).files(owner or project, stack), passphrase).outputs()
    except NoStateError:
        raise UnknownStackError(f'unknown stack "{name}"') from None
    except (BackendError, checkpoint.StateError, SecretsError) as error:
        raise UnknownStackError(f'the stack "{name}" cannot be read: {error}') from None
