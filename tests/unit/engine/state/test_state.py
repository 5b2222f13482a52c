from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rehearsal.engine import state

if TYPE_CHECKING:
    import pytest


def test_the_present_is_written_as_go_writes_it() -> None:
    text = state.now()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,8}[1-9])?Z", text)
    assert datetime.fromisoformat(re.sub(r"\.\d+", "", text)) <= datetime.now(UTC)


def test_whole_seconds_have_no_fraction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state.time, "time_ns", lambda: 1_500_000_000 * 10**9)
    assert state.now() == "2017-07-14T02:40:00Z"
    monkeypatch.setattr(state.time, "time_ns", lambda: 1_500_000_000 * 10**9 + 20)
    assert state.now() == "2017-07-14T02:40:00.00000002Z"
