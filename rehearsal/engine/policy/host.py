"""Runs a CrossGuard policy pack beside the engine and asks it about resources.

A pack is a real analyzer: a child process that serves `pulumirpc.Analyzer`, started as the Pulumi
CLI starts it (pulumi/pulumi, `sdk/go/common/resource/plugin/analyzer_plugin.go`).
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Self, cast

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2

from rehearsal.engine import urns
from rehearsal.engine.events import PolicyRemediation, PolicyViolation
from rehearsal.engine.masking import shown
from rehearsal.engine.policy.config import LEVELS, VIOLATION_LEVELS, effective_config, read_config
from rehearsal.engine.policy.manifest import PackManifest, read_manifest
from rehearsal.engine.policy.model import (
    AnalyzerOptions,
    AnalyzerProvider,
    AnalyzerResource,
    AnalyzerTimeouts,
    PolicyConfigError,
    PolicyContext,
    PolicyError,
    PolicyPackError,
    PolicyPackRef,
)
from rehearsal.engine.policy.process import PackProcess
from rehearsal.engine.policy.secrecy import with_secrets
from rehearsal.engine.policy.wire import analyze_request, stack_request
from rehearsal.engine.values import equal, from_struct

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from pathlib import Path

    from rehearsal.engine.events import EnforcementLevel
    from rehearsal.engine.policy.config import PolicySetting
    from rehearsal.engine.values import Properties, Value

__all__ = [
    "AnalyzerOptions",
    "AnalyzerProvider",
    "AnalyzerResource",
    "AnalyzerTimeouts",
    "PolicyConfigError",
    "PolicyContext",
    "PolicyError",
    "PolicyHost",
    "PolicyPackError",
    "PolicyPackRef",
]

_RAISED = "Exception calling application: "
"""What gRPC for Python puts before the text of an exception."""
_SEVERITIES = {1: "low", 2: "medium", 3: "high", 4: "critical"}


class PolicyHost:
    """One running policy pack; a context manager that ends the pack's process.

    Calls may come from several threads. A pack sees secrets in clear and may tell them: who tells
    its messages further masks them.
    """

    def __init__(self, manifest: PackManifest, process: PackProcess, patience: float) -> None:
        self._manifest = manifest
        self._process = process
        self._patience = patience
        self._levels: dict[str, EnforcementLevel] = {}
        self._info = analyzer_pb2.AnalyzerInfo()

    @classmethod
    def start(cls, pack: PolicyPackRef, context: PolicyContext) -> Self:
        """Start the pack, tell it the stack, and configure its policies.

        Raises:
            PolicyConfigError: The manifest or the configuration file is wrong.
            PolicyPackError: The pack does not start.
        """
        manifest = read_manifest(pack.directory)
        given = read_config(pack.config)
        request = analyzer_pb2.AnalyzerStackConfigureRequest(
            stack=context.stack,
            project=context.project,
            organization="organization",
            dry_run=context.dry_run,
            config=context.config,
            config_secret_keys=sorted(context.config_secret_keys),
        )
        process = PackProcess.start(manifest, context, request)
        host = cls(manifest, process, context.patience_seconds)
        try:
            host._configure(request, given, pack.config)
        except BaseException:
            host.close()
            raise
        return host

    def _configure(
        self,
        request: analyzer_pb2.AnalyzerStackConfigureRequest,
        given: Mapping[str, PolicySetting],
        path: Path | None,
    ) -> None:
        analyzer = self._process.analyzer
        with self._told("starting"):
            analyzer.ConfigureStack(request, timeout=self._patience)
            self._info = analyzer.GetAnalyzerInfo(empty_pb2.Empty(), timeout=self._patience)
            configured = effective_config(self._info, given, path)
            message = analyzer_pb2.ConfigureAnalyzerRequest(policyConfig=configured)
            analyzer.Configure(message, timeout=self._patience)
        self._levels = {name: LEVELS[one.enforcementLevel] for name, one in configured.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def name(self) -> str:
        """The pack's name."""
        return self._info.name

    @property
    def version(self) -> str:
        """The version in `PulumiPolicy.yaml`, else the one that the SDK answers."""
        return self._manifest.version or self._info.version

    @property
    def levels(self) -> Mapping[str, EnforcementLevel]:
        """The level at which each policy of the pack runs, by its name."""
        return self._levels

    def remediate(
        self, resource: AnalyzerResource
    ) -> tuple[Properties, list[PolicyRemediation | PolicyViolation]]:
        """Let the policies at level `remediate` change the inputs of a resource.

        Returns:
            The inputs to go on with, and what to tell: a PolicyRemediation for each change, an
            advisory PolicyViolation for each remediation that cannot run in a preview.

        Raises:
            PolicyPackError: The pack failed.
        """
        properties = dict(resource.properties)
        if "remediate" not in self._levels.values():
            return properties, []
        with self._told(f"remediating {resource.urn}"):
            request = analyze_request(resource)
            response = self._process.analyzer.Remediate(request, timeout=self._patience)
        told: list[PolicyRemediation | PolicyViolation] = []
        for one in response.remediations:
            if one.diagnostic:
                told.append(self._not_run(one, resource.urn))
                continue
            after = with_secrets(from_struct(one.properties), properties)
            after = _with_internals(after, resource.properties)
            if not equal(after, properties):
                told.append(
                    PolicyRemediation(
                        pack=one.policyPackName,
                        policy=one.policyName,
                        urn=resource.urn,
                        before=shown(properties),
                        after=shown(after),
                        pack_version=self.version,
                    )
                )
            properties = after
        return properties, told

    def analyze(self, resource: AnalyzerResource) -> list[PolicyViolation]:
        """Judge the inputs of a resource.

        Raises:
            PolicyPackError: The pack failed.
        """
        with self._told(f"judging {resource.urn}"):
            request = analyze_request(resource)
            response = self._process.analyzer.Analyze(request, timeout=self._patience)
        return [self._violation(one, resource.urn) for one in response.diagnostics]

    def analyze_stack(self, resources: Sequence[AnalyzerResource]) -> list[PolicyViolation]:
        """Judge the outputs of all resources of a stack together.

        Raises:
            PolicyPackError: The pack failed.
        """
        with self._told("judging the stack"):
            request = stack_request(resources)
            response = self._process.analyzer.AnalyzeStack(request, timeout=self._patience)
        root = next((one.urn for one in resources if one.type == urns.STACK_TYPE), "")
        return [self._violation(one, root) for one in response.diagnostics]

    def close(self) -> None:
        """End the pack's process; a second call does nothing."""
        self._process.close()

    @contextlib.contextmanager
    def _told(self, doing: str) -> Generator[None]:
        """Turn a failed call into one error that says what the pack was asked."""
        try:
            yield
        except grpc.RpcError as error:
            name = f"'{self._info.name}'" if self._info.name else str(self._manifest.directory)
            reason = self._reason(cast("grpc.Call", error))
            raise PolicyPackError(f"policy pack {name} failed while {doing}: {reason}") from None

    def _reason(self, call: grpc.Call) -> str:
        details = call.details() or str(call.code())
        if call.code() is grpc.StatusCode.UNAVAILABLE:
            return self._process.why_it_ended()
        if call.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
            return f"it did not answer within {self._patience:.0f} s"
        return details.replace(_RAISED, "a policy raised an exception: ")

    def _violation(self, one: analyzer_pb2.AnalyzeDiagnostic, urn: str) -> PolicyViolation:
        return PolicyViolation(
            pack=one.policyPackName,
            policy=one.policyName,
            level=VIOLATION_LEVELS[one.enforcementLevel],
            urn=one.urn or urn,
            message=one.message,
            pack_version=self.version,
            severity=_SEVERITIES.get(one.severity, ""),
        )

    def _not_run(self, one: analyzer_pb2.Remediation, urn: str) -> PolicyViolation:
        return PolicyViolation(
            pack=one.policyPackName,
            policy=one.policyName,
            level="advisory",
            urn=urn,
            message=one.diagnostic,
            pack_version=self.version,
        )


def _with_internals(properties: Properties, inputs: Mapping[str, Value]) -> Properties:
    """Give back the provider's own keys, which a pack does not see."""
    internal = {key: value for key, value in inputs.items() if key.startswith("__")}
    return {**properties, **internal}
