"""Opens what a run needs: project, stack file, configuration, secrets, state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rehearsal.engine import recovery
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
    path = request.config_file or stack_file_of(project, request.stack)
    stack_file = load_stack_file(project, path)
    files = Backend(request.backend).files(project.name, request.stack)
    text = recovery.text_of(files)
    salt = recovery.salt_of(files, text) if text is not None else ""
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
