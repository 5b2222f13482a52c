"""The ARM plane of the local Azure.

`seed` writes the subscription that a new world starts with, `register` adds the plane's routes,
`resume` continues the work that an earlier process has left unfinished.
"""

from __future__ import annotations

from rehearsal.cloud.arm.plane import register, resume
from rehearsal.cloud.arm.seed import seed

__all__ = ["register", "resume", "seed"]
