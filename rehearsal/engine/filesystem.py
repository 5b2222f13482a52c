"""Files that are replaced whole, so that nobody ever reads a part of one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def replace_text(path: Path, text: str, *, durable: bool) -> None:
    """Replace a file by a text."""
    replace_pieces(path, (text.encode(),), durable=durable)


def replace_pieces(path: Path, pieces: Iterable[bytes], *, durable: bool) -> None:
    """Write a file beside `path`, on the disk if it is to be durable, and move it there."""
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("wb") as file:
        file.writelines(pieces)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    temporary.replace(path)
    if durable:
        sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Let the names in a directory be on the disk."""
    directory = os.open(path, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
