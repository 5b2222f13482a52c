"""Graph's refusals, in its words.

Texts without another source are those the service was seen to send; see also
https://learn.microsoft.com/graph/resolve-auth-errors and .../graph/errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.web import CloudError, Reply

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json
    from rehearsal.cloud.web import Request

BAD_REQUEST = "Request_BadRequest"
UNSUPPORTED_QUERY = "Request_UnsupportedQuery"
DENIED = "Insufficient privileges to complete the operation."


class Refusals:
    """Makes the errors for one request."""

    def __init__(self, cloud: Cloud, request: Request) -> None:
        self._cloud = cloud
        self._request = request

    def error(self, status: int, code: str, message: str) -> CloudError:
        """An error of that status, code and message."""
        request = self._request
        inner: Json = {
            "date": self._cloud.clock.now().strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": request.request_id,
            "client-request-id": request.headers.get("client-request-id", request.request_id),
        }
        body = {"error": {"code": code, "message": message, "innerError": inner}}
        return CloudError(Reply(status, body))

    def unauthenticated(self, message: str) -> CloudError:
        """401: no token, or one that is not accepted."""
        return self.error(401, "InvalidAuthenticationToken", message)

    def denied(self) -> CloudError:
        """403: the caller may not do that."""
        return self.error(403, "Authorization_RequestDenied", DENIED)

    def missing(self, object_id: str) -> CloudError:
        """404: there is no such object."""
        message = (
            f"Resource '{object_id}' does not exist or one of its queried reference-property"
            " objects are not present."
        )
        return self.error(404, "Request_ResourceNotFound", message)

    def bad(self, message: str) -> CloudError:
        """400: the request is wrong in itself."""
        return self.error(400, BAD_REQUEST, message)

    def unsupported(self, message: str) -> CloudError:
        """400: a query that needs advanced query capabilities, or that nothing answers."""
        return self.error(400, UNSUPPORTED_QUERY, message)

    def exists(self, relation: str) -> CloudError:
        """400: the member or owner is one already."""
        message = (
            "One or more added object references already exist for the following modified"
            f" properties: '{relation}'."
        )
        return self.bad(message)
