"""A stack's state, read for use; one that was damaged is refused with the way back."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rehearsal.engine import checkpoint
from rehearsal.engine.backend import BackendError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from rehearsal.engine.backend import StackFiles
    from rehearsal.engine.secrets import SecretsManager
    from rehearsal.engine.state import Snapshot


class DamagedStateError(BackendError):
    """The state file cannot be used; the message names the copy to go back to, and how."""


def text_of(files: StackFiles) -> str | None:
    """The text of the stack's state, or None if the stack is new.

    Raises:
        DamagedStateError: It is no text.
        BackendError: It is compressed, or cannot be opened.
    """
    content = files.load()
    with _told_the_way_back(files):
        return None if content is None else _decoded(content, str(files.state))


def salt_of(files: StackFiles, text: str) -> str:
    """The salt that the stack's state was encrypted with, "" if it names none.

    Raises:
        DamagedStateError: It is no state.
        StateError: It has features that this engine lacks.
    """
    with _told_the_way_back(files):
        return checkpoint.salt_of(text, str(files.state))


def snapshot_of(files: StackFiles, text: str, secrets: SecretsManager) -> Snapshot:
    """What the stack's state holds. Raises as `salt_of`."""
    with _told_the_way_back(files):
        return checkpoint.parse_sound(text, secrets, str(files.state))


@contextmanager
def _told_the_way_back(files: StackFiles) -> Generator[None]:
    try:
        yield
    except checkpoint.MalformedStateError as problem:
        raise DamagedStateError(f"{problem}\n{_way_back(files)}") from None


def _way_back(files: StackFiles) -> str:
    stack = shlex.quote(files.name.stack)
    take = f"python -m rehearsal stack import -s {stack}"
    good = next((path for path in files.copies() if _is_sound(path)), None)
    if good is None:
        return f"there is no good copy of an earlier state; take in an exported one with: {take}"
    return (
        "the state is left as it is; go back to the last good one, and then to what is there, with:"
        f"\n  {take} {shlex.quote(str(good))}\n  python -m rehearsal refresh -s {stack}"
    )


def _decoded(content: bytes, where: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as problem:
        message = f"{where}: it is no UTF-8 text: {problem.reason} at byte {problem.start}"
        raise checkpoint.MalformedStateError(message) from None


def _is_sound(path: Path) -> bool:
    try:
        return checkpoint.is_sound(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return False
