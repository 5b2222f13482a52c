"""Names of resources for tests of the display."""

from __future__ import annotations

PROJECT = "urn:pulumi:dev::aks-entra::"
STACK = f"{PROJECT}pulumi:pulumi:Stack::aks-entra-dev"


def urn(token: str, name: str) -> str:
    """The URN of a resource below the stack."""
    return f"{PROJECT}{token}::{name}"
