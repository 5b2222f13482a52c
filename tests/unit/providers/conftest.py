"""Providers against a scripted wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rehearsal.providers.azure_native import AzureNative
from rehearsal.providers.azuread import AzureAd
from tests.support.provider_host import Hosted, hosted
from tests.support.wire import ENVIRONMENT, Wire

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire()
    yield wire
    wire.done()


@pytest.fixture
def azure(wire: Wire) -> Iterator[Hosted]:
    with hosted(AzureNative(ENVIRONMENT, wire.transport())) as provider:
        provider.configure()
        yield provider


@pytest.fixture
def directory(wire: Wire) -> Iterator[Hosted]:
    with hosted(AzureAd(ENVIRONMENT, wire.transport())) as provider:
        provider.configure()
        yield provider
