"""One provider, configured or not: the calls of `ResourceProvider` in the engine's value model.

What each call carries, and how secrets are kept where a provider does not take them, follows
pulumi/pulumi, `sdk/go/common/resource/plugin/provider_plugin.go`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulumi.runtime.proto import provider_pb2 as pb

from rehearsal.engine import urns
from rehearsal.engine.annotate import with_secrets_of
from rehearsal.engine.provider_wire import (
    Checked,
    CheckFailure,
    InitFailedError,
    Made,
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
class Provider:
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

    # --- configuration -----------------------------------------------------------------------

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

    # --- resources ---------------------------------------------------------------------------

    def check(self, urn: str, olds: Properties, news: Properties, seed: bytes) -> Checked:
        """Check; with an unknown configuration the inputs stay as they are."""
        if not self.known:
            return Checked(news)
        request = pb.CheckRequest(
            urn=urn,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
            olds=self._struct(olds),
            news=self._struct(news),
            randomSeed=seed,
        )
        reply = call(self.plugin.stub.Check, request)
        return Checked(self._secured(reply.inputs, news), failures_of(reply.failures))

    def diff(self, old: Resource, row: Resource) -> Diff:
        """Diff of an old row and a row with checked inputs."""
        request = pb.DiffRequest(
            id=old.id,
            urn=row.urn,
            name=urns.name_of(row.urn),
            type=row.type,
            olds=self._struct(old.outputs),
            old_inputs=self._struct(old.inputs),
            news=self._struct(row.inputs),
            ignoreChanges=row.ignore_changes,
        )
        return diff_of(call(self.plugin.stub.Diff, request))

    def create(self, row: Resource, *, preview: bool) -> Made:
        """Create what the row describes; the id is empty in preview.

        Raises:
            InitFailedError: It was made, but did not become ready.
        """
        if preview and not (self.known and self.supports_preview):
            return Made("", row.inputs if self.known else {})
        request = pb.CreateRequest(
            urn=row.urn,
            name=urns.name_of(row.urn),
            type=row.type,
            properties=self._struct(row.inputs),
            timeout=row.custom_timeouts.create,
            preview=preview,
        )
        try:
            reply = call(self.plugin.stub.Create, request)
        except ProviderError as error:
            raise self._failed_init(error, row) from error
        return Made(reply.id, self._secured(reply.properties, row.inputs))

    def update(self, old: Resource, row: Resource, *, preview: bool) -> Made:
        """Update the object of `old` to what `row` describes.

        Raises:
            InitFailedError: It was updated, but did not become ready.
        """
        if preview and not (self.known and self.supports_preview):
            return Made(old.id, row.inputs if self.known else {})
        request = pb.UpdateRequest(
            id=old.id,
            urn=row.urn,
            name=urns.name_of(row.urn),
            type=row.type,
            olds=self._struct(old.outputs),
            old_inputs=self._struct(old.inputs),
            news=self._struct(row.inputs),
            timeout=row.custom_timeouts.update,
            ignoreChanges=row.ignore_changes,
            preview=preview,
        )
        try:
            reply = call(self.plugin.stub.Update, request)
        except ProviderError as error:
            raise self._failed_init(error, row) from error
        return Made(old.id, self._secured(reply.properties, row.inputs))

    def read(self, row: Resource, identifier: str) -> Made | None:
        """Read an object, with what the row knows of it; None if there is none of that id.

        Raises:
            InitFailedError: It is there, but not ready.
        """
        if not self.known:
            return Made(identifier, {}, {})
        request = pb.ReadRequest(
            id=identifier,
            urn=row.urn,
            name=urns.name_of(row.urn),
            type=row.type,
            properties=self._struct(row.outputs),
            inputs=self._struct(row.inputs),
        )
        try:
            reply = call(self.plugin.stub.Read, request)
        except ProviderError as error:
            raise self._failed_init(error, row) from error
        if not reply.id:
            return None
        has_inputs = reply.HasField("inputs")
        inputs = self._secured(reply.inputs, row.inputs) if has_inputs else None
        return Made(reply.id, self._secured(reply.properties, row.inputs), inputs)

    def delete(self, row: Resource) -> None:
        """Delete the object of a row."""
        request = pb.DeleteRequest(
            id=row.id,
            urn=row.urn,
            name=urns.name_of(row.urn),
            type=row.type,
            properties=self._struct(row.outputs),
            old_inputs=self._struct(row.inputs),
            timeout=row.custom_timeouts.delete,
        )
        call(self.plugin.stub.Delete, request)

    def invoke(
        self, token: str, arguments: Properties, *, preview: bool
    ) -> tuple[Properties, tuple[CheckFailure, ...]]:
        """Call a function: its result, and why the arguments are refused."""
        if not self.known:
            return {}, ()
        request = pb.InvokeRequest(tok=token, args=self._struct(arguments), preview=preview)
        reply = call(self.plugin.stub.Invoke, request)
        return from_struct(getattr(reply, "return")), failures_of(reply.failures)

    # --- values ------------------------------------------------------------------------------

    def _struct(self, properties: Properties) -> Struct:
        return to_struct(
            properties,
            secrets=self.accepts_secrets,
            references=self.accepts_references,
            canonical=True,
        )

    def _secured(self, properties: Struct, inputs: Properties) -> Properties:
        found = from_struct(properties)
        return found if self.accepts_secrets else with_secrets_of(found, inputs)

    def _failed_init(self, error: ProviderError, row: Resource) -> Exception:
        detail = error.init_failed
        if detail is None:
            return error
        reasons = tuple(detail.reasons) or (str(error),)
        outputs = self._secured(detail.properties, row.inputs)
        inputs = self._secured(detail.inputs, row.inputs) if detail.HasField("inputs") else None
        return InitFailedError(Made(detail.id or row.id, outputs, inputs, reasons))


def _config_struct(config: Properties) -> Struct:
    """Configuration to check or compare: without what is the engine's own, secrets in clear."""
    shown = {key: value for key, value in config.items() if key != INTERNAL}
    return to_struct(shown, secrets=False, references=False)
