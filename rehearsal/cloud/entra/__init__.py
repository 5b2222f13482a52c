"""Entra ID: discovery, keys, token endpoints, the device login page."""

from __future__ import annotations

from rehearsal.cloud.entra.plane import register
from rehearsal.cloud.entra.seeding import seed

__all__ = ["register", "seed"]
