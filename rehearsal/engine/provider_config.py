"""A provider's configuration: what is checked and compared of it, and what it is told.

Follows pulumi/pulumi, `sdk/go/common/resource/plugin/provider_plugin.go`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulumi.runtime.proto import provider_pb2 as pb

from rehearsal.engine import urns
from rehearsal.engine.annotate import with_secrets_of
from rehearsal.engine.provider_wire import (
    Checked,
    ProviderError,
    call,
    diff_of,
    failures_of,
    variables_of,
)
from rehearsal.engine.values import contains_unknown, from_struct, to_struct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from google.protobuf.struct_pb2 import Struct

    from rehearsal.engine.plugins import Plugin
    from rehearsal.engine.state import Resource
    from rehearsal.engine.steps import Diff
    from rehearsal.engine.values import Properties, Value

INTERNAL = "__internal"
"""The key of a provider row's inputs that is the engine's own, and no provider sees."""


@dataclass
class ConfigurableProvider:
    """A plugin together with what it said about itself when it was configured.

    `known` is false while its configuration is not known, in preview: it is not called then.
    """

    plugin: Plugin
    package: str
    known: bool = True
    accepts_secrets: bool = False
    accepts_references: bool = False
    supports_preview: bool = False
    configuration: Properties = field(default_factory=dict[str, "Value"])

    def check_config(self, urn: str, olds: Properties, news: Properties) -> Checked:
        """CheckConfig; a provider without it takes the inputs as they are."""
        request = pb.CheckRequest(
            urn=urn,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
            olds=_config_struct(olds),
            news=_config_struct(news),
        )
        try:
            reply = call(self.plugin.stub.CheckConfig, request)
        except ProviderError as error:
            if error.is_unimplemented:
                return Checked(news)
            raise
        inputs = with_secrets_of(from_struct(reply.inputs), news)
        if INTERNAL in news:
            inputs[INTERNAL] = news[INTERNAL]
        return Checked(inputs, failures_of(reply.failures))

    def diff_config(
        self, urn: str, old: Resource, news: Properties, ignored: Sequence[str] = ()
    ) -> Diff | None:
        """DiffConfig of an old row and checked inputs; None from a provider that cannot tell."""
        request = pb.DiffRequest(
            id=old.id,
            urn=urn,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
            olds=_config_struct(old.outputs),
            old_inputs=_config_struct(old.inputs),
            news=_config_struct(news),
            ignoreChanges=ignored,
        )
        try:
            return diff_of(call(self.plugin.stub.DiffConfig, request))
        except ProviderError as error:
            if error.is_unimplemented:
                return None
            raise

    def configure(self, urn: str, identifier: str, inputs: Properties) -> None:
        """Configure the provider with the inputs of its row, unless one is unknown."""
        config = {key: value for key, value in inputs.items() if key != INTERNAL}
        self.configuration = inputs
        self.known = not contains_unknown(config)
        if not self.known:
            return
        request = pb.ConfigureRequest(
            urn=urn,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
            id=identifier,
            args=to_struct(config),
            variables=variables_of(self.package, config),
            acceptSecrets=True,
            acceptResources=True,
            sends_old_inputs=True,
            sends_old_inputs_to_delete=True,
        )
        reply = call(self.plugin.stub.Configure, request)
        self.accepts_secrets = reply.acceptSecrets
        self.accepts_references = reply.acceptResources
        self.supports_preview = reply.supportsPreview


def _config_struct(config: Properties) -> Struct:
    """Configuration to check or compare: without what is the engine's own, secrets in clear."""
    shown = {key: value for key, value in config.items() if key != INTERNAL}
    return to_struct(shown, secrets=False, references=False)
