"""`python -m ops review`: files in, a comment out."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from ops.review.comment import comment
from ops.review.guard import dangers
from ops.review.reading import UnreadableError, read

SUMMARY = "write a preview as a comment for its reviewers"
_DETAILS = """\
Writes Markdown: what changes, why something is replaced, who gains and loses access, and what the
policies say. Exit status 1 if the cluster, its resource group or the Kubernetes provider would be
replaced or deleted; 2 if the file cannot be read. Only the real CLI's events and the rehearsal tell
what the policies say:

  PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true pulumi preview --json ... >preview.json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Make `review` of an empty command."""
    parser.description = _DETAILS
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("preview", metavar="FILE", help="what a preview printed; - for stdin")
    parser.add_argument("--stack", default="", help="the stack, where the preview may not tell")
    parser.set_defaults(run=review)


def review(options: argparse.Namespace) -> int:
    """Print the comment; the exit status."""
    try:
        preview = read(_text(options.preview))
    except (OSError, UnicodeDecodeError, UnreadableError) as error:
        sys.stderr.write(
            f"error: {options.preview}: {_reason(error)}; give what `pulumi preview --json` or "
            "`python -m rehearsal preview --json` printed\n"
        )
        return 2
    if options.stack:
        preview = replace(preview, stack=options.stack)
    sys.stdout.write(comment(preview))
    found = list(dangers(preview))
    for danger in found:
        sys.stderr.write(f"error: {danger}\n")
    return 1 if found else 0


def _text(path: str) -> str:
    return sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or "cannot be read"
    return "is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
