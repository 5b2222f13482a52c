"""What the commands' grammars share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    # argparse has no public name for what `add_subparsers` returns.
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


def add_stack(parser: argparse.ArgumentParser) -> None:
    """Add `-s STACK`, by default the stack that needs nothing but this machine."""
    parser.add_argument("-s", "--stack", default="local", help="stack (default: local)")
