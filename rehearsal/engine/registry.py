"""Provider rows: each is a plugin of its own, checked, configured, and found by its reference.

A provider of this run is checked, then configured when its step is carried out. One that only the
state knows (to delete what it made, or to refresh it) is started when it is asked for.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from rehearsal.engine import urns
from rehearsal.engine.provider import Provider
from rehearsal.engine.provider_config import INTERNAL
from rehearsal.engine.steps import NO_DIFF, compared
from rehearsal.engine.values import UNKNOWN_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rehearsal.engine.plugins import PluginHost
    from rehearsal.engine.provider_wire import Checked
    from rehearsal.engine.state import Resource
    from rehearsal.engine.steps import Diff
    from rehearsal.engine.values import Properties

UNKNOWN_ID = UNKNOWN_TEXT
"""The id of a provider that a preview would create."""


class NoProviderError(Exception):
    """A reference to a provider that neither this run nor the state knows."""


class Registry:
    """The providers of one run. Safe for many threads."""

    def __init__(self, host: PluginHost) -> None:
        self._host = host
        self._lock = threading.Lock()
        self._checked: dict[str, Provider] = {}
        self._ready: dict[str, Provider] = {}
        self._rows: dict[str, Resource] = {}
        self._starting: dict[str, threading.Lock] = {}

    def learn(self, rows: Iterable[Resource]) -> None:
        """Note the provider rows of a state, which are started when they are needed."""
        with self._lock:
            for row in rows:
                if urns.is_provider_type(row.type):
                    self._rows[urns.reference(row.urn, row.id)] = row

    def check(self, urn: str, olds: Properties, news: Properties) -> Checked:
        """Start the plugin of a provider row and let it check the row's inputs.

        Raises:
            PluginError: The plugin cannot be started.
            ProviderError: It failed.
        """
        package = urns.package_of(urns.type_of(urn))
        provider = Provider(self._host.start(package), package)
        with self._lock:
            self._checked[urn] = provider
        return provider.check_config(urn, olds, news)

    def diff(self, old: Resource, row: Resource) -> Diff:
        """What changes for a provider row; whether resources have to be replaced with it.

        Raises:
            ProviderError: The provider failed.
        """
        with self._lock:
            provider = self._checked[row.urn]
        answer = provider.diff_config(row.urn, old, row.inputs, row.ignore_changes)
        if answer is None or answer.changes == "unknown":
            return compared(outputs_of(old.inputs), outputs_of(row.inputs))
        return answer

    def configure(self, urn: str, identifier: str, inputs: Properties) -> None:
        """Configure the provider that was checked, and make it known by its reference.

        Raises:
            ProviderError: It refuses the configuration.
        """
        with self._lock:
            provider = self._checked.pop(urn)
        provider.configure(urn, identifier, inputs)
        with self._lock:
            self._ready[urns.reference(urn, identifier)] = provider

    def keep(self, urn: str, identifier: str, inputs: Properties) -> None:
        """Configure the provider that was checked, unless the one of its row is at work already.

        Raises:
            ProviderError: It refuses the configuration.
        """
        with self._lock:
            is_ready = urns.reference(urn, identifier) in self._ready
            if is_ready:
                self._checked.pop(urn, None)
        if not is_ready:
            self.configure(urn, identifier, inputs)

    def rename(self, old_urn: str, new_urn: str) -> None:
        """Let what an old provider row made be handled by the provider with its new URN."""
        with self._lock:
            for reference, row in list(self._rows.items()):
                if row.urn == old_urn:
                    self._rows[urns.reference(new_urn, row.id)] = row
                    ready = self._ready.get(urns.reference(new_urn, row.id))
                    if ready is not None:
                        self._ready[reference] = ready

    def get(self, reference: str) -> Provider:
        """The provider of a reference, started from its row in the state if need be.

        Raises:
            NoProviderError: Nobody knows it.
            PluginError: The plugin cannot be started.
            ProviderError: It refuses its configuration.
        """
        with self._lock:
            ready = self._ready.get(reference)
            row = self._rows.get(reference)
            starting = self._starting.setdefault(reference, threading.Lock())
        if ready is not None:
            return ready
        if row is None:
            raise NoProviderError(f"there is no provider {reference} in the program or the state")
        with starting:
            with self._lock:
                ready = self._ready.get(reference)
            if ready is None:
                package = urns.package_of(row.type)
                ready = Provider(self._host.start(package), package)
                ready.configure(row.urn, row.id, row.inputs)
                with self._lock:
                    self._ready[reference] = ready
        return ready

    def needs_replacement(self, old_reference: str, new_reference: str) -> bool:
        """Whether a resource must be replaced because its provider is another one now."""
        if old_reference == new_reference:
            return False
        with self._lock:
            old_row = self._rows.get(old_reference)
            provider = self._ready.get(new_reference)
        if old_row is None or provider is None:
            return True
        answer = provider.diff_config(
            urns.split_reference(new_reference)[0], old_row, provider.configuration
        )
        return (answer or NO_DIFF).is_replace


def outputs_of(inputs: Properties) -> Properties:
    """The outputs of a provider row: its inputs without what is the engine's own."""
    return {key: value for key, value in inputs.items() if key != INTERNAL}
