"""A stack's stored state, for whoever looks at it or moves it without a run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from rehearsal.engine import checkpoint, integrity, urns
from rehearsal.engine.backend import Backend, StackFiles
from rehearsal.engine.project import load_project
from rehearsal.engine.secrets import SecretsManager

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.engine.state import Snapshot
    from rehearsal.engine.values import Properties

STACK_TYPE = "pulumi:pulumi:Stack"


class NoStateError(Exception):
    """The stack has never been deployed, or its state was removed."""

    def __init__(self, stack: str) -> None:
        super().__init__(f"stack '{stack}' has no state")
        self.stack = stack


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
            StateError: it cannot be read.
            SecretsError: the passphrase is another one's.
        """
        return self._parsed(self._text(), str(self.files.state))

    def outputs(self) -> Properties:
        """The stack's outputs, secrets as `Secret`; empty without a Stack row. Raises as above."""
        for row in self.snapshot().resources:
            if row.type == STACK_TYPE:
                return row.outputs
        return {}

    def exported(self) -> str:
        """The state as `pulumi stack export` prints it; secrets stay ciphertext.

        Raises:
            NoStateError: there is no state.
        """
        text = self._text()
        checkpoint.salt_of(text, str(self.files.state))
        stored: dict[str, Any] = json.loads(text)
        deployment = stored["checkpoint"]["latest"]
        return json.dumps({"version": stored["version"], "deployment": deployment}, indent=4)

    def take_over(self, text: str) -> None:
        """Make an exported state this stack's own.

        Raises:
            StateError: the text is no exported state, one that this engine cannot read, or
                another stack's.
            IntegrityError: a row refers to one that is not there before it.
            SecretsError: its secrets were encrypted with another passphrase.
            LockedError: somebody works on the stack.
        """
        try:
            given: Any = json.loads(text)
        except ValueError as problem:
            message = f"the given state is no JSON: {problem}"
            raise checkpoint.StateError(message) from None
        if not isinstance(given, dict) or "deployment" not in given:
            message = "the given text is no exported state: it has no 'deployment'"
            raise checkpoint.StateError(message)
        exported = cast("dict[str, Any]", given)
        stored = {
            "version": exported.get("version"),
            "checkpoint": {"stack": self.files.name.qualified, "latest": exported["deployment"]},
        }
        rendered = json.dumps(stored)
        snapshot = self._parsed(rendered, "the given state")
        integrity.verify(snapshot)
        self._check_owner(snapshot)
        with self.files.lock():
            self.files.save(rendered, durable=True)

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

    def _parsed(self, text: str, where: str) -> Snapshot:
        salt = checkpoint.salt_of(text, where)
        secrets = (
            SecretsManager.open(self.passphrase, salt)
            if salt
            else SecretsManager.create(self.passphrase)
        )
        return checkpoint.parse(text, secrets, where)

    def _text(self) -> str:
        text = self.files.load()
        if text is None:
            raise NoStateError(self.files.name.stack)
        return text
