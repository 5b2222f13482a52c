"""One call to Graph: the request, who sent it, and what the handlers need at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from rehearsal.cloud.entra.tokens import InvalidTokenError, authenticate
from rehearsal.cloud.graph.errors import Refusals
from rehearsal.cloud.graph.first_party import GRAPH
from rehearsal.cloud.graph.rights import Rights

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.entra.tokens import Caller, TokenProblem
    from rehearsal.cloud.graph.directory import Directory, ObjectKind
    from rehearsal.cloud.store import Json
    from rehearsal.cloud.web import Request

Version = Literal["v1.0", "beta"]
VERSIONS: tuple[Version, ...] = ("v1.0", "beta")

TOKEN_TEXTS: dict[TokenProblem, str] = {
    "missing": "Access token is empty.",
    "malformed": "CompactToken parsing failed with error code: 80049217",
    "signature": "Access token validation failure. Invalid signature.",
    "audience": "Access token validation failure. Invalid audience.",
    "issuer": "Access token validation failure. Invalid issuer.",
    "tenant": "Access token validation failure. Invalid tenant.",
    "expired": "Lifetime validation failed, the token is expired.",
    "principal": "Continuous access evaluation resulted in challenge: the account was deleted or"
    " disabled.",
}


@dataclass(frozen=True)
class Call:
    """An authenticated request."""

    cloud: Cloud
    request: Request
    version: Version
    caller: Caller
    rights: Rights
    refuse: Refusals

    @property
    def directory(self) -> Directory:
        """The directory."""
        return self.cloud.directory

    @property
    def base(self) -> str:
        """Address of this version of the API."""
        return f"{self.cloud.origin}/{self.version}"

    def body(self) -> Json:
        """The request's JSON object.

        Raises:
            CloudError: the body is something else.
        """
        try:
            document: Any = self.request.json()
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise self.refuse.bad(
                "Unable to read JSON request payload. Please ensure Content-Type"
                " header is set and payload is of valid JSON format."
            )
        return cast("Json", document)

    def texts(self, body: Json, name: str, at_most: int | None = None) -> list[str]:
        """A list of strings in the body.

        Raises:
            CloudError: it is something else, or longer than `at_most`.
        """
        value: Any = body.get(name)
        if not isinstance(value, list):
            raise self.refuse.bad(f"Invalid value specified for property '{name}': not a list.")
        values = cast("list[Any]", value)
        if not all(isinstance(each, str) for each in values):
            raise self.refuse.bad(f"Invalid value specified for property '{name}': not strings.")
        if at_most is not None and len(values) > at_most:
            raise self.refuse.bad(f"Too many values for property '{name}': at most {at_most}.")
        return values

    def named(self, kind: ObjectKind | None) -> str:
        """Id of the object that the route names: by id, user principal name, appId, or as `/me`.

        What nothing is called is given back as it is: who may not read must not learn that.

        Raises:
            CloudError: `/me` of an application.
        """
        params = self.request.params
        if kind is not None and "appid" in params:
            app_id = params["appid"].lower()
            matches = (each for each in self.directory.all(kind) if each["appId"] == app_id)
            return next((each["id"] for each in matches), app_id)
        name = params.get("id")
        if name is None:
            if self.caller.kind != "User":
                text = "/me request is only valid with delegated authentication flow."
                raise self.refuse.bad(text)
            return self.caller.object_id
        found = self.directory.find_by_upn(name) if "@" in name else None
        return found.object_id if found is not None else name

    def readable(self, kind: ObjectKind) -> Json:
        """The object that the route names, if there is one that the caller may read.

        Raises:
            CloudError: it may not (403), or there is none (404).
        """
        object_id = self.named(kind)
        if not self.rights.read(kind, object_id.lower()):
            raise self.refuse.denied()
        document = self.directory.get(kind, object_id)
        if document is None:
            raise self.refuse.missing(object_id)
        return document

    def found(self, kind: ObjectKind) -> Json:
        """The object that the route names, whoever asks.

        Raises:
            CloudError: there is none (404).
        """
        object_id = self.named(kind)
        document = self.directory.get(kind, object_id)
        if document is None:
            raise self.refuse.missing(object_id)
        return document

    def manageable(self, kind: ObjectKind) -> Json:
        """The object that the route names, if there is one that the caller may change.

        Raises:
            CloudError: there is none (404), or the caller may not (403).
        """
        document = self.found(kind)
        if not self.rights.manage(kind, document):
            raise self.refuse.denied()
        return document


def begin(cloud: Cloud, request: Request, version: Version) -> Call:
    """The call, if its token is good for Graph.

    Raises:
        CloudError: 401, it is not.
    """
    refuse = Refusals(cloud, request)
    names = (cloud.origin, "https://graph.microsoft.com", GRAPH)
    try:
        caller = authenticate(cloud, request, [*names, *(f"{name}/" for name in names)])
    except InvalidTokenError as error:
        raise refuse.unauthenticated(TOKEN_TEXTS[error.code]) from None
    return Call(cloud, request, version, caller, Rights(cloud, caller), refuse)
