"""Entra ID: discovery, keys, token endpoints, the device login page."""

from __future__ import annotations

from rehearsal.cloud.entra.plane import register

__all__ = ["register"]
