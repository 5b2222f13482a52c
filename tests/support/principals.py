"""Principals for tests of what is bound to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.directory_double import SUBSCRIPTION

if TYPE_CHECKING:
    from components.principals import PrincipalArgs

CLUSTER_ID = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/"
    "Microsoft.ContainerService/managedClusters/aks"
)
"""ARM id of the cluster that tests enter."""


def principal(key: str, kind: str = "Group") -> PrincipalArgs:
    """A principal of that key, whose object id is `id-of-KEY`."""
    return {
        "key": key,
        "kind": kind,
        "display_name": key,
        "object_id": f"id-of-{key}",
        "subject": key if kind == "User" else f"id-of-{key}",
    }
