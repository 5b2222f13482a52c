"""The api-version that every ARM call names.

A range is accepted, as clients of many ages come: anything that is a date from the operation's
first version on. Azure keeps a list for each type; the local one differs only for dates between
the versions that were published (docs/fidelity.md).
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from rehearsal.cloud.arm import errors

if TYPE_CHECKING:
    from rehearsal.cloud.web import Request

FIRST = "2014-04-01"
"""The oldest version of the resource manager's own operations that is taken."""

_FORM = re.compile(r"(\d{4}-\d{2}-\d{2})(-[a-z]+)?", re.IGNORECASE)


def checked(request: Request, first: str = FIRST, resource_type: str = "") -> str:
    """The request's api-version.

    Args:
        request: The call.
        first: The oldest version that the operation has.
        resource_type: The type it is about, without namespace; empty for ARM's own operations.

    Raises:
        CloudError: 400, it is absent, not a date, or older.
    """
    given = request.query.get("api-version", "")
    if not given:
        raise errors.missing_api_version()
    supported = f"{first} and later"
    if not is_date(given) or given < FIRST:
        raise errors.invalid_api_version(given, supported)
    if given < first:
        raise errors.no_registered_provider(resource_type, given, supported)
    return given


def is_date(text: str) -> bool:
    """Whether a text has the form of an api-version: a real date, perhaps with `-preview`."""
    found = _FORM.fullmatch(text)
    if found is None:
        return False
    try:
        date.fromisoformat(found[1])
    except ValueError:
        return False
    return True
