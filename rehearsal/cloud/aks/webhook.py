"""What the webhooks of the clusters have in common: who may ask, and the guard log.

A cluster's API server shows itself by a bearer token of its own.
"""

from __future__ import annotations

import hmac
import json
import re
from typing import TYPE_CHECKING, Any, cast

from rehearsal.cloud.aks.runtime_files import ClusterFiles
from rehearsal.cloud.clock import wire_time
from rehearsal.cloud.web import CloudError, Reply

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Request

Json = dict[str, Any]

# `cluster_key` makes 35 characters at most; a longer name could be no directory's.
_KEY = re.compile("[a-z0-9-]{1,64}")


def files_of(cloud: Cloud, request: Request) -> ClusterFiles | None:
    """The directory of the cluster that the path's `{key}` names; None if it cannot be one."""
    key = request.params["key"]
    return ClusterFiles(cloud.home.clusters / key) if _KEY.fullmatch(key) else None


def asking_cluster(cloud: Cloud, request: Request) -> ClusterFiles:
    """The directory of the cluster whose API server sends the request.

    Raises:
        CloudError: 401, it is not that API server.
    """
    files = files_of(cloud, request)
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    try:
        expected = files.webhook_token.read_bytes() if files else b""
    except OSError:
        expected = b""
    if (
        files is None
        or not expected
        or scheme.lower() != "bearer"
        or not hmac.compare_digest(shown.encode(), expected)
    ):
        refusal = {"error": {"code": "Unauthorized", "message": "not an API server"}}
        raise CloudError(Reply(401, refusal))
    return files


def review_spec(request: Request, api_version: str, kind: str) -> Json:
    """The `spec` of the review that the body is.

    Raises:
        CloudError: 400, the body is something else.
    """
    try:
        review: Any = request.json()
        if review["apiVersion"] == api_version and review["kind"] == kind:
            return cast("Json", dict(review["spec"]))
    except (ValueError, KeyError, TypeError):
        pass
    raise bad_review(f"the body is not a {kind} of {api_version}")


def bad_review(message: str) -> CloudError:
    """400 that says what is wrong with a review."""
    return CloudError(Reply(400, {"error": {"code": "BadRequest", "message": message}}))


def log_decision(cloud: Cloud, files: ClusterFiles, entry: Json) -> None:
    """Write a line into the cluster's guard log."""
    line = json.dumps({"time": wire_time(cloud.clock.now()), **entry})
    # One unbuffered write to a file opened for appending: threads cannot mix their lines.
    with files.guard_log.open("ab", buffering=0) as log:
        log.write(f"{line}\n".encode())
