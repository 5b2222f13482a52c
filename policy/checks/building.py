"""Makes CrossGuard policies of checks.

What all policies have in common is here: a check that cannot see a value yet says so in an advisory
of its own (a mandatory policy would otherwise pass in silence at preview), and a check that breaks
is a violation, because an exception would end the whole preview.
"""

from __future__ import annotations

import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from .model import Check, Finding, NotYet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_BENCHMARK = "CIS Azure Kubernetes Service (AKS) Benchmark"
_BENCHMARK_VERSION = "1.8.0"


class NotEvaluatedError(UnknownValueError):
    """Tells the SDK that a check waits for values; it makes an advisory of the message."""

    def __init__(self, paths: list[str]) -> None:
        super().__init__(UNKNOWN_STRING_VALUE, paths)
        several = "are" if len(paths) > 1 else "is"
        self.message = (
            f"not evaluated at preview, because {', '.join(paths)} {several} not known yet; "
            "the update evaluates it before the resource is made"
        )


def policy_of(check: Check) -> ResourceValidationPolicy | StackValidationPolicy:
    """The CrossGuard policy of a check, at the level of production."""
    words: dict[str, Any] = {
        "name": check.id,
        "description": check.title,
        "enforcement_level": EnforcementLevel.MANDATORY,
        "config_schema": _schema(check),
        "severity": Severity(check.severity),
        "framework": _framework(check),
        "tags": [check.subject, *check.anchors],
        "remediation_steps": check.fix,
        "url": check.url,
    }

    def validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        run(check, args, report_violation)

    def validate_stack(args: StackValidationArgs, report_violation: ReportViolation) -> None:
        run_on_stack(check, args, report_violation)

    if check.companion is not None:
        return StackValidationPolicy(validate=validate_stack, **words)
    return ResourceValidationPolicy(validate=validate, remediate=_remediation(check), **words)


def run_on_stack(check: Check, args: StackValidationArgs, report: ReportViolation) -> None:
    """Judge by types alone, which are known at preview too."""
    tokens = [resource.resource_type for resource in args.resources]
    if check.companion is None or any(map(check.companion.pattern.fullmatch, tokens)):
        return
    for resource in args.resources:
        if check.kinds.pattern.fullmatch(resource.resource_type):
            report(f"{resource.name}: the stack has nothing of the kind for it. {check.fix}", None)


def run(check: Check, args: ResourceValidationArgs, report: ReportViolation) -> None:
    """Judge one resource.

    Raises:
        NotEvaluatedError: Some of it is not known yet; what is known was judged.
    """
    waiting: dict[str, None] = {}
    try:
        for finding in _findings(check, args):
            if isinstance(finding, NotYet):
                waiting[finding.path] = None
            else:
                report(str(finding), None)
    except Exception as error:  # noqa: BLE001 - whatever breaks a check must not end the preview
        report(_broken(error), None)
    if waiting:
        raise NotEvaluatedError(list(waiting))


def _findings(check: Check, args: ResourceValidationArgs) -> Iterator[Finding]:
    for subject in check.kinds.subjects(args.resource_type, args.props, args.get_config()):
        if isinstance(subject, NotYet):
            yield subject
        else:
            yield from check.judge(replace(subject, protected=args.opts.protect))


def _broken(error: Exception) -> str:
    """What broke and where, without the error's own text, which may repeat a property."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"
    return (
        f"the check itself failed ({type(error).__name__} in {place}), so the resource counts as "
        "violating it; report the failure, or set this check to disabled in the policy "
        "configuration until it is mended"
    )


def _remediation(check: Check) -> Any:
    mend = check.mend
    if mend is None:
        return None

    def remediate(args: ResourceValidationArgs) -> Mapping[str, Any] | None:
        if not any(check.kinds.subjects(args.resource_type, args.props, args.get_config())):
            return None
        return args.props if mend(args.props) else None

    return remediate


def _schema(check: Check) -> PolicyConfigSchema | None:
    if not check.options:
        return None
    return PolicyConfigSchema({name: dict(schema) for name, schema in check.options.items()})


def _framework(check: Check) -> PolicyComplianceFramework | None:
    if not check.benchmark:
        return None
    return PolicyComplianceFramework(
        name=_BENCHMARK, version=_BENCHMARK_VERSION, reference=check.benchmark
    )
