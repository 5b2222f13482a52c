"""What a component's log says about why it does not run."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_TAIL_BYTES = 64_000
_LINES = 3
# klog's header: severity, month and day, time, thread, file and line.
_KLOG = re.compile(r"^([IWEF])\d{4} \d{2}:\d{2}:\d{2}\.\d+ +\d+ [^\]]*\] (.*)$")
_ETCD_BAD = {"error", "panic", "fatal"}


def reasons(log: Path, offset: int = 0) -> str:
    """The last few errors in `log` after byte `offset`, each once, in order, joined by `; `.

    Understands klog lines, etcd's JSON lines, and the `Error: ...` that a command ends with; if
    there is none of these, the last lines as they are. Empty for an empty or missing log.
    """
    try:
        size = log.stat().st_size
        with log.open("rb") as stream:
            stream.seek(max(offset, size - _TAIL_BYTES))
            lines = stream.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    errors = [error for line in lines if (error := _error(line))]
    found = errors or [line.strip() for line in lines if line.strip()]
    latest_first = list(dict.fromkeys(reversed(found)))[:_LINES]
    return "; ".join(reversed(latest_first))


def _error(line: str) -> str:
    klog = _KLOG.match(line)
    if klog:
        return klog[2].strip() if klog[1] in "EF" else ""
    if line.startswith(("Error:", "error:", "panic:")):
        return line.strip()
    if line.startswith("{"):
        return _etcd_error(line)
    return ""


def _etcd_error(line: str) -> str:
    try:
        event: dict[str, Any] = json.loads(line)
    except ValueError:
        return ""
    if event.get("level") not in _ETCD_BAD:
        return ""
    return ": ".join(str(event[field]) for field in ("msg", "error") if event.get(field))
