"""A run that is interrupted in the middle."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.engine_provider import Project


def test_ctrl_c_finishes_what_is_in_flight_saves_it_and_fails(project: Project) -> None:
    project.program(
        "first = memory.Thing('first', value='wait')",
        "memory.Thing('second', value='one', opts=ResourceOptions(depends_on=[first]))",
    )
    world = project.world

    def press() -> None:
        world.entered.wait(60)
        os.kill(os.getpid(), signal.SIGINT)
        while not world.names("Cancel"):
            world.released.wait(0.05)
        world.released.set()

    thread = threading.Thread(target=press)
    thread.start()
    outcome = project.run()
    thread.join()

    assert outcome.exit_code == 1
    assert any("interrupted" in found.message for found in outcome.diagnostics)
    assert world.names("Create") == ["first"], "nothing new starts"
    world.calls.clear()
    project.program("memory.Thing('first', value='wait')", "memory.Thing('second', value='one')")
    assert project.run().exit_code == 0
    assert world.names("Create") == ["second"], "what was in flight is in the state"


def test_handlers_of_signals_are_as_before_after_a_run(project: Project) -> None:
    before = signal.getsignal(signal.SIGINT)
    project.program("memory.Thing('a', value='one')")

    project.run("preview")

    assert signal.getsignal(signal.SIGINT) is before
