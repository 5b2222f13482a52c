"""Microsoft Graph: users, groups, service principals, applications, memberships."""

from __future__ import annotations

from rehearsal.cloud.graph.plane import register
from rehearsal.cloud.graph.seeding import seed

__all__ = ["register", "seed"]
