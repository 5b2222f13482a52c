"""A preview of a rehearsal, told as the real CLI tells one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rehearsal import engine
from rehearsal.cli.deploy import request
from rehearsal.home import Home
from tests.support import previews

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pytest

    from tests.support.rehearsal import Rehearsal


def refreshed_preview(rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> str:
    """What `pulumi preview --refresh --json` would print of the stack `local`."""
    monkeypatch.setenv("REHEARSAL_HOME", str(rehearsal.home))
    monkeypatch.chdir(rehearsal.project)
    events: list[engine.Event] = []
    wanted = replace(request(Home.from_environment(), "preview", "local"), refresh=True)
    outcome = engine.run(wanted, events.append)
    assert outcome.exit_code == 0, outcome.diagnostics
    return previews.stream(*_told(events))


def _told(events: Iterable[engine.Event]) -> Iterator[previews.Event]:
    refreshing: set[str] = set()
    for event in events:
        match event:
            case engine.StepStarted(op="refresh"):
                refreshing.add(event.urn)
                yield previews.step("refresh", event.urn)
            case engine.StepFinished():
                diff = {each.path: {"diffKind": each.kind} for each in event.diff}
                tell = previews.result if event.urn in refreshing else previews.step
                yield tell(event.op, event.urn, detailedDiff=diff)
                refreshing.discard(event.urn)
            case _:
                pass
