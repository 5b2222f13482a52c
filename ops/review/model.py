"""A preview, in the terms that a reviewer asks about."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["create", "update", "replace", "delete", "import"]

KINDS: tuple[Kind, ...] = ("replace", "delete", "update", "create", "import")
"""Every kind of change, the ones to look at first in front."""


def azure_type(module: str, name: str) -> re.Pattern[str]:
    """Every spelling of the token of a type of azure-native, with or without an API version."""
    return re.compile(rf"azure-native(?:_{module}_v\w+)?:{module}(?:/v\w+)?:{name}")


@dataclass(frozen=True)
class Change:
    """What would happen to one resource."""

    kind: Kind
    urn: str
    causes: tuple[str, ...] = ()
    """Properties because of which it would be replaced."""
    changed: tuple[str, ...] = ()
    """Properties that would change."""

    @property
    def type(self) -> str:
        """Its type token, such as `kubernetes:core/v1:Namespace`."""
        return self.urn.split("::")[2].rpartition("$")[2] if self.urn.count("::") > 1 else ""

    @property
    def name(self) -> str:
        """Its name in the program."""
        return "::".join(self.urn.split("::")[3:])


@dataclass(frozen=True)
class Finding:
    """What a policy says about a resource."""

    policy: str
    level: str
    """`mandatory` or `advisory`."""
    urn: str
    message: str
    """What the policy wants, and below it what is wrong and what to do."""


@dataclass(frozen=True, order=True)
class Grant:
    """A line of the access matrix."""

    where: str
    """`cluster` or `namespace/NAME`."""
    role: str
    kind: str
    """`Group`, `User` or `ServicePrincipal`."""
    who: str
    """The name that people know."""


@dataclass(frozen=True)
class Preview:
    """What a preview told."""

    stack: str = ""
    """Empty if it did not say."""
    counts: dict[str, int] = field(default_factory=dict[str, int])
    """Number of resources by what happens to them, `same` too."""
    changes: tuple[Change, ...] = ()
    complete: bool = True
    """Whether `changes` has every resource that changes; otherwise only `counts` tells of them."""
    judged: bool = True
    """Whether policies ran and it would have told what they say."""
    findings: tuple[Finding, ...] = ()
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    access_before: frozenset[Grant] | None = None
    """Who can do what now; None if it did not tell."""
    access_after: frozenset[Grant] | None = None
    """Who could do what afterwards; None if it did not tell."""
