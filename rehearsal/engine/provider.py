"""One provider: the calls of `ResourceProvider` about resources, in the engine's value model.

What each call carries, and how secrets are kept where a provider does not take them, follows
pulumi/pulumi, `sdk/go/common/resource/plugin/provider_plugin.go`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pulumi.runtime.proto import provider_pb2 as pb

from rehearsal.engine import urns
from rehearsal.engine.annotate import with_secrets_of
from rehearsal.engine.provider_config import ConfigurableProvider
from rehearsal.engine.provider_wire import (
    Checked,
    CheckFailure,
    InitFailedError,
    Made,
    ProviderError,
    call,
    diff_of,
    failures_of,
)
from rehearsal.engine.values import from_struct, to_struct

if TYPE_CHECKING:
    from google.protobuf.struct_pb2 import Struct

    from rehearsal.engine.state import Resource
    from rehearsal.engine.steps import Diff
    from rehearsal.engine.values import Properties


_SEED_BYTES = 32


def new_seed() -> bytes:
    """What a provider makes random names from; one for all that is asked about a registration."""
    return os.urandom(_SEED_BYTES)


class Provider(ConfigurableProvider):
    """A provider that can be asked for resources and functions."""

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
        return Made(reply.id, self._secured(reply.properties, row.outputs), inputs)

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
