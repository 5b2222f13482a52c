"""What every command needs: the home, the passphrase, and the environment of child processes."""

from __future__ import annotations

import os
import secrets
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rehearsal import toolchain, toolchain_az
from rehearsal.cli.problem import Problem
from rehearsal.cloud import daemon

if TYPE_CHECKING:
    from rehearsal.home import Home

# Settings that would lead a child of ours to another cloud, state or login than the rehearsal's.
FOREIGN = (
    "AAD_",
    "ACTIONS_ID_TOKEN_",
    "ARM_",
    "AZURE_",
    "IDENTITY_",
    "KUBECONFIG",
    "MSI_",
    "PULUMI_",
)


def say(text: str) -> None:
    """A line of progress, on stderr so that stdout stays the command's answer."""
    print(text, file=sys.stderr, flush=True)


def passphrase(home: Home) -> str:
    """The passphrase of the stacks' secrets: the environment's, else one made once per home.

    Raises:
        Problem: `PULUMI_CONFIG_PASSPHRASE_FILE` names a file that cannot be read.
    """
    given = os.environ.get("PULUMI_CONFIG_PASSPHRASE")
    if given is not None:
        return given
    file = os.environ.get("PULUMI_CONFIG_PASSPHRASE_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            message = f"PULUMI_CONFIG_PASSPHRASE_FILE names {file}: {error.strerror}"
            raise Problem(message, 2) from None
    kept = passphrase_file(home)
    if not kept.exists():
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(secrets.token_urlsafe(24))
    return kept.read_text(encoding="utf-8")


def passphrase_file(home: Home) -> Path:
    """Where the passphrase made for this home lies."""
    return home.root / "passphrase"


_OWN = frozenset({"PULUMI_K8S_DELETE_UNREACHABLE"})
"""What starts as a foreign setting does, and is for a provider of the rehearsal."""


def find_tools() -> toolchain.Tools:
    """The built tools.

    Raises:
        Problem: they are not built; the message says how to build them.
    """
    try:
        return toolchain.find()
    except toolchain.ToolchainError as error:
        raise Problem(str(error)) from None


def bare_environment() -> dict[str, str]:
    """This process's environment without what belongs to another cloud, with our tools on PATH."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _OWN or not name.startswith(FOREIGN)
    }
    first = map(str, tool_directories())
    az = toolchain_az.find()
    last = [str(az.parent)] if az else []
    kept["PATH"] = os.pathsep.join((*first, kept.get("PATH", ""), *last))
    return kept


def tool_directories() -> tuple[Path, ...]:
    """Where kubelogin, kubectl and this Python are, for the front of a PATH."""
    tools = find_tools()
    return tools.kubelogin.parent, Path(sys.executable).parent, tools.kubectl.parent


def ensure_cloud(home: Home) -> daemon.Endpoint:
    """Where the local Azure runs; it is started unless it does.

    Raises:
        Problem: it does not start; the message carries the reason.
    """
    home.create()
    running = daemon.status(home)
    if running is not None:
        return running
    say("starting the local Azure")
    try:
        endpoint = daemon.start(home)
    except daemon.DaemonError as error:
        raise Problem(str(error)) from None
    say(f"local Azure at {endpoint.origin}")
    return endpoint


def print_exports(variables: dict[str, str]) -> None:
    """Print variables as a shell takes them in with `eval`."""
    for name, value in variables.items():
        print(f"export {name}={shlex.quote(value)}")
