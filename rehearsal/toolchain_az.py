"""The Azure CLI, `az`, for those who have none: `python -m rehearsal.toolchain_az` installs it.

It gets an environment of its own in the cache of built tools, since it pins versions of what the
rehearsal uses too. Nothing of the rehearsal needs it.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
from pathlib import Path

from rehearsal.toolchain import ToolchainError, cache
from rehearsal.toolchain_build import only_one, run
from rehearsal.toolchain_progress import LineProgress, Progress

LOCK = Path(__file__).parents[1] / "requirements-az.txt"
# pip's own script names the directory that it was installed in, which is not where it ends up.
_SCRIPT = """\
#!/bin/sh
AZ_INSTALLER=PIP exec "$(dirname "$(readlink -f "$0")")/python" -Im azure.cli "$@"
"""


def installed() -> Path:
    """Where the pinned az is, or will be, in the cache."""
    pins = LOCK.read_bytes() + f"{sys.base_prefix} {platform.python_version()}".encode()
    return cache() / f"az-{hashlib.sha256(pins).hexdigest()[:16]}" / "bin" / "az"


def find() -> Path | None:
    """The az of PATH, else the pinned one, else None."""
    found = shutil.which("az")
    if found:
        return Path(found)
    return installed() if LOCK.exists() and installed().exists() else None


def install(progress: Progress) -> Path:
    """Install the pinned az unless it is there, and return where it is.

    Raises:
        ToolchainError: pip or venv fails; the message has its last words.
    """
    az = installed()
    environment = az.parents[1]
    step = f"installing az from {LOCK.name} (once; some two minutes, 730 MB)"
    if az.exists():
        return az
    with only_one(environment, step, progress) as unfinished:
        if unfinished is None:
            return az
        run(step, [sys.executable, "-m", "venv", str(unfinished)], os.environ, progress)
        pip = [str(unfinished / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        pip += ["--disable-pip-version-check", "--require-hashes", "--requirement", str(LOCK)]
        run(step, pip, os.environ, progress)
        (unfinished / "bin" / "az").write_text(_SCRIPT, encoding="utf-8")
    return az


def main() -> int:
    """Install az and print where it is; the exit status."""
    try:
        print(install(LineProgress(sys.stderr)))  # noqa: T201 - the command's answer
    except ToolchainError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
