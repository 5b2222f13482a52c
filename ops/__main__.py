"""`python -m ops COMMAND`: parses the words and runs the command that they name."""

from __future__ import annotations

import argparse
import sys

from ops.review import command as review


def main(words: list[str] | None = None) -> int:
    """Run the command; the exit status, 2 if it cannot be run as asked."""
    parser = argparse.ArgumentParser(prog="python -m ops", description=__doc__)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    review.add_arguments(commands.add_parser("review", help=review.SUMMARY))
    review.add_drift_arguments(commands.add_parser("drift", help=review.DRIFT_SUMMARY))
    options = parser.parse_args(words)
    return options.run(options)


if __name__ == "__main__":
    sys.exit(main())
