"""What a run tells while it goes on: one frozen dataclass per kind of event.

A display draws them, `--json` counts them, tests read them. No event holds a secret in clear:
the engine replaces known secret texts in every message by `[secret]` before it emits the event.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Op = Literal[
    "same",
    "create",
    "update",
    "delete",
    "replace",
    "create-replacement",
    "delete-replaced",
    "read",
    "read-replacement",
    "refresh",
    "import",
    "import-replacement",
    "discard",
    "discard-replaced",
    "remove-pending-replace",
]
Severity = Literal["debug", "info", "warning", "error"]
ChangeKind = Literal["add", "add-replace", "delete", "delete-replace", "update", "update-replace"]
EnforcementLevel = Literal["advisory", "mandatory", "disabled", "remediate"]
Operation = Literal["preview", "up", "destroy", "refresh", "import"]
RunResult = Literal["succeeded", "failed", "config-error", "changes"]


@dataclass(frozen=True)
class RunStarted:
    """The first event of a run."""

    operation: Operation
    project: str
    stack: str


@dataclass(frozen=True)
class PropertyChange:
    """One changed property: `path` in Pulumi's notation, such as `spec.items[0].name`.

    `before` and `after` are JSON texts; absent sides are None, unknown values read `<unknown>`,
    secrets `[secret]`.
    """

    path: str
    kind: ChangeKind
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class StepStarted:
    """A step begins; `replace` (a mark without work of its own) and `same` are told too."""

    op: Op
    urn: str
    type: str
    parent: str = ""


@dataclass(frozen=True)
class StepFinished:
    """A step ended, after `seconds`; a `failed` one has its error in a Diagnostic.

    In preview, where nothing is carried out, no step has failed: an error is told all the same.
    """

    op: Op
    urn: str
    type: str
    seconds: float
    failed: bool = False
    diff: tuple[PropertyChange, ...] = ()
    parent: str = ""
    counted: bool = True
    """Whether the step belongs to the change counts of the summary."""


@dataclass(frozen=True)
class Diagnostic:
    """A message of engine, program, provider; `urn` is empty when it is about the run."""

    severity: Severity
    urn: str
    message: str
    ephemeral: bool = False
    """Progress that is only worth showing while it is current."""


@dataclass(frozen=True)
class PolicyViolation:
    """A policy that did not hold for a resource, or for the stack (`urn` of the Stack)."""

    pack: str
    policy: str
    level: EnforcementLevel
    urn: str
    message: str
    pack_version: str = ""
    severity: str = ""

    @property
    def is_mandatory(self) -> bool:
        """Whether it fails the run; what no remediation mended does, too."""
        return self.level in {"mandatory", "remediate"}


@dataclass(frozen=True)
class PolicyRemediation:
    """A policy changed the inputs of a resource; both sides are JSON objects without secrets."""

    pack: str
    policy: str
    urn: str
    before: dict[str, object]
    after: dict[str, object]
    pack_version: str = ""


@dataclass(frozen=True)
class Summary:
    """The last event of a run. `changes` counts steps by op, without ops that did not occur."""

    operation: Operation
    result: RunResult
    changes: dict[str, int]
    seconds: float
    violations: int = 0
    stack: str = ""
    outputs: dict[str, object] = field(default_factory=dict[str, object])
    """Outputs of the stack, secrets as `[secret]`, unknown values as `<unknown>`."""
    outputs_before: dict[str, object] = field(default_factory=dict[str, object])
    """The same before the run."""


Event = (
    RunStarted
    | StepStarted
    | StepFinished
    | Diagnostic
    | PolicyViolation
    | PolicyRemediation
    | Summary
)
