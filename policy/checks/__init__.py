"""The checks of the pack, one module a subject.

A check is data and a pure function (`model.Check`); `building` makes CrossGuard policies of them.
Nothing here imports the program: the pack judges what is deployed, not how it was written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import azure_roles, bindings, cluster, hardening, identity, rbac, stack

if TYPE_CHECKING:
    from .model import Check

ALL: tuple[Check, ...] = (
    *cluster.CHECKS,
    *identity.CHECKS,
    *hardening.CHECKS,
    *rbac.CHECKS,
    *bindings.CHECKS,
    *azure_roles.CHECKS,
    *stack.CHECKS,
)
"""Every check, in the order in which they are evaluated and listed."""
