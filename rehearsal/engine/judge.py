"""Asks the policy packs about resources before they are made, and about the stack at the end."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from rehearsal.engine import urns
from rehearsal.engine.events import PolicyRemediation
from rehearsal.engine.policy.host import (
    AnalyzerOptions,
    AnalyzerProvider,
    AnalyzerResource,
    AnalyzerTimeouts,
    PolicyPackError,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence

    from rehearsal.engine.policy.host import PolicyHost
    from rehearsal.engine.report import Report
    from rehearsal.engine.state import Resource
    from rehearsal.engine.values import Properties


class PolicyStopError(Exception):
    """A mandatory policy is violated, or no policy can be asked any more; the reason was told."""


class Judge:
    """The policy packs of a run. One that fails is told once, and none is asked after it."""

    def __init__(self, hosts: Sequence[PolicyHost], report: Report, *, dry_run: bool) -> None:
        self._hosts = hosts
        self._report = report
        self._dry_run = dry_run
        self._is_over = False

    def cancel(self) -> None:
        """End the packs, also one that is being asked."""
        self._is_over = True
        for host in self._hosts:
            host.close()

    def inspect(
        self, row: Resource, provider: Resource | None, *, delete_first: bool | None
    ) -> Properties:
        """Let the packs change and judge the checked inputs of a row; the inputs to go on with.

        Raises:
            PolicyPackError: A pack failed.
            PolicyStopError: A mandatory policy is violated, and this is no preview.
        """
        if not self._hosts:
            return row.inputs
        self._report.hide_secrets(row.inputs)
        with self._asking():
            inputs = self._remediated(row, provider, delete_first=delete_first)
            seen = _seen(row, inputs, provider, delete_first=delete_first)
            found = [one for host in self._hosts for one in host.analyze(seen)]
        for one in found:
            self._report.violation(one)
        if any(one.is_mandatory for one in found) and not self._dry_run:
            raise PolicyStopError(f"a mandatory policy is violated by {row.urn}")
        return inputs

    def _remediated(
        self, row: Resource, provider: Resource | None, *, delete_first: bool | None
    ) -> Properties:
        inputs = row.inputs
        for host in self._hosts:
            inputs, told = host.remediate(_seen(row, inputs, provider, delete_first=delete_first))
            for one in told:
                if isinstance(one, PolicyRemediation):
                    self._report.remediation(one)
                else:
                    self._report.violation(one)
        return inputs

    def inspect_stack(self, rows: Iterable[Resource], providers: Mapping[str, Resource]) -> None:
        """Let the packs judge all resources of the stack together.

        Raises:
            PolicyPackError: A pack failed.
        """
        if not self._hosts:
            return
        seen = [
            _seen(row, row.outputs, providers.get(_provider_urn(row)), delete_first=None)
            for row in rows
        ]
        with suppress(PolicyStopError), self._asking():
            for host in self._hosts:
                for found in host.analyze_stack(seen):
                    self._report.violation(found)

    @contextmanager
    def _asking(self) -> Generator[None]:
        """What the packs are asked; an answer that nobody waits for any more is no failure."""
        if self._is_over:
            raise PolicyStopError("a policy pack failed, or the run was interrupted")
        try:
            yield
        except PolicyPackError:
            if self._is_over:
                raise PolicyStopError("the run was interrupted") from None
            self._is_over = True
            raise


def _provider_urn(row: Resource) -> str:
    return urns.split_reference(row.provider)[0] if row.provider else ""


def _seen(
    row: Resource,
    properties: Properties,
    provider: Resource | None,
    *,
    delete_first: bool | None,
) -> AnalyzerResource:
    timeouts = row.custom_timeouts
    return AnalyzerResource(
        urn=row.urn,
        type=row.type,
        name=urns.name_of(row.urn),
        properties=properties,
        options=AnalyzerOptions(
            protect=row.protect,
            ignore_changes=row.ignore_changes,
            delete_before_replace=delete_first,
            additional_secret_outputs=row.additional_secret_outputs,
            aliases=row.aliases,
            timeouts=AnalyzerTimeouts(timeouts.create, timeouts.update, timeouts.delete),
            parent=row.parent,
        ),
        provider=None
        if provider is None
        else AnalyzerProvider(
            urn=provider.urn,
            type=provider.type,
            name=urns.name_of(provider.urn),
            properties=provider.inputs,
        ),
        parent=row.parent,
        dependencies=row.dependencies,
        property_dependencies=row.property_dependencies,
    )
