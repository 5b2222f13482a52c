"""Encodes resources for analyzers.

Unknown values keep their sentinels and secrets their wrapping, as the packs expect; resource
references become ids, because a pack dies of a reference; keys that begin with `__` belong to
providers and are left out (pulumi/pulumi, `plugin/analyzer_plugin.go`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi.runtime.proto import analyzer_pb2

from rehearsal.engine.values import to_struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from google.protobuf import struct_pb2

    from rehearsal.engine.policy.model import (
        AnalyzerOptions,
        AnalyzerProvider,
        AnalyzerResource,
    )
    from rehearsal.engine.values import Properties, Value


def analyze_request(resource: AnalyzerResource) -> analyzer_pb2.AnalyzeRequest:
    """The request of Analyze and Remediate."""
    return analyzer_pb2.AnalyzeRequest(
        type=resource.type,
        properties=_struct(resource.properties),
        urn=resource.urn,
        name=resource.name,
        options=_options(resource.options),
        provider=_provider(resource.provider),
    )


def stack_request(resources: Iterable[AnalyzerResource]) -> analyzer_pb2.AnalyzeStackRequest:
    """The request of AnalyzeStack."""
    return analyzer_pb2.AnalyzeStackRequest(
        resources=[
            analyzer_pb2.AnalyzerResource(
                type=resource.type,
                properties=_struct(resource.properties),
                urn=resource.urn,
                name=resource.name,
                options=_options(resource.options),
                provider=_provider(resource.provider),
                parent=resource.parent,
                dependencies=resource.dependencies,
                propertyDependencies={
                    key: analyzer_pb2.AnalyzerPropertyDependencies(urns=urns)
                    for key, urns in resource.property_dependencies.items()
                },
            )
            for resource in resources
        ]
    )


def _struct(properties: Mapping[str, Value]) -> struct_pb2.Struct:
    return to_struct(_visible(properties), references=False)


def _visible(properties: Mapping[str, Value]) -> Properties:
    return {
        key: _without_internals(value)
        for key, value in properties.items()
        if not key.startswith("__")
    }


def _without_internals(value: Value) -> Value:
    if isinstance(value, dict):
        return _visible(value)
    if isinstance(value, list):
        return [_without_internals(item) for item in value]
    return value


def _options(options: AnalyzerOptions) -> analyzer_pb2.AnalyzerResourceOptions:
    timeouts = options.timeouts
    return analyzer_pb2.AnalyzerResourceOptions(
        protect=options.protect,
        ignoreChanges=options.ignore_changes,
        deleteBeforeReplace=bool(options.delete_before_replace),
        deleteBeforeReplaceDefined=options.delete_before_replace is not None,
        additionalSecretOutputs=options.additional_secret_outputs,
        aliases=options.aliases,
        customTimeouts=analyzer_pb2.AnalyzerResourceOptions.CustomTimeouts(
            create=timeouts.create, update=timeouts.update, delete=timeouts.delete
        )
        if timeouts
        else None,
        parent=options.parent,
    )


def _provider(
    provider: AnalyzerProvider | None,
) -> analyzer_pb2.AnalyzerProviderResource | None:
    if provider is None:
        return None
    return analyzer_pb2.AnalyzerProviderResource(
        type=provider.type,
        properties=_struct(provider.properties),
        urn=provider.urn,
        name=provider.name,
    )
