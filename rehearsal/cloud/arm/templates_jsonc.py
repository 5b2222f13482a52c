"""JSON as people write templates: with comments, texts over several lines, names without quotes.

az sends a template as it stands in its file, behind a name without quotes, which ARM reads
(azure-cli, `JsonCTemplatePolicy`). Source:
https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax#comments-and-metadata.
"""

from __future__ import annotations

import re

# What has no end goes up to the end, so that nothing is read twice.
_TOKEN = re.compile(
    r"""
    (?P<text>"(?:[^"\\]|\\.|\\\Z)*(?:"|\Z))
    | (?P<comment>//[^\n]*|/\*(?:.*?\*/|.*))
    | (?P<name>[A-Za-z_$][\w$]*)(?=\s*:)
    """,
    re.DOTALL | re.VERBOSE,
)
_ENDS = {"\r": "\\r", "\n": "\\n", "\t": "\\t"}


def plain(given: str) -> str:
    """The same as JSON."""
    return _TOKEN.sub(_plain, given)


def _plain(found: re.Match[str]) -> str:
    if found["text"] is not None:
        return re.sub(r"[\r\n\t]", lambda end: _ENDS[end[0]], found["text"])
    return "" if found["comment"] is not None else f'"{found["name"]}"'
