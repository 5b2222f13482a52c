"""The command line of the rehearsal: what to do with the words a person typed.

Exit status: 0 fine, 1 failed or a mandatory violation, 2 bad configuration or usage, 3 changes
where none were expected.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rehearsal.cli import account, cloud, deploy, stack
from rehearsal.cli.problem import Problem
from rehearsal.home import HomeError

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130
"""Exit status after Ctrl-C: 128 and the number of SIGINT, as shells have it."""


def parser() -> argparse.ArgumentParser:
    """The whole grammar; each leaf sets `command`, a function of the parsed words."""
    top = argparse.ArgumentParser(
        prog="python -m rehearsal",
        description="The Pulumi program against a local Azure with a real Kubernetes API server.",
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    deploy.add_commands(commands)
    stack.add_commands(commands)
    cloud.add_commands(commands)
    account.add_commands(commands)
    return top


def split(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words before and after the first `--`."""
    place = list(words).index("--") if "--" in words else len(words)
    return list(words[:place]), list(words[place + 1 :])


def main(words: Sequence[str]) -> int:
    """Do what `words` say; the exit status, INTERRUPTED where a person cut it off.

    What follows `--` is a command for `as` to run.
    """
    own, child = split(words)
    grammar = parser()
    options, unknown = grammar.parse_known_args(own)
    if unknown:
        hint = "; write -- before the command" if options.command is account.run_as else ""
        grammar.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
    if child and options.command is not account.run_as:
        grammar.error(f"only `as` runs a command: -- {' '.join(child)}")
    options.child = child
    if not Path("Pulumi.yaml").is_file():
        print(
            f"error: no Pulumi.yaml in {Path.cwd()}; run this from the project's root",
            file=sys.stderr,
        )
        return 2
    try:
        status: int = options.command(options)
    except Problem as problem:
        print(f"error: {problem}", file=sys.stderr)
        return problem.exit_code
    except HomeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("error: stopped at once", file=sys.stderr)
        return INTERRUPTED
    return status
