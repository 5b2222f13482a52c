"""The local Azure's state: JSON documents by kind and key, in SQLite.

Every write is durable when the outermost `transaction` ends, so a killed process loses nothing that
a client was told.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

Json = dict[str, Any]


class Store:
    """Documents by (kind, key); safe to use from several threads.

    Keys are compared as they are: callers lower-case what Azure compares without case.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS documents"
            " (kind TEXT, key TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID"
        )

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All reads and writes inside happen at once, or not at all; may be nested."""
        with self._lock:
            outermost = self._depth == 0
            if outermost:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                if outermost:
                    self._connection.execute("ROLLBACK")
                raise
            else:
                if outermost:
                    self._connection.execute("COMMIT")
            finally:
                self._depth -= 1

    def get(self, kind: str, key: str) -> Json | None:
        """The document, or None; a copy that the caller may change."""
        with self._lock:
            row = self._connection.execute(
                "SELECT body FROM documents WHERE kind = ? AND key = ?", (kind, key)
            ).fetchone()
        return None if row is None else json.loads(row[0])

    def put(self, kind: str, key: str, document: Json) -> None:
        """Write the document, over an older one if there is one."""
        with self._lock:
            self._connection.execute(
                "INSERT OR REPLACE INTO documents VALUES (?, ?, ?)",
                (kind, key, json.dumps(document)),
            )

    def delete(self, kind: str, key: str) -> bool:
        """Delete the document; whether there was one."""
        with self._lock:
            cursor = self._connection.execute(
                "DELETE FROM documents WHERE kind = ? AND key = ?", (kind, key)
            )
        return cursor.rowcount > 0

    def all(self, kind: str, prefix: str = "") -> list[tuple[str, Json]]:
        """(key, document) of each document whose key starts with `prefix`, ordered by key."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT key, body FROM documents WHERE kind = ? AND substr(key, 1, ?) = ?"
                " ORDER BY key",
                (kind, len(prefix), prefix),
            ).fetchall()
        return [(key, json.loads(body)) for key, body in rows]

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()
