"""One deployed rehearsal for the tests that only look, fresh ones for those that break things."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.rehearsal import rehearsing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.rehearsal import Rehearsal


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """The stack `local`, up; a test that changes it puts it back."""
    with rehearsing(tmp_path_factory.mktemp("deployed")) as rehearsal:
        rehearsal.run("up")
        yield rehearsal


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Rehearsal]:
    """A rehearsal with nothing in it."""
    with rehearsing(tmp_path) as rehearsal:
        yield rehearsal
