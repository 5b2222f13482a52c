"""`python -m ops review` and `python -m ops drift`: files in, a comment out."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ops.review.comment import comment
from ops.review.drift import has_drift, without_azures_own
from ops.review.guard import dangers
from ops.review.reading import UnreadableError, read

if TYPE_CHECKING:
    from ops.review.model import Preview

SUMMARY = "write a preview as a comment for its reviewers"
DRIFT_SUMMARY = "say whether a preview after a refresh found drift"
_DETAILS = """\
Writes Markdown: what changes, why something is replaced, who gains and loses access, and what the
policies say. Exit status 1 if the cluster, its resource group, the Kubernetes provider or a
namespace would be replaced or deleted; 2 if the file cannot be read. Only the real CLI's events and
the rehearsal tell what the policies say:

  PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true pulumi preview --json ... >preview.json
"""


_DRIFT_DETAILS = """\
Writes the same Markdown without what AKS moves by itself: numbers of nodes, and the pools that it
lists with their cluster. Exit status 1 if anything else differs or could not be compared; 2 if the
file cannot be read. It takes what `pulumi preview --refresh --json` prints.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Make `review` of an empty command."""
    _add_preview(parser, _DETAILS)
    parser.set_defaults(run=review)


def add_drift_arguments(parser: argparse.ArgumentParser) -> None:
    """Make `drift` of an empty command."""
    _add_preview(parser, _DRIFT_DETAILS)
    parser.set_defaults(run=drift)


def _add_preview(parser: argparse.ArgumentParser, details: str) -> None:
    parser.description = details
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("preview", metavar="FILE", help="what a preview printed; - for stdin")
    parser.add_argument("--stack", default="", help="the stack, where the preview may not tell")


def review(options: argparse.Namespace) -> int:
    """Print the comment; the exit status."""
    preview = _preview(options)
    if preview is None:
        return 2
    sys.stdout.write(comment(preview))
    found = list(dangers(preview))
    for danger in found:
        sys.stderr.write(f"error: {danger}\n")
    return 1 if found else 0


def drift(options: argparse.Namespace) -> int:
    """Print the comment of what has drifted; the exit status."""
    whole = _preview(options)
    if whole is None:
        return 2
    preview = without_azures_own(whole)
    sys.stdout.write(comment(preview))
    if preview != whole:
        sys.stdout.write("\nLeft out: numbers of nodes, and pools listed with their cluster.\n")
    return 1 if has_drift(preview) else 0


def _preview(options: argparse.Namespace) -> Preview | None:
    """The preview that is named; None, and an error told, if there is none."""
    try:
        preview = read(_text(options.preview))
    except (OSError, UnicodeDecodeError, UnreadableError) as error:
        sys.stderr.write(
            f"error: {options.preview}: {_reason(error)}; give what `pulumi preview --json` or "
            "`python -m rehearsal preview --json` printed\n"
        )
        return None
    return replace(preview, stack=options.stack) if options.stack else preview


def _text(path: str) -> str:
    return sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or "cannot be read"
    return "is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
