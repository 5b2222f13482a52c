"""Runs the program: what Pulumi's Python language host does.

This file is both ends: the engine takes `Program` from it, and the program's interpreter runs it as
a script. There it can import nothing but the standard library and the SDK, for that interpreter
need not be ours (distilled from pulumi/pulumi, `sdk/python/cmd/pulumi-language-python-exec`).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rehearsal.engine.processes import Spawner

RUN_ERROR = 1
"""Exit status of a program that ended with `pulumi.RunError`: its message was logged."""

EXCEPTION = 32
"""Exit status of a program that ended with another exception: its traceback was logged."""

INTERRUPTED = 130
"""Exit status of a program that the engine interrupted."""

_INTERRUPT_SECONDS = 5.0
_MAIN = "__main__.py"


@dataclass(frozen=True)
class RunInfo:
    """What the script is told, as JSON in its only argument."""

    program: str
    """The directory with `__main__.py`, or a file."""
    root_directory: str
    """Where Pulumi.yaml is."""
    project: str
    stack: str
    address: str
    """`127.0.0.1:PORT` of ResourceMonitor and Engine."""
    dry_run: bool
    parallel: int = 16
    organization: str = "organization"


def main_file(program: Path) -> Path:
    """The file that runs first, of a program that is a file or a directory."""
    return program if program.suffix == ".py" else program / _MAIN


class Program:
    """A running program; the spawner sees to it that it does not outlive the engine."""

    def __init__(
        self, process: subprocess.Popen[bytes], on_line: Callable[[str, bool], None]
    ) -> None:
        self._process = process
        self._on_line = on_line
        self._readers = [
            threading.Thread(target=self._read, args=(pipe, is_error), daemon=True)
            for pipe, is_error in ((process.stdout, False), (process.stderr, True))
        ]
        for reader in self._readers:
            reader.start()

    @classmethod
    def start(  # noqa: PLR0913 - what a process needs
        cls,
        spawner: Spawner,
        python: Path,
        info: RunInfo,
        environment: Mapping[str, str],
        *,
        config: Mapping[str, str],
        secret_keys: Sequence[str],
        on_line: Callable[[str, bool], None],
    ) -> Program:
        """Start it.

        Args:
            spawner: Starts the process.
            python: The program's interpreter, an absolute path.
            info: What it is told.
            environment: Its environment.
            config: Configuration by full key, decrypted.
            secret_keys: The keys among them that are secret.
            on_line: Gets each line that it writes, and whether to stderr, on threads of its own.

        Raises:
            OSError: The interpreter cannot be started.
        """
        added = {
            "PULUMI_CONFIG": json.dumps(dict(config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(secret_keys)),
        }
        # -P keeps this file's directory, and so `secrets.py` in it, off the program's path.
        command = [python, "-u", "-P", Path(__file__).absolute(), json.dumps(asdict(info))]
        program = Path(info.program)
        directory = program if program.is_dir() else program.parent
        return cls(spawner.spawn(command, {**environment, **added}, directory), on_line)

    def _read(self, pipe: IO[bytes], is_error: bool) -> None:  # noqa: FBT001 - a thread's argument
        with suppress(ValueError, OSError):
            for line in pipe:
                self._on_line(line.decode(errors="replace").rstrip("\r\n"), is_error)

    def wait(self) -> int:
        """Wait for its end and its last line.

        Returns:
            Its exit status, RUN_ERROR and EXCEPTION among them.
        """
        status = self._process.wait()
        for reader in self._readers:
            # What the program itself started may hold its pipes open for longer.
            reader.join(timeout=1)
        return status

    def interrupt(self) -> None:
        """Ask it to end (SIGINT), and kill it if it has not after five seconds."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGINT)
        threading.Thread(target=self._kill_later, daemon=True).start()

    def _kill_later(self) -> None:
        try:
            self._process.wait(_INTERRUPT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()


# --- the script ------------------------------------------------------------------------------


def _main(info: RunInfo) -> int:
    """Run the program against the engine; the exit status."""
    # The engine has told the user; a loop that is ended anywhere would add tracebacks of its own.
    signal.signal(signal.SIGINT, _end)
    import pulumi  # noqa: PLC0415 - the engine, which imports this module too, has no use for it

    _configure(info)
    _mute_debug_logs()
    program = Path(info.program)
    sys.argv = [info.program]
    sys.path.insert(0, str(program if program.is_dir() else program.parent))
    try:
        _run(info, lambda: _run_program(info.program))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return RUN_ERROR
    except Exception:  # noqa: BLE001 - whatever a program raises is told to its user
        traceback = _user_traceback(main_file(program))
        pulumi.log.error(f"Program failed with an unhandled exception:\n{traceback}")
        return EXCEPTION
    return 0


def _end(*_: object) -> None:
    """End at once, wherever the program is."""
    os._exit(INTERRUPTED)


def _configure(info: RunInfo) -> None:
    """Tell the SDK about the run."""
    from pulumi.runtime import Settings, configure, set_all_config  # noqa: PLC0415
    from pulumi.runtime.config import get_config_env, get_config_secret_keys_env  # noqa: PLC0415

    set_all_config(get_config_env(), get_config_secret_keys_env())
    configure(
        Settings(
            project=info.project,
            stack=info.stack,
            monitor=info.address,
            engine=info.address,
            parallel=info.parallel,
            dry_run=info.dry_run,
            organization=info.organization,
            root_directory=info.root_directory,
        )
    )


def _mute_debug_logs() -> None:
    """Drop the SDK's debug messages: four a resource, unseen, are half of a run's work."""
    import pulumi.log  # noqa: PLC0415

    pulumi.log.debug = _ignored


def _ignored(*_: Any, **__: Any) -> None:
    """Do nothing."""


def _run(info: RunInfo, program: Callable[[], None]) -> None:
    """Run the program's function inside of a Stack resource."""
    import asyncio  # noqa: PLC0415
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    from pulumi.runtime import run_in_stack  # noqa: PLC0415

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    # Every registration blocks a thread until its resource is done.
    loop.set_default_executor(ThreadPoolExecutor(max_workers=info.parallel * 4))
    try:
        loop.run_until_complete(run_in_stack(program))
    finally:
        # After a failed step the SDK leaves tasks behind, about which asyncio would complain.
        loop.set_exception_handler(_ignored)
        loop.close()
        for stream in (sys.stdout, sys.stderr):
            # A program may have closed it.
            with suppress(ValueError, OSError):
                stream.flush()


def _run_program(path: str) -> None:
    import runpy  # noqa: PLC0415

    runpy.run_path(path, run_name="__main__")


def _user_traceback(main: Path) -> str:
    """The traceback of the exception being handled, from the program's first frame on."""
    import traceback  # noqa: PLC0415

    frames = traceback.extract_tb(sys.exc_info()[2])
    for index, frame in enumerate(frames):
        file = Path(frame.filename)
        if file.exists() and main.exists() and file.samefile(main):
            return traceback.format_exc(limit=-(len(frames) - index))
    return traceback.format_exc()


if __name__ == "__main__":
    sys.exit(_main(RunInfo(**json.loads(sys.argv[1]))))
