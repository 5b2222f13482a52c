"""Files that a kill never leaves half-written."""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write a file whole or not at all, by default readable by its owner only."""
    unfinished = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)
