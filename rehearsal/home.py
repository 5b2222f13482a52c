"""Where a rehearsal keeps what it keeps.

One directory, `$REHEARSAL_HOME` or `.rehearsal/` in the project, mode 0700; several rehearsals with
different homes run side by side.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


class HomeError(Exception):
    """The directory cannot be a rehearsal's home; the message is for a person."""


@dataclass(frozen=True)
class Home:
    """The paths of one rehearsal; nothing exists before `create` was called."""

    root: Path

    @classmethod
    def from_environment(cls) -> Home:
        """The home named by `REHEARSAL_HOME`, else `.rehearsal` below the working directory."""
        return cls(Path(os.environ.get("REHEARSAL_HOME") or ".rehearsal").absolute())

    def create(self) -> Home:
        """Make the directory, readable by its owner only, and return self.

        Raises:
            HomeError: it cannot be made, or holds somebody's files: a home is removed whole.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            strange = {entry.name for entry in self.root.iterdir()} - {*map(_name, self._parts())}
            if strange and not self.is_made():
                message = (
                    f"{self.root} (REHEARSAL_HOME) holds {min(strange)} and is no rehearsal's;"
                    " name a directory that is empty or does not exist"
                )
                raise HomeError(message)
            self.root.chmod(0o700)
            for directory in self._parts():
                directory.mkdir(exist_ok=True)
        except OSError as error:
            message = f"{self.root} (REHEARSAL_HOME) cannot be made: {error.strerror}"
            raise HomeError(message) from None
        return self

    def is_made(self) -> bool:
        """Whether `create` made the directory; only then may it be removed."""
        return all(directory.is_dir() for directory in self._parts())

    def _parts(self) -> tuple[Path, ...]:
        return (self.clusters, self.backend, self.kubeconfigs, self.logs)

    @property
    def database(self) -> Path:
        """The local Azure's SQLite database."""
        return self.root / "cloud.sqlite"

    @property
    def endpoint(self) -> Path:
        """JSON `{"pid", "port", "origin"}` of the running local Azure."""
        return self.root / "cloud.json"

    @property
    def ca_certificate(self) -> Path:
        """PEM of the CA that signs the local Azure's and the API servers' certificates."""
        return self.root / "ca.crt"

    @property
    def ca_key(self) -> Path:
        """PEM of that CA's private key."""
        return self.root / "ca.key"

    @property
    def clusters(self) -> Path:
        """A directory a cluster: etcd data, certificates, logs."""
        return self.root / "clusters"

    @property
    def backend(self) -> Path:
        """Root of the engine's file backend; `.pulumi/` lies in it."""
        return self.root / "backend"

    @property
    def kubeconfigs(self) -> Path:
        """Kubeconfigs and token caches of the accounts that logged in."""
        return self.root / "kubeconfigs"

    def az(self, login: str) -> Path:
        """Where az keeps one login, its tokens and its settings (`AZURE_CONFIG_DIR`)."""
        return self.root / "az" / login

    @property
    def logs(self) -> Path:
        """Logs of the long-running processes."""
        return self.root / "logs"


def _name(path: Path) -> str:
    return path.name
