"""The stored state of a stack, with its refusals as problems for a person."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rehearsal.cli.problem import Problem
from rehearsal.cli.workplace import passphrase
from rehearsal.engine.backend import BackendError
from rehearsal.engine.checkpoint import StateError
from rehearsal.engine.integrity import IntegrityError
from rehearsal.engine.outcome import shown
from rehearsal.engine.project import ProjectError
from rehearsal.engine.secrets import SecretsError
from rehearsal.engine.stored import NoStateError, StoredStack

if TYPE_CHECKING:
    from collections.abc import Generator

    from rehearsal.home import Home


@contextmanager
def refusals() -> Generator[None]:
    """Turn what the engine says about a state into a problem."""
    try:
        yield
    except NoStateError as error:
        message = f"{error}; deploy it with: python -m rehearsal up -s {error.stack}"
        raise Problem(message) from None
    except (ProjectError, SecretsError) as error:
        raise Problem(str(error), 2) from None
    except (BackendError, StateError, IntegrityError) as error:
        raise Problem(str(error)) from None


def stored_stack(home: Home, stack: str) -> StoredStack:
    """The stored state of a stack of the project in the working directory.

    Raises:
        Problem: the project or the stack's name cannot be used.
    """
    home.create()
    with refusals():
        return StoredStack.of(Path.cwd(), home.backend, stack, passphrase(home))


def deployed_outputs(home: Home, stack: str) -> dict[str, Any]:
    """The outputs of a deployed stack, secrets as `Secret`.

    Raises:
        Problem: it has no state, or the state cannot be read.
    """
    with refusals():
        outputs = stored_stack(home, stack).outputs()
    return {name: shown(value) for name, value in outputs.items()}
