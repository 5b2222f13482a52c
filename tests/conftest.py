"""Every state that a journal writes in a test keeps the rules of states."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rehearsal.engine import checkpoint
from rehearsal.engine.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _snapshots_keep_the_rules(  # pyright: ignore[reportUnusedFunction] - pytest uses it
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    """Look at whole snapshots, where the journal itself looks at what changed."""
    unsound: list[str] = []
    original = Journal._pieces  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - what is written

    def pieces(journal: Journal) -> list[bytes]:
        found = original(journal)
        text = b"".join(found).decode()
        if not checkpoint.is_sound(text):
            unsound.append(text)
        return found

    monkeypatch.setattr(Journal, "_pieces", pieces)
    yield
    assert unsound == [], "the engine wrote a state that breaks the rules"
