"""What the engine tells a policy pack about resources, and the errors of policy packs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from rehearsal.engine.processes import Spawner
    from rehearsal.engine.values import Value


class PolicyError(Exception):
    """A policy pack cannot do its work; the message is for people, with secrets not yet masked."""


class PolicyConfigError(PolicyError):
    """A pack's `PulumiPolicy.yaml` or its configuration file is wrong: nothing was started."""


class PolicyPackError(PolicyError):
    """A pack did not start, or failed while it judged."""


@dataclass(frozen=True)
class PolicyPackRef:
    """A policy pack to run: the directory of its `PulumiPolicy.yaml`, and a JSON configuration."""

    directory: Path
    config: Path | None = None


@dataclass(frozen=True)
class PolicyContext:
    """What every pack of one run is told."""

    python: Path
    """The interpreter of packs whose `PulumiPolicy.yaml` names no virtualenv."""
    environment: Mapping[str, str]
    """The whole environment of the child, without the `PULUMI_*` that the pack gets besides."""
    project: str
    stack: str
    dry_run: bool
    """Whether this is a preview."""
    spawner: Spawner
    """Starts the packs; none outlives it."""
    config: Mapping[str, str] = field(default_factory=dict[str, str])
    """The stack's configuration: `project:key` to decrypted text."""
    config_secret_keys: frozenset[str] = frozenset()
    """The keys of `config` whose values are secret."""
    on_output: Callable[[str], None] | None = None
    """Told each line that a pack prints to stdout, on a thread of its own."""
    patience_seconds: float = 300.0
    """How long a pack may take to start, or to answer."""


@dataclass(frozen=True)
class AnalyzerTimeouts:
    """Custom timeouts of a resource, in seconds; 0 means the provider's default."""

    create: float = 0
    update: float = 0
    delete: float = 0


@dataclass(frozen=True)
class AnalyzerOptions:
    """The options of a resource that a policy may look at."""

    protect: bool = False
    ignore_changes: tuple[str, ...] = ()
    delete_before_replace: bool | None = None
    additional_secret_outputs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    timeouts: AnalyzerTimeouts | None = None
    parent: str = ""


@dataclass(frozen=True)
class AnalyzerProvider:
    """The provider of a resource, with its inputs."""

    urn: str
    type: str
    name: str
    properties: Mapping[str, Value]


@dataclass(frozen=True)
class AnalyzerResource:
    """A resource as a policy sees it.

    `properties` are the checked inputs for `PolicyHost.remediate` and `PolicyHost.analyze`, the
    outputs for `PolicyHost.analyze_stack`. Parent and dependencies are URNs; only
    `analyze_stack` sends them.
    """

    urn: str
    type: str
    name: str
    properties: Mapping[str, Value]
    options: AnalyzerOptions = field(default_factory=AnalyzerOptions)
    provider: AnalyzerProvider | None = None
    parent: str = ""
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]]
    )
