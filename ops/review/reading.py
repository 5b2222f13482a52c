"""Takes in what a preview printed, whichever of three forms it has.

- Events, one JSON object a line: `pulumi preview --json` with
  `PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true`, or an `--event-log` (pulumi/pulumi,
  `sdk/go/common/apitype/events.go`). The only form of the real CLI with the policies' verdicts.
- A digest, one JSON object: plain `pulumi preview --json` (pulumi/pulumi,
  `pkg/backend/display/json.go`, which leaves policies out).
- The outcome that `python -m rehearsal preview --json` prints: counts, policies and outputs.

The CLI may print other lines before its JSON (pulumi/pulumi issue 19775); they are passed over.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ops.review import digest, events, outcome

if TYPE_CHECKING:
    from ops.review.model import Preview


class UnreadableError(ValueError):
    """The text is no preview."""


def read(text: str) -> Preview:
    """The preview in what a command printed.

    Raises:
        UnreadableError: There is no preview in it.
    """
    objects = _objects(text)
    told = [one for one in objects if "sequence" in one]
    if told:
        return events.preview(told)
    for one in objects:
        if "result" in one and "changes" in one:
            return outcome.preview(one)
        if "changeSummary" in one or "steps" in one:
            return digest.preview(one)
    raise UnreadableError("there is no preview in it")


def _objects(text: str) -> list[dict[str, Any]]:
    """The JSON objects that begin at the start of a line; other lines are passed over."""
    decoder, found, place = json.JSONDecoder(), list[dict[str, Any]](), 0
    while place < len(text):
        end = text.find("\n", place) + 1 or len(text)
        if text.startswith("{", place):
            try:
                value, end = decoder.raw_decode(text, place)
            except ValueError:
                pass
            else:
                found.append(value)
                end = text.find("\n", end) + 1 or len(text)
        place = end
    return found
