"""The file backend: where states, locks, histories and backups of stacks lie.

The layout is that of the real CLI's `file://` backend (pulumi/pulumi, `pkg/backend/diy`), so both
work on the same state: `.pulumi/meta.yaml`, `stacks/PROJECT/STACK.json` with a `.bak`, `locks/`,
`history/`, `backups/`.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from rehearsal.engine import locks
from rehearsal.engine.filesystem import replace_pieces, replace_text

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping
    from pathlib import Path

_VERSION = 1
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_COMPRESSED = (".gz", ".zst")


class BackendError(Exception):
    """The backend cannot be used; the message says why and what to do."""


class LockedError(BackendError):
    """Somebody else works on the stack."""


@dataclass(frozen=True)
class StackName:
    """Project and name of a stack in a backend."""

    project: str
    stack: str

    @property
    def qualified(self) -> str:
        """`organization/PROJECT/STACK`, as states and the real CLI name it."""
        return f"organization/{self.project}/{self.stack}"


class Backend:
    """A file backend below `root`; made when the first stack is."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def stacks(self) -> list[StackName]:
        """The stacks it holds, by project and name.

        Raises:
            BackendError: It is a backend of a version that this engine does not know.
        """
        self._check_version()
        return [
            StackName(file.parent.name, file.stem)
            for file in sorted((self.root / ".pulumi" / "stacks").glob("*/*.json"))
        ]

    def files(self, project: str, stack: str) -> StackFiles:
        """The files of a stack, which need not exist yet.

        Raises:
            BackendError: A name cannot be a stack's, or the backend's version is unknown.
        """
        for kind, name in (("project", project), ("stack", stack)):
            if not _NAME.fullmatch(name):
                raise BackendError(
                    f"{name!r} is no {kind} name: it has 1 to 100 of letters, digits, '_', '-', '.'"
                )
        self._check_version()
        return StackFiles(self.root, StackName(project, stack))

    def _check_version(self) -> None:
        meta = self.root / ".pulumi" / "meta.yaml"
        version: Any = _VERSION
        if meta.exists():
            try:
                version = yaml.safe_load(meta.read_text(encoding="utf-8"))["version"]
            except (yaml.YAMLError, TypeError, KeyError):
                version = "unreadable"
        elif any((self.root / ".pulumi" / "stacks").glob("*.json")):
            version = 0
        if version != _VERSION:
            raise BackendError(
                f"{meta}: the backend's version is {version}; this engine knows {_VERSION}"
                " (`pulumi state upgrade` brings older ones to it)"
            )


class StackFiles:
    """The files of one stack; a `journal.Sink`."""

    def __init__(self, root: Path, name: StackName) -> None:
        self._base = root / ".pulumi"
        self.name = name
        self._prepared = False

    @property
    def state(self) -> Path:
        """The state file."""
        return self._base / "stacks" / self.name.project / f"{self.name.stack}.json"

    @property
    def copy(self) -> Path:
        """The copy of the state from before the last run that changed it."""
        return self.state.with_name(f"{self.state.name}.bak")

    @property
    def _backups(self) -> Path:
        return self._base / "backups" / self.name.project / self.name.stack

    @property
    def _locks(self) -> Path:
        return self._base / "locks" / self.name.qualified

    def is_locked(self) -> bool:
        """Whether somebody works on the stack."""
        return locks.is_held(self._locks)

    def copies(self) -> list[Path]:
        """The copies of earlier states, the latest first; some may be damaged."""
        found = (path for path in (self.copy, *self._backups.glob("*.json")) if path.is_file())
        return sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True)

    def load(self) -> bytes | None:
        """What the state file holds, or None if the stack is new.

        Raises:
            BackendError: The state is compressed, or the file cannot be opened.
        """
        for suffix in _COMPRESSED:
            if self.state.with_name(self.state.name + suffix).exists():
                raise BackendError(
                    f"{self.state}{suffix}: this engine reads no compressed states; unset"
                    " PULUMI_SELF_MANAGED_STATE_GZIP and run `pulumi stack export | pulumi stack"
                    " import` once"
                )
        with _told(f"{self.state}: the state cannot be read"):
            return self.state.read_bytes() if self.state.exists() else None

    def set_aside(self) -> Path:
        """Move a damaged state out of the way, so that it does not replace the good copy."""
        aside = self.state.with_name(f"{self.state.name}.damaged")
        with _told(f"{self.state}: the damaged state cannot be moved to {aside}"):
            self.state.replace(aside)
        return aside

    def save(self, pieces: Iterable[bytes], *, durable: bool) -> None:
        """Replace the state at once: whoever reads sees the old or the new text, never a part.

        The first call keeps a copy of the state that it replaces.

        Args:
            pieces: The new state; its text is that of the pieces together.
            durable: Return only when it is on the disk.

        Raises:
            BackendError: The state cannot be written.
        """
        with _told(f"{self.state}: the state cannot be written"):
            if not self._prepared:
                self._prepare()
                self._prepared = True
            replace_pieces(self.state, pieces, durable=durable)

    def _prepare(self) -> None:
        """Make the backend's directories and version file, and the copy of the present state."""
        self.state.parent.mkdir(parents=True, exist_ok=True)
        meta = self._base / "meta.yaml"
        if not meta.exists():
            replace_text(meta, f"version: {_VERSION}\n", durable=True)
        if self.state.exists():
            replace_pieces(self.copy, (self.state.read_bytes(),), durable=True)

    @contextmanager
    def lock(self) -> Generator[None]:
        """Hold the stack's lock; one that a process which is no more left behind is removed.

        Raises:
            LockedError: Somebody else holds it.
            BackendError: It cannot be written.
        """
        directory = self._locks
        with _told(f"{directory}: the lock cannot be taken"):
            directory.mkdir(parents=True, exist_ok=True)
        try:
            with locks.held(directory, f"the stack '{self.name.stack}'"):
                yield
        except locks.LockedError as refusal:
            raise LockedError(str(refusal)) from None

    def remember(self, kind: str, result: str, changes: Mapping[str, int], started: float) -> None:
        """Add the run that ended now, and its state, to history and backups.

        Args:
            kind: `update`, `refresh` or `destroy`.
            result: `succeeded` or `failed`.
            changes: Counts by operation.
            started: When the run began, in seconds of the Unix epoch.

        Raises:
            BackendError: It cannot be written.
        """
        now = time.time_ns()
        run = {
            "kind": kind,
            "startTime": int(started),
            "message": "",
            "environment": {},
            "config": {},
            "result": result,
            "endTime": now // 1_000_000_000,
            "resourceChanges": dict(changes),
        }
        history = self._base / "history" / self.name.project / self.name.stack
        stem = f"{self.name.stack}-{now}"
        with _told(f"{history}: the run cannot be remembered"):
            for directory in (history, self._backups):
                directory.mkdir(parents=True, exist_ok=True)
            replace_text(history / f"{stem}.history.json", json.dumps(run), durable=False)
            if self.state.exists():
                shutil.copyfile(self.state, history / f"{stem}.checkpoint.json")
                shutil.copyfile(self.state, self._backups / f"{self.name.stack}.{now}.json")

    def remove(self) -> None:
        """Remove the stack's state, and the copy of it; histories and backups stay."""
        for path in (self.state, self.copy):
            path.unlink(missing_ok=True)


@contextmanager
def _told(what: str) -> Generator[None]:
    """Let errors of the file system be errors of the backend."""
    try:
        yield
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise BackendError(f"{what}: {reason}; make room or set its rights right") from problem
