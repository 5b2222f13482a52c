"""The one kill of a run: who dies of SIGKILL, and when."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

Victim = Literal["engine", "program", "provider"]
Clock = Literal["calls", "writes", "seconds"]
Phase = Literal["before", "within", "after"]

VARIABLE = "STRIKE"
_COMMANDS: dict[Victim, str] = {"program": "launcher.py", "provider": "pulumi-resource-conform"}
_LONGER_THAN_A_RUN = 60.0


@dataclass(frozen=True)
class Strike:
    """Kills the victim once, at a moment of the run.

    The moment is given on one of three clocks, which count what has been done in the folder:
    calls of providers, writes of the state's files, or seconds. `phase` says on which side of that
    call or write; `seed` picks one of several providers.
    """

    folder: str
    victim: Victim
    clock: Clock
    moment: float
    phase: Phase
    seed: int

    @classmethod
    def planned(cls) -> Strike | None:
        """What the environment asks for."""
        text = os.environ.get(VARIABLE)
        return cls(**json.loads(text)) if text else None

    def as_variable(self) -> dict[str, str]:
        """The environment that asks for it."""
        return {VARIABLE: json.dumps(asdict(self))}

    @contextmanager
    def around(self, clock: Clock, engine: int) -> Generator[Callable[[], None]]:
        """Count what the body does, and strike if that is the moment.

        The body calls what it is given when it has done half of it.
        """
        number = tick(Path(self.folder, clock))

        def strike_if(phase: Phase) -> None:
            if clock == self.clock and number >= self.moment and phase == self.phase:
                self.hit(engine)

        strike_if("before")
        yield lambda: strike_if("within")
        strike_if("after")

    def after_seconds(self, engine: int) -> None:
        """Strike when the seconds are over, on a thread of its own."""

        def wait() -> None:
            time.sleep(self.moment)
            while not self.hit(engine):
                time.sleep(0.01)

        threading.Thread(target=wait, daemon=True).start()

    def hit(self, engine: int) -> bool:
        """Kill the victim unless that was done; false if there is none yet."""
        mark = Path(self.folder, "struck")
        try:
            mark.touch(exist_ok=False)
        except FileExistsError:
            return True
        victim = self._victim_of(engine)
        if victim is None:
            mark.unlink()
            return False
        mark.write_text(str(victim))
        os.kill(victim, signal.SIGKILL)
        if victim == engine:
            # Whoever killed it must not go on and give the engine's dying moments an answer.
            time.sleep(_LONGER_THAN_A_RUN)
        return True

    def _victim_of(self, engine: int) -> int | None:
        if self.victim == "engine":
            return engine
        if self.victim == "provider" and os.getpid() != engine:
            return os.getpid()
        found = [pid for pid in _children(engine) if _COMMANDS[self.victim] in _command(pid)]
        return random.Random(self.seed).choice(found) if found else None


def tick(path: Path) -> int:
    """Count one more; how many there are. Safe among processes: appending is one step."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(file, b".")
        return os.lseek(file, 0, os.SEEK_CUR)
    finally:
        os.close(file)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for task in sorted(Path(f"/proc/{pid}/task").iterdir()):
            found += map(int, (task / "children").read_text().split())
    return found


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
