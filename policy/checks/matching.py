"""Which resources a check is about: every spelling of a type, and lists of objects.

A type has several tokens: azure-native has one for each API version, also as a package of its own;
Kubernetes has older versions, a `Patch` that writes the same object, and `List`s that hold several.
A check that knew one token only would be passed by writing another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from .model import NotYet, Subject
from .reading import UNKNOWN, items, known

if TYPE_CHECKING:
    from collections.abc import Iterator

_VERSION = r"v\d+(?:(?:alpha|beta)\d+)?"
_ANY_LIST = re.compile(rf"kubernetes:core/{_VERSION}:List")


@dataclass(frozen=True)
class Kinds:
    """The types that a check is about; `pattern` matches a whole token and names the `kind`."""

    pattern: re.Pattern[str]
    group: str = ""
    """The API group of Kubernetes kinds."""
    names: tuple[str, ...] = ()

    def subjects(
        self, resource_type: str, props: Mapping[str, Any], config: Mapping[str, Any]
    ) -> Iterator[Subject | NotYet]:
        """The objects in a resource that are of these kinds; none if it is another resource."""
        if self.group and _ANY_LIST.fullmatch(resource_type):
            yield from self._members(props, config, None)
            return
        match = self.pattern.fullmatch(resource_type)
        if match is None:
            return
        if match.groupdict().get("form") == "List":
            yield from self._members(props, config, match["kind"])
        else:
            yield Subject(match["kind"], props, config)

    def _members(
        self, props: Mapping[str, Any], config: Mapping[str, Any], kind: str | None
    ) -> Iterator[Subject | NotYet]:
        """The items of a list; `kind` is None where each item has to say its own."""
        members = known(props, "items")
        if members is UNKNOWN:
            yield NotYet("items")
        for index, member in enumerate(items(members)):
            if member is UNKNOWN:
                yield NotYet(f"items[{index}]")
            elif isinstance(member, Mapping):
                item, prefix = cast("Mapping[str, Any]", member), f"items[{index}]."
                own = kind or self._own_kind(item)
                if own is UNKNOWN:
                    yield NotYet(f"{prefix}kind")
                elif own is not None:
                    yield Subject(str(own), item, config, prefix)

    def _own_kind(self, member: Mapping[str, Any]) -> object:
        """The kind that an object says it is, if it is one of these kinds."""
        version, kind = known(member, "apiVersion"), known(member, "kind")
        if UNKNOWN in (version, kind):
            return UNKNOWN
        ours = kind in self.names and str(version).startswith(f"{self.group}/")
        return kind if ours else None


def azure(module: str, kind: str) -> Kinds:
    """A kind of azure-native, in each API version and in packages of one API version."""
    package = rf"azure-native(?:_{module}_v[0-9a-z]+)?"
    return Kinds(re.compile(rf"{package}:{module}(?:/v[0-9a-z]+)?:(?P<kind>{kind})"))


def kubernetes(group: str, *kinds: str) -> Kinds:
    """Kinds of a Kubernetes API group, in each version, as object, patch or list."""
    names = "|".join(kinds)
    token = rf"kubernetes:{re.escape(group)}/{_VERSION}:(?P<kind>{names})(?P<form>Patch|List)?"
    return Kinds(re.compile(token), group, kinds)


def exactly(token: str) -> Kinds:
    """One type token, whose kind is its last part."""
    head, separator, kind = token.rpartition(":")
    return Kinds(re.compile(rf"{re.escape(head + separator)}(?P<kind>{re.escape(kind)})"))


MANAGED_CLUSTER = azure("containerservice", "ManagedCluster")
NODE_POOLS = azure("containerservice", "ManagedCluster|AgentPool")
ROLE_ASSIGNMENT = azure("authorization", "RoleAssignment")
DIAGNOSTIC_SETTING = azure("(?:monitor|insights)", "DiagnosticSetting")
ROLES = kubernetes("rbac.authorization.k8s.io", "ClusterRole", "Role")
BINDINGS = kubernetes("rbac.authorization.k8s.io", "ClusterRoleBinding", "RoleBinding")
ENTRA_GROUP = exactly("azuread:index/group:Group")
KUBERNETES_PROVIDER = exactly("pulumi:providers:kubernetes")
