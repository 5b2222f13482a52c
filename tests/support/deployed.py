"""A configuration and what the program makes of it, side by side.

Whatever can be known from the configuration alone is worked out from it here once more, and not
taken from the program: whom a grant means, where it holds, which role it gives.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.support.directory_double import object_id

if TYPE_CHECKING:
    from tests.support.program import Registered, Run

Grant = tuple[str, str, str]
"""Whom a cluster knows by which name; a namespace or nothing; a role."""


@dataclass(frozen=True)
class Deployed:
    """A configuration, and what the program makes of it."""

    keys: dict[str, Any]
    run: Run

    @cached_property
    def cluster(self) -> dict[str, Any]:
        """The inputs of the cluster."""
        return self.run.one("containerservice:ManagedCluster").inputs

    @cached_property
    def objects(self) -> list[Registered]:
        """What is made in the cluster."""
        return [each for each in self.run.resources if each.type.startswith("kubernetes:")]

    @cached_property
    def entries(self) -> list[dict[str, Any]]:
        """Every entry that names somebody."""
        admins = [{"group": group} for group in self.keys["adminGroups"]]
        teams = [entry for team in self.keys["teams"] for entry in team["access"]]
        return [*admins, *teams, *self.keys["clusterAccess"]]

    @cached_property
    def principals(self) -> dict[str, str]:
        """Object id of everybody whom the configuration names, by the name in the cluster."""
        return dict(map(principal_of, self.entries))

    @cached_property
    def grants(self) -> Counter[Grant]:
        """Every grant that the configuration asks for."""
        asked = [(entry, "", entry["clusterRole"]) for entry in self.keys["clusterAccess"]]
        asked += [
            (entry, namespace, entry.get("role") or entry["clusterRole"])
            for team in self.keys["teams"]
            for namespace in team["namespaces"]
            for entry in team["access"]
        ]
        return Counter((principal_of(entry)[0], where, role) for entry, where, role in asked)

    @cached_property
    def assignments(self) -> list[tuple[str, str, str]]:
        """Azure's role assignments in the cluster: object id, GUID of the role, scope below it."""
        cluster_id = self.run.outputs["clusterId"]
        return [
            (
                each.inputs["principalId"],
                each.inputs["roleDefinitionId"].rpartition("/")[2],
                each.inputs["scope"].removeprefix(cluster_id),
            )
            for each in self.run.of("authorization:RoleAssignment")
            if each.inputs["scope"].startswith(cluster_id)
        ]

    @cached_property
    def roles_elsewhere(self) -> list[tuple[str, str, str]]:
        """As `assignments`, of what lies outside of the cluster, with whole scopes."""
        return [
            (
                each.inputs["principalId"],
                each.inputs["roleDefinitionId"].rpartition("/")[2],
                each.inputs["scope"],
            )
            for each in self.run.of("authorization:RoleAssignment")
            if not each.inputs["scope"].startswith(self.run.outputs["clusterId"])
        ]


def principal_of(entry: dict[str, Any]) -> tuple[str, str]:
    """The name in the cluster and the object id of whom an entry means."""
    if "servicePrincipal" in entry:
        return entry["servicePrincipal"], entry["servicePrincipal"]
    if "user" in entry:
        name = entry["user"]
        known = object_id(name)
        return (known if "#EXT#" in name else name), known
    group = entry["group"]
    known = group.get("objectId") or object_id(group.get("existing") or group["displayName"])
    return known, known
