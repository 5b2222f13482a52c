"""Opens what a run needs: project, stack file, configuration, secrets, state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from rehearsal.engine import recovery
from rehearsal.engine.backend import Backend
from rehearsal.engine.configuration import configure
from rehearsal.engine.project import ProjectError, load_project, load_stack_file
from rehearsal.engine.secrets import SecretsManager, WrongPassphraseError
from rehearsal.engine.state import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.engine.backend import StackFiles
    from rehearsal.engine.configuration import Configuration
    from rehearsal.engine.outcome import Run
    from rehearsal.engine.project import Project, StackFile


@dataclass(frozen=True)
class Opened:
    """What a run works on."""

    project: Project
    configuration: Configuration
    secrets: SecretsManager
    files: StackFiles


def open_stack(request: Run) -> Opened:
    """Open the project and the stack of a run.

    Raises:
        ProjectError: Pulumi.yaml or the stack file is absent or wrong.
        SecretsError: The passphrase is wrong.
        BackendError: The backend cannot be used.
        StateError: The state cannot be read.
    """
    project = load_project(request.project_dir)
    path = request.config_file or stack_file_of(project, request.stack)
    stack_file = load_stack_file(project, path)
    files = Backend(request.backend).files(project.name, request.stack)
    text = recovery.text_of(files)
    salt = recovery.salt_of(files, text) if text is not None else ""
    config_secrets = _config_secrets(request, stack_file, salt)
    secrets = config_secrets
    if salt and salt != config_secrets.salt:
        secrets = SecretsManager.open(request.passphrase, salt)
    return Opened(
        project=project,
        configuration=configure(project, stack_file, request.stack, config_secrets),
        secrets=secrets,
        files=files,
    )


def _config_secrets(request: Run, stack_file: StackFile, state_salt: str) -> SecretsManager:
    """What decrypts the stack file: by its own salt, else the state's, else a new one.

    Raises:
        WrongPassphraseError: The passphrase is another one, and there is something to decrypt.
        SecretsError: A salt is malformed.
    """
    passphrase = request.passphrase
    if stack_file.salt:
        try:
            return SecretsManager.open(passphrase, stack_file.salt)
        except WrongPassphraseError as error:
            secure = [key for key, value in stack_file.config.items() if _holds_secure(value)]
            if secure:
                raise WrongPassphraseError(_unreadable(error, stack_file, secure)) from None
            if not request.ignores_idle_salt:
                raise
    if state_salt:
        return SecretsManager.open(passphrase, state_salt)
    return SecretsManager.create(passphrase)


def _unreadable(error: WrongPassphraseError, stack_file: StackFile, secure: list[str]) -> str:
    return (
        f"{error}; {stack_file.path} has values that were encrypted with it: {', '.join(secure)}."
        " A state that was made with another passphrase takes another backend (for a rehearsal:"
        " an empty REHEARSAL_HOME)"
    )


def _holds_secure(value: Any) -> bool:
    if isinstance(value, Mapping):
        fields = cast("Mapping[str, Any]", value)
        return "secure" in fields or any(map(_holds_secure, fields.values()))
    return isinstance(value, list) and any(map(_holds_secure, cast("list[Any]", value)))


def read_state(opened: Opened) -> Snapshot:
    """The stack's state; an empty one for a new stack.

    Raises:
        DamagedStateError: It cannot be used.
        StateError: It has features that this engine lacks.
    """
    text = recovery.text_of(opened.files)
    if text is None:
        return Snapshot()
    return recovery.snapshot_of(opened.files, text, opened.secrets)


def stack_file_of(project: Project, stack: str) -> Path:
    """The file of a stack.

    Raises:
        ProjectError: There is none: the stack is a misspelled one, or a new one.
    """
    path = project.stack_file(stack)
    if path.exists():
        return path
    prefix, suffix = "Pulumi.", ".yaml"
    known = sorted(
        found.name.removeprefix(prefix).removesuffix(suffix)
        for found in path.parent.glob(f"{prefix}*{suffix}")
    )
    there = f"the stacks with a file are: {', '.join(known)}" if known else "there is none yet"
    raise ProjectError(f"{path}: there is no file for the stack '{stack}'; {there}")
