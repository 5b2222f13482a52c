"""What is to run, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rehearsal.engine.values import ResourceRef, Secret, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rehearsal.engine.events import Diagnostic, Operation, PolicyViolation, RunResult
    from rehearsal.engine.plugins import ServicerFactory
    from rehearsal.engine.policy.host import PolicyPackRef
    from rehearsal.engine.report import StepRecord
    from rehearsal.engine.values import Value

EXIT_CODES: dict[RunResult, int] = {
    "succeeded": 0,
    "failed": 1,
    "config-error": 2,
    "changes": 3,
}

UNKNOWN_SHOWN = "<unknown>"
"""What stands for an output that a preview cannot know."""


@dataclass(frozen=True)
class Adoption:
    """An object to import.

    `provider` and `parent` are URNs; by default those of the default provider and the Stack.
    """

    type: str
    name: str
    id: str
    protect: bool = True
    parent: str = ""
    provider: str = ""


@dataclass(frozen=True)
class Run:
    """One run of a project's program for a stack.

    `project_dir` holds Pulumi.yaml; `backend` is the root of the file backend; `environment` is the
    whole environment of program, plugins and policy packs; `providers` are the packages that this
    process provides, any other is an executable `pulumi-resource-NAME` on the environment's PATH;
    `config_file` is the stack file to use instead of the project's; a destroy that
    `spares_protected` deletes nothing if a row is protected, as the real CLI, whose preview before
    it fails (https://github.com/pulumi/pulumi/issues/18103), and not only leaves that row;
    `ignores_idle_salt` takes a stack file whose `encryptionsalt` is of another passphrase, as long
    as nothing in the file is encrypted by it (the real CLI refuses); a preview or up that
    `reads_half_deleted` first looks for what an interrupted run was deleting (the real CLI takes it
    for what is there); `adoptions` is what the operation `import` imports.
    """

    operation: Operation
    project_dir: Path
    stack: str
    backend: Path
    passphrase: str
    python: Path
    environment: Mapping[str, str]
    providers: Mapping[str, ServicerFactory] = field(default_factory=dict[str, "ServicerFactory"])
    policy_packs: tuple[PolicyPackRef, ...] = ()
    expect_no_changes: bool = False
    refresh: bool = False
    clear_pending_creates: bool = False
    spares_protected: bool = False
    ignores_idle_salt: bool = False
    reads_half_deleted: bool = False
    adoptions: tuple[Adoption, ...] = ()
    parallel: int = 16
    config_file: Path | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of a run.

    `changes` counts steps by op; `outputs` are those of the stack, secrets as `Secret`, unknown
    values as `<unknown>`; `seconds` is the wall time.
    """

    result: RunResult
    changes: dict[str, int] = field(default_factory=dict[str, int])
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    violations: list[PolicyViolation] = field(default_factory=list["PolicyViolation"])
    diagnostics: list[Diagnostic] = field(default_factory=list["Diagnostic"])
    steps: list[StepRecord] = field(default_factory=list["StepRecord"])
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """0 fine; 1 failed; 2 bad configuration; 3 changes where none were expected."""
        return EXIT_CODES[self.result]


def shown(value: Value) -> Any:
    """A value for callers that are no engine: references as ids, unknown values as a text."""
    if isinstance(value, Secret):
        return Secret(shown(value.value))
    if isinstance(value, Unknown):
        return UNKNOWN_SHOWN
    if isinstance(value, ResourceRef):
        return shown(value.id) if value.id is not None else value.urn
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shown(item) for item in value]
    return value
