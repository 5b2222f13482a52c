"""What a reply has to look like, for each plane."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from rehearsal.cloud.web import Reply
    from tests.property.cloud.malformed.corpus import Good

_STATUS = range(200, 600)
# A webhook tells the API server of a refusal in a reply that is a success.
_OAUTH = ("error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id")


def problem(found: Good, reply: Reply) -> str:
    """What is wrong about a reply, or an empty text."""
    if reply.status not in _STATUS or reply.status == 500:
        return "is no status that should be sent"
    for name, value in reply.headers.items():
        if not _is_header(value):
            return f"the header {name} cannot be sent: {value[:80]!r}"
    is_page = reply.headers.get("content-type", "").startswith("text/html")
    if isinstance(reply.body, bytes) and is_page:
        return ""
    if reply.body is not None and not isinstance(reply.body, bytes):
        # What is not in JSON, as NaN, a strict client does not read.
        json.dumps(reply.body, allow_nan=False)
    # What Azure does not have has envelopes of its own.
    if reply.status < 400 or found.route.method == "HEAD" or found.plane == "own":
        return ""
    return _envelope_problem(found.plane if reply.status != 501 else "arm", reply.body)


def _is_header(value: str) -> bool:
    return re.fullmatch(r"[\x20-\x7e\x80-\xff]*", value) is not None


def _envelope_problem(plane: str, body: Any) -> str:
    if not isinstance(body, dict):
        return f"the body is {type(body).__name__}"
    document = cast("dict[str, Any]", body)
    if plane == "entra":
        missing = [name for name in _OAUTH if name not in document]
        return f"the OAuth error has no {missing}" if missing else ""
    error: Any = document.get("error", document)
    if not isinstance(error, dict):
        return "error is no object"
    told = cast("dict[str, Any]", error)
    for name in ("code", "message"):
        if not isinstance(told.get(name), str) or not told[name]:
            return f"the error has no {name}"
    if plane == "graph" and not isinstance(told.get("innerError"), dict):
        return "the error has no innerError"
    return ""
