"""Kubernetes PolicyRules: what a rule grants, as the API server's authoriser reads it.

A rule grants each verb on each resource of each API group that it lists, where `*` stands for all
(kubernetes/kubernetes, `pkg/apis/rbac/v1/evaluation_helpers.go`). `pods` does not include
`pods/exec`; `*/scale` is that subresource of everything. `resourceNames` narrows a rule to some
objects, which is no reason to pass a check on its own. A rule with only `nonResourceURLs` grants
nothing on resources.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from .model import NotYet, Violation
from .reading import UNKNOWN, Truth, contains, every, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Finding, Subject

_ALL = "*"


@dataclass(frozen=True)
class Rule:
    """One rule of a role; `path` is where it stands in the resource."""

    path: str
    fields: Mapping[str, Any]

    def grants(self, verb: str, group: str, resources: tuple[str, ...]) -> Truth:
        """Whether the rule grants a verb on any of some resources of an API group.

        Args:
            verb: The verb, such as `escalate`.
            group: The API group; `""` is the core group.
            resources: Plural names, a subresource as `pods/exec`.
        """
        return every(
            contains(self._list("verbs"), frozenset({verb, _ALL})),
            contains(self._list("apiGroups"), frozenset({group, _ALL})),
            contains(self._list("resources"), _covering(resources)),
        )

    def grants_literally(self, *, verb: str, resource: str) -> Truth:
        """Whether the rule's own lists hold these very words, whatever they stand for."""
        return every(
            contains(self._list("verbs"), frozenset({verb})),
            contains(self._list("resources"), frozenset({resource})),
        )

    def names_objects(self) -> bool:
        """Whether the rule names the only objects meant."""
        return bool(items(self._list("resourceNames")))

    def findings(self, holds: Truth, problem: str) -> Iterator[Finding]:
        """A violation if it holds, a remark if that is not known yet."""
        if holds is UNKNOWN:
            yield NotYet(self.path)
        elif holds:
            yield Violation(self.path, problem)

    def _list(self, name: str) -> Any:
        return self.fields.get(name)


def _covering(resources: tuple[str, ...]) -> frozenset[str]:
    """The texts in a rule that stand for any of the resources."""
    names = {_ALL, *resources}
    for resource in resources:
        _, slash, sub = resource.partition("/")
        if slash:
            names.add(f"*/{sub}")
    return frozenset(names)


def rules_of(role: Subject) -> Iterator[Rule | NotYet]:
    """The rules of a Role or ClusterRole; what is no rule grants nothing and is left out."""
    rules = role.read("rules")
    if rules is UNKNOWN:
        yield role.not_yet("rules")
    for index, fields in enumerate(items(rules)):
        path = role.at(f"rules[{index}]")
        if fields is UNKNOWN:
            yield NotYet(path)
        elif isinstance(fields, Mapping):
            yield Rule(path, cast("Mapping[str, Any]", fields))
