"""What the commands' grammars share."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    # argparse has no public name for what `add_subparsers` returns.
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

_TARGETING = ("--target", "--target-dependents", "--exclude", "--exclude-dependents", "--replace")


def add_stack(parser: argparse.ArgumentParser) -> None:
    """Add `-s STACK`, by default the stack that needs nothing but this machine."""
    parser.add_argument("-s", "--stack", default="local", help="stack (default: local)")


def refuse_targeting(parser: argparse.ArgumentParser) -> None:
    """Refuse the real CLI's options for a part of a stack in words of their own."""
    for option in _TARGETING:
        parser.add_argument(option, nargs="?", action=_NoTargets, help=argparse.SUPPRESS)


class _NoTargets(argparse.Action):
    """Ends the command as wrong usage."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> NoReturn:
        del namespace, values
        parser.error(
            f"{option_string}: a rehearsal is of the whole stack and has no targets; leave it out, "
            "or use it with the real Pulumi CLI"
        )
