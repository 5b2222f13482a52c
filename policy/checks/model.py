"""What a check is, what it looks at, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from .reading import known

if TYPE_CHECKING:
    from .matching import Kinds

Severity = Literal["low", "medium", "high", "critical"]


@dataclass(frozen=True)
class Violation:
    """A property that must not be as it is.

    `problem` says what is wrong with it and what to do, and never repeats its value, which may be
    secret.
    """

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


@dataclass(frozen=True)
class NotYet:
    """A property that the check needs and that only the update will know."""

    path: str


Finding = Violation | NotYet


@dataclass(frozen=True)
class Subject:
    """One object to judge: a resource, or one item of a resource that is a list of objects."""

    kind: str
    """The kind without `Patch` or `List`, such as `ManagedCluster`, `ClusterRole`."""
    props: Mapping[str, Any]
    config: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The check's configuration."""
    prefix: str = ""
    """Where the object is in the resource: empty, or such as `items[0].`."""
    protected: bool = False
    """Whether the resource has the option `protect`."""

    def read(self, path: str, default: object = None) -> Any:
        """The value at a path of the object, as `reading.known` gives it."""
        return known(self.props, path, default)

    def at(self, path: str) -> str:
        """The path as a person finds it in the resource."""
        return self.prefix + path

    def violation(self, path: str, problem: str) -> Violation:
        """A violation at a path of the object."""
        return Violation(self.at(path), problem)

    def not_yet(self, path: str) -> NotYet:
        """A path of the object that is not known yet."""
        return NotYet(self.at(path))


Judge = Callable[[Subject], Iterator[Finding]]
Mend = Callable[[Any], bool]
"""Changes the properties of a resource in place (a copy would lose which of them are secret), and
tells whether there was anything to change."""


def passes(_: Subject) -> Iterator[Finding]:
    """Find nothing: the judge of a check that is not about single resources."""
    return iter(())


@dataclass(frozen=True)
class Check:
    """One check of the pack: data for people and reports, and the function that judges."""

    id: str
    title: str
    """What holds where the check passes, in one sentence."""
    kinds: Kinds
    severity: Severity
    fix: str
    """What to do, in a sentence or two."""
    url: str
    judge: Judge = passes
    companion: Kinds | None = None
    """What a stack has to have one of, if it has one of `kinds`; makes a check of the stack."""
    benchmark: str = ""
    """Recommendation of the CIS AKS Benchmark v1.8.0, such as `5.5.1`."""
    anchors: tuple[str, ...] = ()
    """Rules of other tools that check the same: PSRule, checkov, trivy, Azure Policy, MCSB."""
    subject: str = ""
    """The module's subject, a tag."""
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    """JSON schemas of the check's configuration properties, each with a default."""
    mend: Mend | None = None
    """Makes the check pass where it runs at level `remediate`."""
