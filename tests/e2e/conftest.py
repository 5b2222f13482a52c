"""One deployed rehearsal for the tests that only look, fresh ones for those that break things."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.rehearsal import Rehearsal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """The stack `local`, up; a test that changes it puts it back."""
    rehearsal = Rehearsal(tmp_path_factory.mktemp("deployed"))
    rehearsal.run("up")
    yield rehearsal
    rehearsal.run("cloud", "reset")


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Rehearsal]:
    """A rehearsal with nothing in it."""
    rehearsal = Rehearsal(tmp_path)
    yield rehearsal
    rehearsal.run("cloud", "reset")
