"""Opens what a run needs: project, stack file, configuration, secrets, state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rehearsal.engine import checkpoint, integrity
from rehearsal.engine.backend import Backend
from rehearsal.engine.configuration import configure
from rehearsal.engine.project import ProjectError, load_project, load_stack_file
from rehearsal.engine.secrets import SecretsManager
from rehearsal.engine.state import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.engine.backend import StackFiles
    from rehearsal.engine.configuration import Configuration
    from rehearsal.engine.outcome import Run
    from rehearsal.engine.project import Project


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
    path = request.config_file or project.stack_file(request.stack)
    if not path.exists():
        raise ProjectError(_missing(path, request.stack))
    stack_file = load_stack_file(project, path)
    files = Backend(request.backend).files(project.name, request.stack)
    text = files.load()
    salt = checkpoint.salt_of(text, str(files.state)) if text is not None else ""
    config_salt = stack_file.salt or salt
    passphrase = request.passphrase
    if config_salt:
        config_secrets = SecretsManager.open(passphrase, config_salt)
    else:
        config_secrets = SecretsManager.create(passphrase)
    secrets = config_secrets
    if salt and salt != config_salt:
        secrets = SecretsManager.open(passphrase, salt)
    return Opened(
        project=project,
        configuration=configure(project, stack_file, request.stack, config_secrets),
        secrets=secrets,
        files=files,
    )


def read_state(opened: Opened, *, verified: bool) -> Snapshot:
    """The stack's state; an empty one for a new stack.

    Args:
        opened: The stack.
        verified: Refuse a state that breaks its rules.

    Raises:
        DamagedStateError: It cannot be used.
        StateError: It has features that this engine lacks.
    """
    text = opened.files.load()
    if text is None:
        return Snapshot()
    snapshot = checkpoint.parse(text, opened.secrets, str(opened.files.state))
    if verified:
        try:
            integrity.verify(snapshot)
        except integrity.IntegrityError as error:
            raise opened.files.damaged(str(error)) from error
    return snapshot


def _missing(path: Path, stack: str) -> str:
    prefix, suffix = "Pulumi.", ".yaml"
    known = sorted(
        found.name.removeprefix(prefix).removesuffix(suffix)
        for found in path.parent.glob(f"{prefix}*{suffix}")
    )
    there = f"the stacks with a file are: {', '.join(known)}" if known else "there is none yet"
    return f"{path}: there is no file for the stack '{stack}'; {there}"
