"""Scopes and actions of Azure RBAC, as pure functions on text.

Both are compared without case. The scopes form a tree by their segments: `/`, a subscription, a
resource group, a resource, and what lies under a resource (`/namespaces/payments` of a cluster).
Source: https://learn.microsoft.com/azure/role-based-access-control/scope-overview.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_GUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_guid(text: str) -> bool:
    """Whether the text is a GUID in its usual form, in any case."""
    return _GUID.fullmatch(text) is not None


def normalized(scope: str) -> str:
    """The scope in lower case, with one leading and no trailing slash; `/` is the root."""
    return "/" + re.sub("/+", "/", scope).strip("/").lower()


def covers(assigned: str, asked: str) -> bool:
    """Whether what is assigned at one scope holds at the other: at it, or anywhere below it."""
    outer, inner = normalized(assigned), normalized(asked)
    return outer in {"/", inner} or inner.startswith(f"{outer}/")


def action_matches(pattern: str, action: str) -> bool:
    """Whether an action is one that the pattern names; `*` stands for any text, slashes included.

    A pattern without `*` names one action.
    """
    return _expression(pattern.lower()).fullmatch(action.lower()) is not None


@lru_cache(maxsize=4096)
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)


@dataclass(frozen=True)
class Scope:
    """The parts of a scope, in the case they were written; what it does not have is empty."""

    subscription: str = ""
    resource_group: str = ""
    resource: str = ""
    """Id of the resource, without what lies under its type and name (`/namespaces/x`)."""

    @classmethod
    def parse(cls, scope: str) -> Scope | None:
        """The parts, or None for a text that is no scope of this plane."""
        found = re.fullmatch(
            r"(?:/subscriptions/([^/]+)(?:/resourcegroups/([^/]+)"
            r"(/providers/[^/]+/[^/]+/[^/]+)?(?:/.+)?)?)?",
            "/" + scope.strip("/") if scope.strip("/") else "",
            re.IGNORECASE,
        )
        if found is None:
            return None
        subscription, group, tail = (part or "" for part in found.groups())
        resource = f"/subscriptions/{subscription}/resourceGroups/{group}{tail}" if tail else ""
        return cls(subscription, group, resource)
